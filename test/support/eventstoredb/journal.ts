import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { EventLog } from './log.js';
import type { StoredRecord } from './records.js';

/** One line of the file: an append, whole or not at all, or what a scavenge removed. */
interface Line {
  readonly end: string;
  readonly records?: readonly (readonly [string, string, string, string, string, string, string, string, string])[];
  readonly scavenged?: readonly string[];
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The log in a file, so that what was acknowledged outlives the process. Each line is on the disk before it is answered. */
export class Journal {
  private pending: string[] = [];

  private constructor(private readonly descriptor: number) {}

  /** Opens the file and puts what it holds into the log; a last line that was torn by a kill is cut off. */
  static open(path: string, log: EventLog): Journal {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n')) if (line !== '') replay(JSON.parse(line) as Line, log);
    log.commit();
    const descriptor = openSync(path, 'a');
    ftruncateSync(descriptor, Buffer.byteLength(whole));
    return new Journal(descriptor);
  }

  append(records: readonly StoredRecord[], end: bigint): void {
    const line: Line = {
      end: end.toString(),
      records: records.map((record) => [
        record.position.toString(),
        record.stream,
        record.revision.toString(),
        record.id,
        record.type,
        record.contentType,
        record.created.toString(),
        base64(record.data),
        base64(record.metadata),
      ]),
    };
    this.pending.push(JSON.stringify(line));
  }

  scavenged(positions: readonly bigint[], end: bigint): void {
    const line: Line = { end: end.toString(), scavenged: positions.map(String) };
    this.pending.push(JSON.stringify(line));
  }

  flush(): void {
    if (this.pending.length === 0) return;
    writeSync(this.descriptor, `${this.pending.join('\n')}\n`);
    this.pending = [];
    fdatasyncSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function replay({ records = [], scavenged = [], end }: Line, log: EventLog): void {
  for (const [position, stream, revision, id, type, contentType, created, data, metadata] of records) {
    log.add({
      position: BigInt(position),
      stream,
      revision: BigInt(revision),
      id,
      type,
      contentType,
      created: BigInt(created),
      data: Buffer.from(data, 'base64'),
      metadata: Buffer.from(metadata, 'base64'),
    });
  }
  log.forget(scavenged.map(BigInt));
  log.end = BigInt(end);
}
