import { BACKWARDS, END, EventStoreDBClient, FORWARDS, NO_STREAM, START } from '@eventstore/db-client';
import { ServerFeaturesClient } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { credentials } from '@grpc/grpc-js';
import { event, events, failureOf, Fixture, wrongRevision } from './fixture.js';

const fixture = new Fixture();
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const at = (commit: bigint, prepare = commit) => ({ fromPosition: { commit, prepare } });
const back = { direction: BACKWARDS } as const;

/** Appends events to a stream, each with an append of its own, and answers their positions. */
async function written(stream: string, count: number): Promise<bigint[]> {
  for (const number of numbers(count)) await fixture.append('batch', stream, event(number));
  return fixture.double
    .stored()
    .filter((record) => record.stream === stream)
    .map(({ position }) => position);
}

describe('reading a stream (2.6)', () => {
  it('that is absent fails without a code, in both directions', async () => {
    const missing = { name: 'StreamNotFoundError', type: 'stream-not-found', code: undefined, message: 'none not found' };
    expect(await failureOf(fixture.stream('none'))).toEqual(missing);
    expect(await failureOf(fixture.stream('none', { direction: BACKWARDS, fromRevision: END }))).toEqual(missing);
  });

  it('begins with the revision that is named, and takes as many as are asked for', async () => {
    await fixture.append('batch', 's', events(...numbers(10)), NO_STREAM);
    expect(await fixture.stream('s', { fromRevision: 3n, maxCount: 2 })).toEqual(['3:3', '4:4']);
    expect(await fixture.stream('s', { ...back, fromRevision: 3n, maxCount: 2 })).toEqual(['3:3', '2:2']);
    expect(await fixture.stream('s', { ...back, fromRevision: END, maxCount: 1 })).toEqual(['9:9']);
    expect(await fixture.stream('s', { ...back, fromRevision: START })).toEqual(['0:0']);
  });

  it('beyond its end is empty and no error; backwards it begins with the last', async () => {
    await fixture.append('batch', 's', events(...numbers(10)), NO_STREAM);
    for (const fromRevision of [10n, 1_000n, 9_223_372_036_854_775_807n])
      expect(await fixture.stream('s', { fromRevision })).toEqual([]);
    expect(await fixture.stream('s', { ...back, fromRevision: 1_000n, maxCount: 1 })).toEqual(['9:9']);
  });

  it('for nothing, or forwards from the end, is refused', async () => {
    await fixture.append('batch', 's', event(0));
    const refused = { name: 'UnknownError', code: 2, message: '2 UNKNOWN: Unexpected ReadStreamResult: Error' };
    expect(await failureOf(fixture.stream('s', { maxCount: 0 }))).toMatchObject(refused);
    expect(await failureOf(fixture.stream('s', { fromRevision: END, direction: FORWARDS }))).toMatchObject(refused);
  });

  it('that was tombstoned fails with code 9', async () => {
    await fixture.append('batch', 's', event(0));
    await fixture.double.tombstone('s');
    expect(await failureOf(fixture.stream('s'))).toEqual({
      name: 'StreamDeletedError',
      type: 'stream-deleted',
      code: 9,
      message: "9 FAILED_PRECONDITION: Event stream 's' is deleted.",
    });
  });

  it('gives back names and bytes as they were', async () => {
    const name = ' Ünï/côde 🎓 %?# ';
    await fixture.append('batch', name, event(0, { text: 'é\u0000"' }));
    const [record] = fixture.double.stored().slice(-1);
    expect(record).toMatchObject({ stream: name, contentType: 'application/json' });
    expect(await fixture.stream(name)).toEqual(['0:0']);
    expect(await fixture.all(at(record!.position))).toEqual([`${name}@0`]);
  });
});

describe('the metadata of a stream (2.12)', () => {
  it('$maxCount hides all but the last, and no revision changes', async () => {
    await fixture.append('batch', 's', events(...numbers(5)), NO_STREAM);
    await fixture.client.setStreamMetadata('s', { maxCount: 3 });
    expect(await fixture.stream('s')).toEqual(['2:2', '3:3', '4:4']);
    expect(await fixture.stream('s', { fromRevision: 0n, maxCount: 1 })).toEqual(['2:2']);
    expect(await fixture.append('batch', 's', events(...numbers(5)), NO_STREAM)).toMatchObject({ nextExpectedRevision: 4n });
    expect((await fixture.all()).filter((name) => name.startsWith('s@'))).toHaveLength(5);
  });

  it('truncateBefore hides what is before; beyond the end everything, without an error, until it is cleared', async () => {
    await fixture.append('batch', 's', events(...numbers(6)), NO_STREAM);
    await fixture.double.setMetadata('s', { truncateBefore: 4 });
    expect(await fixture.stream('s')).toEqual(['4:4', '5:5']);
    await fixture.double.setMetadata('s', { truncateBefore: 100 });
    await fixture.append('batch', 's', event(6));
    expect(await fixture.stream('s')).toEqual([]);
    await fixture.double.setMetadata('s', {});
    expect(await fixture.stream('s')).toHaveLength(7);
  });

  it('maxAge hides what is old, without an error; the stream is still there', async () => {
    await fixture.append('batch', 's', event(0), NO_STREAM);
    await fixture.double.setMetadata('s', { maxAge: 0 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await fixture.stream('s')).toEqual([]);
    expect(await failureOf(fixture.append('batch', 's', event(1), NO_STREAM))).toEqual(wrongRevision('no_stream', 0n));
    await fixture.double.setMetadata('s', { maxAge: 3_600 });
    expect(await fixture.stream('s')).toEqual(['0:0']);
  });

  it('alone makes no stream, but one that STREAM_EXISTS takes for one', async () => {
    await fixture.double.setMetadata('s', { maxCount: 3 });
    expect(await failureOf(fixture.stream('s'))).toMatchObject({ type: 'stream-not-found' });
    expect(await fixture.append('batch', 's', event(0), 'stream_exists')).toMatchObject({ nextExpectedRevision: 0n });
    await fixture.double.setMetadata('t', { maxCount: 3 });
    expect(await fixture.append('batch', 't', event(0), NO_STREAM)).toMatchObject({ nextExpectedRevision: 0n });
  });

  it('has a stream of its own, of which only the last event is seen', async () => {
    await fixture.double.setMetadata('s', { maxCount: 3 });
    await fixture.double.setMetadata('s', { maxCount: 4 });
    expect((await fixture.client.getStreamMetadata('s')).metadata).toEqual({ maxCount: 4 });
    expect(await fixture.stream('$$s')).toHaveLength(1);
  });
});

describe('reading $all (2.7)', () => {
  it('begins with an event of the server’s own, at a position above 0; positions rise and have gaps', async () => {
    await written('s', 3);
    expect(await fixture.all()).toEqual(['$$$scavenges@0', 's@0', 's@1', 's@2']);
    const positions = fixture.double.stored().map(({ position }) => position);
    expect(positions[0]).toBe(548n);
    for (let index = 1; index < positions.length; index += 1)
      expect(positions[index]).toBeGreaterThan(positions[index - 1]! + 1n);
  });

  it('is inclusive forwards and exclusive backwards', async () => {
    const [first, second] = await written('s', 3);
    expect(await fixture.all(at(second!))).toEqual(['s@1', 's@2']);
    expect(await fixture.all({ ...back, ...at(second!) })).toEqual(['s@0', '$$$scavenges@0']);
    expect(await fixture.all({ ...back, ...at(first!), maxCount: 1 })).toEqual(['$$$scavenges@0']);
    expect(await fixture.all({ ...at(second!), maxCount: 1 })).toEqual(['s@1']);
  });

  it('knows the start and the end in both directions', async () => {
    await written('s', 1);
    expect(await fixture.all(at(0n))).toEqual(['$$$scavenges@0', 's@0']);
    expect(await fixture.all({ ...back, ...at(0n) })).toEqual([]);
    expect(await fixture.all({ ...back, fromPosition: START })).toEqual([]);
    expect(await fixture.all({ fromPosition: END })).toEqual([]);
    expect(await fixture.all({ ...back, fromPosition: END })).toEqual(['s@0', '$$$scavenges@0']);
  });

  it('refuses a position that is no record’s, and a prepare position after the commit', async () => {
    const [first, second] = await written('s', 2);
    const refused = { name: 'UnknownError', code: 2, message: '2 UNKNOWN: Unexpected ReadAllResult: Error' };
    expect(await failureOf(fixture.all(at(first! + 1n)))).toMatchObject(refused);
    expect(await failureOf(fixture.all(at(first!, first! + 1n)))).toMatchObject(refused);
    expect(await fixture.all(at(second!, first!))).toEqual(['s@1']);
  });

  it('beyond the end is empty forwards and refused backwards', async () => {
    const [position] = await written('s', 1);
    expect(await fixture.all(at(position! + 100_000n))).toEqual([]);
    expect(await failureOf(fixture.all({ ...back, ...at(position! + 100_000n) }))).toMatchObject({ code: 2 });
  });

  it('shows tombstones and what the server writes about itself', async () => {
    await written('s', 1);
    await fixture.double.tombstone('s');
    await fixture.double.systemEvents(2);
    const stats = `$stats-127.0.0.1:${fixture.double.port}`;
    expect(await fixture.all()).toEqual(['$$$scavenges@0', 's@0', 's@9223372036854775807', `${stats}@0`, `${stats}@1`]);
  });

  it('leaves room at a restart for what only the server sees', async () => {
    const [before] = await written('s', 1);
    await fixture.restart();
    await fixture.append('batch', 't', event(0));
    expect(fixture.double.stored().at(-1)!.position).toBeGreaterThan(before! + 900n);
    expect(await fixture.all()).toEqual(['$$$scavenges@0', 's@0', 't@0']);
  });
});

describe('a scavenge (2.12)', () => {
  it('removes what is hidden, keeps positions and revisions, and leaves its positions readable', async () => {
    const [first, , third] = await written('s', 3);
    await written('gone', 2);
    await fixture.double.setMetadata('s', { truncateBefore: 2 });
    await fixture.double.tombstone('gone');
    fixture.double.scavenge();
    expect(await fixture.all()).toEqual(['$$$scavenges@0', 's@2', '$$s@0', 'gone@9223372036854775807']);
    expect(fixture.double.stored()[1]!.position).toBe(third);
    expect(await fixture.all({ ...at(first!), maxCount: 1 })).toEqual(['s@2']);
    expect(await failureOf(fixture.append('batch', 's', events(0, 1), NO_STREAM))).toEqual(wrongRevision('no_stream', 2n));
    // The id is there, but not at the revision where it would be a repeat.
    expect(await failureOf(fixture.append('batch', 's', event(2), NO_STREAM))).toEqual(wrongRevision('no_stream', 2n));
    expect(await fixture.append('batch', 's', event(2), 1n)).toMatchObject({ nextExpectedRevision: 2n });
  });

  it('keeps the last event of a stream that is not deleted, and none of one that is', async () => {
    await written('s', 2);
    await written('gone', 2);
    await fixture.double.setMetadata('s', { truncateBefore: 100 });
    await fixture.double.softDelete('gone');
    fixture.double.scavenge();
    expect(await fixture.all()).toEqual(['$$$scavenges@0', 's@1', '$$s@0', '$$gone@0']);
  });
});

describe('what the server says of itself', () => {
  it('is found by discovery, and names its version', async () => {
    await fixture.client.dispose();
    const discovered = `${fixture.double.url.replace('esdb://', 'esdb+discover://')}&nodePreference=leader`;
    fixture.client = EventStoreDBClient.connectionString(discovered);
    expect(await fixture.append('batch', 's', event(0))).toMatchObject({ success: true });
    const features = new ServerFeaturesClient(`127.0.0.1:${fixture.double.port}`, credentials.createInsecure());
    const answer = await new Promise<SupportedMethods>((resolve, reject) => {
      features.getSupportedMethods(new shared.Empty(), (error, methods) => (error === null ? resolve(methods) : reject(error)));
    });
    features.close();
    expect(answer.getEventStoreServerVersion()).toBe('23.10.8');
    expect(answer.getMethodsList().map((method) => method.getMethodName())).toContain('batchappend');
  });
});
