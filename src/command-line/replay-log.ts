import { createReadStream, existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { deciders, registry } from '../app/kernel.js';
import { Replay } from '../audit/replay.js';
import { Codec } from '../ledger/codec.js';
import type { StoredEvent } from '../ledger/envelope.js';
import type { KeyRing } from '../ledger/key-ring.js';
import type { Connection } from './connection.js';
import { CommandFailure, EXIT } from './exit-codes.js';
import { exportedPages } from './export-events.js';
import { progressOf } from './progress.js';

/** Decoding needs no key: what is sealed stays sealed. */
const codec = new Codec(registry, undefined as unknown as KeyRing);

/** Folds the log on this side of the connection, so that the service need not be believed; or an exported file, with no service at all. */
export async function replayLog(source: { connection: Connection } | { file: string }, json: boolean): Promise<number> {
  const replay = new Replay(codec, deciders);
  const progress = progressOf('events');
  let number = 0;
  if ('file' in source) {
    if (!existsSync(source.file) || !statSync(source.file).isFile())
      throw new CommandFailure(`The file ${source.file} cannot be read.`);
    for await (const line of createInterface({ input: createReadStream(source.file) })) {
      number += 1;
      progress(number);
      replay.accept(eventOf(line, `Line ${number} of ${source.file}`));
    }
  } else {
    for await (const { text, events } of exportedPages(source.connection, undefined)) {
      number += events;
      progress(number);
      for (const line of text.split('\n')) if (line !== '') replay.accept(eventOf(line, 'A line of the export'));
    }
  }
  const report = replay.report();
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const types = Object.entries(report.byType).map(([type, count]) => `  ${String(count).padStart(9)}  ${type}\n`);
    process.stdout.write(
      `${report.events} events in ${report.streams} streams\n${types.join('')}state digest ${report.stateDigest}\n`,
    );
  }
  return EXIT.done;
}

const eventSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  stream: z.string(),
  revision: z.int(),
  data: z.record(z.string(), z.unknown()),
  metadata: z.looseObject({ schemaVersion: z.int(), recordedAt: z.string() }),
});

function eventOf(line: string, place: string): StoredEvent {
  try {
    return eventSchema.parse(JSON.parse(line)) as unknown as StoredEvent;
  } catch (cause) {
    throw new CommandFailure(
      `${place} is not an exported event. Export again, or take the file as "certledger export" wrote it.`,
      { cause },
    );
  }
}
