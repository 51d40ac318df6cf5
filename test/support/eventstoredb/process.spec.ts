import { EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDouble } from './event-store-double.js';
import { EventStoreProcess } from './event-store-process.js';
import { event, events, failureOf, settled } from './fixture.js';

const credentials = { username: 'anybody', password: 'any' };
const APPENDS = 200;
const KILLED_AFTER = 60;

describe('the double with a file', () => {
  let folder: string;
  let file: string;
  let client: EventStoreDBClient | undefined;
  let server: EventStoreProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'eventstoredb-'));
    file = join(folder, 'log.ndjson');
  });
  afterEach(async () => {
    await client?.dispose();
    await server?.kill();
    [client, server] = [undefined, undefined];
    rmSync(folder, { recursive: true });
  });

  const idsIn = async (stream: string): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { event: recorded } of client!.readStream(stream)) ids.push(recorded!.id);
    return ids;
  };
  /** Calls again while the connection from before the restart is still to be given up. */
  const again = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => call().catch(() => again(call));

  it('takes up its log where it was, metadata and scavenged positions too', async () => {
    const first = await EventStoreDouble.start({ file });
    client = EventStoreDBClient.connectionString(first.url);
    await client.appendToStream('s', events(0, 1, 2), { expectedRevision: NO_STREAM, credentials });
    await first.setMetadata('s', { truncateBefore: 1 });
    const [, scavenged] = first.stored();
    first.scavenge();
    const before = first.stored();
    await first.stop();
    const second = await EventStoreDouble.start({ file, port: first.port });
    expect(second.stored()).toEqual(
      before.map((record) => ({ ...record, data: expect.anything(), metadata: expect.anything() })),
    );
    expect(await again(() => idsIn('s'))).toHaveLength(2);
    const found: bigint[] = [];
    const { position } = scavenged!;
    for await (const read of client.readAll({ fromPosition: { commit: position, prepare: position } }))
      found.push(read.event!.position!.commit);
    expect(found[0]).toBe(before[1]!.position);
    await client.appendToStream('s', event(9), { expectedRevision: 2n, credentials });
    expect(second.stored().at(-1)!.position).toBeGreaterThan(before.at(-1)!.position);
    await second.stop('kill');
  });

  it('leaves out an append whose line was torn', async () => {
    const first = await EventStoreDouble.start({ file });
    const before = first.stored().length;
    await first.stop();
    appendFileSync(file, '{"end":"900","records":[["700","s","0"');
    const second = await EventStoreDouble.start({ file });
    expect(second.stored()).toHaveLength(before);
    await second.systemEvents(1);
    await second.stop();
    const third = await EventStoreDouble.start({ file });
    expect(third.stored()).toHaveLength(before + 1);
    await third.stop();
  });

  it('in a process of its own keeps what it acknowledged when it is killed under load', async () => {
    server = await EventStoreProcess.start(file);
    client = EventStoreDBClient.connectionString(server.url);
    const acknowledged: string[] = [];
    let killed: Promise<void> | undefined;
    await Promise.allSettled(
      Array.from({ length: APPENDS }, async (_, number) => {
        await client!.appendToStream(`s-${number % 7}`, event(number));
        acknowledged.push(event(number).id);
        if (acknowledged.length === KILLED_AFTER) killed = server!.kill('SIGKILL');
      }),
    );
    await killed;
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLED_AFTER);
    await server.restart();
    const stored = await again(async () => {
      const ids: string[] = [];
      for await (const { event: recorded } of client!.readAll()) ids.push(recorded!.id);
      return ids;
    });
    expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
    expect(new Set(stored).size).toBe(stored.length);
  });

  it('in a process of its own writes nothing late that expired while it was stopped, and goes on', async () => {
    server = await EventStoreProcess.start(file);
    client = EventStoreDBClient.connectionString(server.url);
    await client.appendToStream('s', event(0), { credentials });
    server.freeze();
    const late = client.appendToStream('s', event(1), { credentials, deadline: 100 });
    expect(await failureOf(late)).toMatchObject({ name: 'DeadlineExceededError', code: 4 });
    // The client's farewell must have left, as it has when a server stands still for longer than a deadline.
    await settled();
    server.thaw();
    expect(await client.appendToStream('s', event(2), { credentials })).toMatchObject({ nextExpectedRevision: 1n });
    expect(await idsIn('s')).toEqual([event(0).id, event(2).id]);
  });
});
