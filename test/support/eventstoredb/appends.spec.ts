import { ANY, jsonEvent, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { credentials } from '@grpc/grpc-js';
import empties from 'google-protobuf/google/protobuf/empty_pb.js';
import { once } from 'node:events';
import { event, events, failureOf, Fixture, id, PATHS, until, wrongRevision } from './fixture.js';
import { APPEND_DATA_BYTES_MAX } from './writer.js';

const fixture = new Fixture();
const MEBIBYTE = 1024 * 1024;
const sized = (bytes: number): ReturnType<typeof event> => event(1, { text: 'x'.repeat(bytes - '{"text":""}'.length) });

describe.each(PATHS)('an append on the %s path', (path) => {
  const append = (...words: readonly [string, Parameters<Fixture['append']>[2], Parameters<Fixture['append']>[3]?]) =>
    fixture.append(path, ...words);

  it('answers the revision of its last event, for every expectation (2.1)', async () => {
    const answers = [
      await append('s', event(0), NO_STREAM),
      await append('s', events(1, 2, 3), 0n),
      await append('s', event(4), ANY),
      await append('s', events(5, 6), STREAM_EXISTS),
    ];
    expect(answers.map(({ nextExpectedRevision }) => nextExpectedRevision)).toEqual([0n, 3n, 4n, 6n]);
    expect(await fixture.stream('s')).toEqual(['0:0', '1:1', '2:2', '3:3', '4:4', '5:5', '6:6']);
  });

  it('answers the position of its last event, where commit equals prepare (2.1)', async () => {
    const { position } = await append('s', events(0, 1), NO_STREAM);
    const stored = fixture.double.stored().filter(({ stream }) => stream === 's');
    expect(stored).toHaveLength(2);
    expect(position).toEqual({ commit: stored[1]!.position, prepare: stored[1]!.position });
    expect(stored[1]!.position).toBeGreaterThan(stored[0]!.position + 1n);
    expect(stored[1]!.created).toBe(stored[0]!.created);
  });

  it('of nothing succeeds and writes nothing, if the revision is right (2.1)', async () => {
    expect(await append('s', [], NO_STREAM)).toMatchObject({ success: true, nextExpectedRevision: 0n });
    expect(await failureOf(fixture.stream('s'))).toMatchObject({ type: 'stream-not-found' });
    await append('s', events(0, 1), NO_STREAM);
    expect(await append('s', [], 1n)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await failureOf(append('s', [], 77n))).toEqual(wrongRevision(77n, 1n));
  });

  it('is refused at a wrong revision, by an error without code and message (2.2, finding 19)', async () => {
    await append('s', events(0, 1, 2), NO_STREAM);
    const wrong = await Promise.all(([NO_STREAM, 0n, 9n] as const).map((expected) => failureOf(append('s', event(7), expected))));
    expect(wrong).toEqual([wrongRevision('no_stream', 2n), wrongRevision(0n, 2n), wrongRevision(9n, 2n)]);
    const absent = await Promise.all(
      ([0n, 5n, STREAM_EXISTS] as const).map((expected) => failureOf(append('none', event(7), expected))),
    );
    expect(absent).toEqual([
      wrongRevision(0n, 'no_stream'),
      wrongRevision(5n, 'no_stream'),
      wrongRevision('stream_exists', 'no_stream'),
    ]);
  });

  it('again is a repeat with the first answer, whatever the data (2.3)', async () => {
    const first = await append('s', events(0, 1), NO_STREAM);
    await append('s', events(2, 3, 4, 5, 6), 1n);
    for (const expected of [NO_STREAM, ANY, STREAM_EXISTS] as const)
      expect(await append('s', events(0, 1), expected)).toEqual(first);
    expect(await append('s', [event(0, { other: true }), event(1)], NO_STREAM)).toEqual(first);
    expect(await fixture.stream('s')).toHaveLength(7);
  });

  it('again at expected = current is written again (2.3, finding 3)', async () => {
    await append('s', events(0, 1), NO_STREAM);
    expect(await append('s', events(0, 1), 1n)).toMatchObject({ nextExpectedRevision: 3n });
    expect(await fixture.stream('s')).toEqual(['0:0', '1:1', '2:0', '3:1']);
  });

  it('of a part that is there already is a repeat of that part (2.3)', async () => {
    await append('s', events(0, 1, 2), NO_STREAM);
    expect(await append('s', event(0), NO_STREAM)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await append('s', event(1), 0n)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await append('s', events(1, 2), 0n)).toMatchObject({ nextExpectedRevision: 2n });
    expect(await append('s', events(1, 0), ANY)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await fixture.stream('s')).toHaveLength(3);
  });

  it('that overlaps with what is there is refused (2.3)', async () => {
    await append('s', events(0, 1, 2), NO_STREAM);
    expect(await failureOf(append('s', events(2, 1, 0), NO_STREAM))).toEqual(wrongRevision('no_stream', 2n));
    expect(await failureOf(append('s', events(2, 3), NO_STREAM))).toEqual(wrongRevision('no_stream', 2n));
    expect(await failureOf(append('s', events(2, 3), 1n))).toEqual(wrongRevision(1n, 2n));
    expect(await failureOf(append('s', events(0, 1, 2, 3), NO_STREAM))).toEqual(wrongRevision('no_stream', 2n));
    expect(await failureOf(append('s', events(2, 3), ANY))).toEqual(wrongRevision('any', 2n));
    expect(await failureOf(append('s', event(1), NO_STREAM))).toEqual(wrongRevision('no_stream', 2n));
    // With ANY only the first id decides whether all are written.
    await append('s', events(3, 2), ANY);
    expect(await fixture.stream('s')).toEqual(['0:0', '1:1', '2:2', '3:3', '4:2']);
  });

  it('takes an id for another event in another stream, and twice in one append; case does not matter (2.3)', async () => {
    const letters = 'abcdef00-0000-4000-8000-000000000009';
    await append('s', events(0, 0), NO_STREAM);
    await append('t', event(0), NO_STREAM);
    await append('u', jsonEvent({ id: letters.toUpperCase(), type: 'Happened', data: {} }), ANY);
    await append('u', jsonEvent({ id: letters, type: 'Happened', data: {} }), ANY);
    expect(await fixture.stream('s')).toEqual(['0:0', '1:0']);
    expect(await fixture.stream('t')).toEqual(['0:0']);
    expect(fixture.double.stored().filter(({ stream }) => stream === 'u')).toMatchObject([{ id: letters }]);
  });

  it('again after a restart is known by its revision, and by ANY no more (2.3)', async () => {
    const first = await append('s', event(0), NO_STREAM);
    await fixture.restart();
    expect(await append('s', event(0), NO_STREAM)).toEqual(first);
    expect(await append('s', event(0), ANY)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await append('s', event(0), ANY)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await fixture.stream('s')).toEqual(['0:0', '1:0']);
  });

  it('of the same again while the first is in flight is dropped and times out; one event is stored (finding 2)', async () => {
    await append('other', event(9));
    fixture.double.faults.freeze();
    const copies = Array.from({ length: 8 }, () => append('s', event(0), NO_STREAM));
    const settling = Promise.allSettled(copies);
    // All are there before the first one is done.
    await until(() => fixture.double.faults.calls.append === 9);
    fixture.double.faults.thaw();
    const failures = (await settling).flatMap((copy) => (copy.status === 'rejected' ? [copy.reason as Error] : []));
    expect(failures).toHaveLength(7);
    expect([...new Set(failures.map(({ constructor }) => constructor.name))]).toEqual([
      path === 'batch' ? 'DeadlineExceededError' : 'TimeoutError',
    ]);
    expect(await fixture.stream('s')).toEqual(['0:0']);
    expect(await append('s', event(0), NO_STREAM)).toMatchObject({ nextExpectedRevision: 0n });
  });

  it('of twenty at once lets one win (2.1)', async () => {
    const racers = await Promise.allSettled(Array.from({ length: 20 }, (_, number) => append('s', event(number), NO_STREAM)));
    expect(racers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await fixture.stream('s')).toHaveLength(1);
  });

  it('is bounded by its data, to the byte; metadata does not count (2.4, finding 17)', async () => {
    await append('s', sized(APPEND_DATA_BYTES_MAX), NO_STREAM);
    const tooLarge = await failureOf(append('t', sized(APPEND_DATA_BYTES_MAX + 1), NO_STREAM));
    expect(tooLarge).toEqual(
      path === 'batch'
        ? { name: 'MaxAppendSizeExceededError', type: 'maximum-append-size-exceeded', code: undefined, message: '' }
        : {
            name: 'MaxAppendSizeExceededError',
            type: 'maximum-append-size-exceeded',
            code: 3,
            message: '3 INVALID_ARGUMENT: Maximum Append Size of 1048576 Exceeded.',
          },
    );
    const metadata = { text: 'x'.repeat(3 * MEBIBYTE) };
    await append('u', jsonEvent({ id: id(5), type: 'Happened', data: {}, metadata }), NO_STREAM);
    expect(fixture.double.stored().at(-1)!.metadata.length).toBeGreaterThan(3 * MEBIBYTE);
  });

  it('is written whole or not at all (2.4)', async () => {
    expect(await failureOf(append('s', [event(0), sized(2 * MEBIBYTE), event(2)], NO_STREAM))).toMatchObject({
      type: 'maximum-append-size-exceeded',
    });
    expect(
      await failureOf(
        append(
          's',
          Array.from({ length: 4 }, () => sized(300_000)),
          NO_STREAM,
        ),
      ),
    ).toMatchObject({
      type: 'maximum-append-size-exceeded',
    });
    expect(await failureOf(fixture.stream('s'))).toMatchObject({ type: 'stream-not-found' });
  });

  it('continues the revisions of a deleted stream (2.6)', async () => {
    await append('s', events(0, 1, 2), NO_STREAM);
    await fixture.client.deleteStream('s');
    expect(await failureOf(fixture.stream('s'))).toMatchObject({ type: 'stream-not-found' });
    expect(await append('s', events(0, 1, 2), NO_STREAM)).toEqual({
      success: true,
      nextExpectedRevision: 2n,
      position: undefined,
    });
    expect(await failureOf(append('s', event(3), STREAM_EXISTS))).toMatchObject({ type: 'stream-deleted' });
    expect(await failureOf(append('s', event(3), 0n))).toEqual(wrongRevision(0n, 2n));
    expect(await append('s', event(3), NO_STREAM)).toMatchObject({ nextExpectedRevision: 3n });
    expect(await fixture.stream('s')).toEqual(['3:3']);
    expect((await fixture.client.getStreamMetadata('s')).metadata).toEqual({ truncateBefore: 3 });
  });

  it('to a tombstone is refused whatever is expected (2.6, finding 19)', async () => {
    await append('s', event(0), NO_STREAM);
    await fixture.double.tombstone('s');
    const refused = await Promise.all(
      ([NO_STREAM, ANY, STREAM_EXISTS, 0n] as const).map((expected) => failureOf(append('s', event(1), expected))),
    );
    const deleted = { name: 'StreamDeletedError', type: 'stream-deleted' };
    const told =
      path === 'batch'
        ? { ...deleted, code: undefined, message: '' }
        : { ...deleted, code: 9, message: "9 FAILED_PRECONDITION: Event stream 's' is deleted." };
    expect(refused).toEqual([told, told, told, told]);
  });

  it('without a stream, a type or an id is refused in the words of its path (2.5, 2.12)', async () => {
    const told =
      path === 'batch'
        ? { name: 'UnknownError', code: undefined, message: 'Could not recognize BadRequest' }
        : { name: 'UnknownError', code: 2, message: '2 UNKNOWN: Exception was thrown by handler.' };
    expect(await failureOf(append('', event(0)))).toMatchObject(told);
    expect(await failureOf(append('s', jsonEvent({ type: '', data: {} })))).toMatchObject(told);
    const nil = '00000000-0000-0000-0000-000000000000';
    expect(await failureOf(append('s', jsonEvent({ id: nil, type: 'Happened', data: {} })))).toMatchObject(told);
  });
});

describe('the batch path', () => {
  it('answers in the order of completion: what is refused overtakes what is written (wire facts)', async () => {
    await fixture.append('batch', 'warm', event(0));
    const order: string[] = [];
    fixture.double.faults.at('append', 1, 'delay');
    fixture.double.faults.delayMilliseconds = 2_000;
    const note = (word: string) => (): void => void order.push(word);
    await Promise.all([
      fixture.append('batch', 's', event(1)).then(note('written')),
      fixture.append('batch', 's', sized(2 * MEBIBYTE)).catch(note('too large')),
    ]);
    expect(order).toEqual(['too large', 'written']);
  });

  it('keeps the order in which appends are sent (2.1)', async () => {
    await fixture.append('batch', 'warm', event(0));
    const numbers = Array.from({ length: 50 }, (_, number) => number);
    await Promise.all(numbers.map((number) => fixture.append('batch', 's', event(number))));
    expect(await fixture.stream('s')).toEqual(numbers.map((number) => `${number}:${number}`));
  });

  it('takes an append in parts and keeps it whole (2.1)', async () => {
    const many = Array.from({ length: 500 }, (_, number) => event(number));
    const answer = await fixture.client.appendToStream('s', many, { expectedRevision: NO_STREAM, batchAppendSize: 1_000 });
    expect(answer.nextExpectedRevision).toBe(499n);
    expect(await fixture.stream('s')).toHaveLength(500);
  });

  it('answers what is in flight before it ends with the client', async () => {
    const raw = new StreamsClient(`127.0.0.1:${fixture.double.port}`, credentials.createInsecure());
    const call = raw.batchAppend();
    const answers: (string | undefined)[] = [];
    call.on('data', (answer: streams.BatchAppendResp) => answers.push(answer.getSuccess()?.getCurrentRevision()));
    const ended = once(call, 'end');
    const options = new streams.BatchAppendReq.Options().setNoStream(new empties.Empty());
    options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from('s')));
    const message = new streams.BatchAppendReq.ProposedMessage().setId(new shared.UUID().setString(id(0)));
    message.getMetadataMap().set('type', 'Happened').set('content-type', 'application/json');
    const correlation = new shared.UUID().setString(id(1));
    call.write(
      new streams.BatchAppendReq()
        .setCorrelationId(correlation)
        .setOptions(options)
        .setProposedMessagesList([message])
        .setIsFinal(true),
    );
    call.end();
    await ended;
    raw.close();
    expect(answers).toEqual(['0']);
  });

  it('ends for all that are in flight when one message is above 16 MiB, and is there again (finding 17)', async () => {
    await fixture.append('batch', 'warm', event(0));
    fixture.double.faults.at('append', 1, 'delay');
    const [waiting, huge] = await Promise.all([
      failureOf(fixture.append('batch', 's', event(0))),
      failureOf(fixture.append('batch', 't', sized(17 * MEBIBYTE))),
    ]);
    expect([waiting, huge].map(({ name, code }) => [name, code])).toEqual([
      ['UnknownError', 8],
      ['UnknownError', 8],
    ]);
    expect(await fixture.append('batch', 'u', event(0))).toMatchObject({ success: true });
  });

  it('looks at the deadline only when an append arrives (finding 9)', async () => {
    const late = fixture.client.appendToStream('s', event(0), { deadline: -5 });
    expect(await failureOf(late)).toEqual({
      name: 'DeadlineExceededError',
      type: 'deadline-exceeded',
      code: undefined,
      message: '',
    });
    fixture.double.faults.at('append', 1, 'delay');
    fixture.double.faults.delayMilliseconds = 5;
    expect(await fixture.client.appendToStream('s', event(0), { deadline: 60_000 })).toMatchObject({ success: true });
  });
});

describe('a deletion', () => {
  it('of an absent stream names numbers, a tombstone of one succeeds (finding 18)', async () => {
    expect(await failureOf(fixture.client.deleteStream('none'))).toMatchObject({
      type: 'wrong-expected-version',
      code: 9,
      expectedVersion: -2n,
      actualVersion: -1n,
    });
    expect(await fixture.client.tombstoneStream('none')).toHaveProperty('position');
    const [tombstone] = fixture.double.stored().slice(-1);
    expect(tombstone).toMatchObject({ type: '$streamDeleted', revision: 9_223_372_036_854_775_807n });
  });

  it('at a wrong revision is refused with code and message (2.2)', async () => {
    await fixture.append('batch', 's', events(0, 1, 2), NO_STREAM);
    expect(await failureOf(fixture.client.deleteStream('s', { expectedRevision: 0n }))).toMatchObject({
      code: 9,
      message:
        '9 FAILED_PRECONDITION: Delete failed due to WrongExpectedVersion. Stream: s, Expected version: 0, Actual version: 2',
      expectedVersion: 0n,
      actualVersion: 2n,
    });
    await fixture.double.softDelete('s');
    expect(await fixture.client.deleteStream('s')).toHaveProperty('position');
  });

  it('of a tombstone is refused (2.6)', async () => {
    await fixture.double.tombstone('s');
    const deleted = { type: 'stream-deleted', code: 9, message: "9 FAILED_PRECONDITION: Event stream 's' is deleted." };
    expect(await failureOf(fixture.client.deleteStream('s'))).toMatchObject(deleted);
    expect(await failureOf(fixture.client.tombstoneStream('s'))).toMatchObject(deleted);
  });
});
