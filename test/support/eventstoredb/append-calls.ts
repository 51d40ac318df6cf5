import type { handleBidiStreamingCall, handleClientStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  batchAnswer,
  batchBadRequest,
  batchNotReady,
  unarySuccess,
  unaryWrongRevision,
  type BatchRequest,
} from './append-answers.js';
import { failures, type Failure } from './failures.js';
import type { Fault } from './faults.js';
import { proposedOf, streamNameOf } from './messages.js';
import type { Expected, ProposedEvent } from './records.js';
import { refused, type ServerContext } from './server-context.js';
import { APPEND_DATA_BYTES_MAX, type AppendOutcome } from './writer.js';

type Options =
  streams.AppendReq.Options | streams.BatchAppendReq.Options | streams.DeleteReq.Options | streams.TombstoneReq.Options;

function expectedOf(options: Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return BigInt('getRevision' in options ? options.getRevision() : options.getStreamPosition());
}

const isSound = (stream: string, events: readonly ProposedEvent[]): boolean =>
  stream !== '' && events.every(({ id, type }) => type !== '' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id));

/** What a unary append is refused with, where the answer is no ordinary message. */
function failureOf(stream: string, outcome: AppendOutcome): Failure | undefined {
  if (outcome.is === 'stream-deleted') return failures.streamDeleted(stream);
  if (outcome.is === 'too-large') return failures.tooLarge(APPEND_DATA_BYTES_MAX);
  return outcome.is === 'timeout' ? failures.timeout() : undefined;
}

export function unaryAppend(context: ServerContext): handleClientStreamingCall<streams.AppendReq, streams.AppendResp> {
  return (call, answer) => {
    let options = new streams.AppendReq.Options();
    const events: ProposedEvent[] = [];
    call.on('data', (request: streams.AppendReq) => {
      if (request.hasOptions()) options = request.getOptions()!;
      else events.push(proposedOf(request.getProposedMessage()!));
    });
    call.on('end', () =>
      context.faults.admit('append', (fault) => {
        if (call.cancelled || refused(fault, call.getPeer(), context, (failure) => answer(failure))) return;
        if (fault === 'disconnect-mid') return context.cut(call.getPeer());
        const stream = streamNameOf(options.getStreamIdentifier());
        const expected = expectedOf(options);
        if (!isSound(stream, events)) return answer(failures.badRequest());
        void context.writer.append(stream, expected, events).then((outcome) => {
          if (fault === 'answer-lost') return context.cut(call.getPeer());
          if (outcome.is === 'appended') return answer(null, unarySuccess(outcome));
          if (outcome.is === 'wrong-revision') return answer(null, unaryWrongRevision(expected, outcome.current));
          return answer(failureOf(stream, outcome)!);
        });
      }),
    );
  };
}

/** An append of the batch path, of which parts are still to come. */
interface PendingAppend {
  readonly options: streams.BatchAppendReq.Options;
  readonly events: ProposedEvent[];
}

type BatchCall = Parameters<handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp>>[0];

/** One stream of appends and answers; answers come in the order of completion. */
export function batchAppend(context: ServerContext): handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp> {
  return (call) => {
    const pending = new Map<string, PendingAppend>();
    context.openCalls.set(call, () => context.cut(call.getPeer()));
    const closed = (): void => void context.openCalls.delete(call);
    call.on('close', closed).on('cancelled', closed);
    // A client that goes away is no error of the double's.
    call.on('error', closed);
    call.on('end', () => call.end());
    call.on('data', (request: streams.BatchAppendReq) => {
      const correlation = request.getCorrelationId()?.getString() ?? '';
      if (request.hasOptions()) pending.set(correlation, { options: request.getOptions()!, events: [] });
      const append = pending.get(correlation);
      if (append === undefined) return;
      append.events.push(...request.getProposedMessagesList().map(proposedOf));
      if (!request.getIsFinal()) return;
      pending.delete(correlation);
      context.faults.admit('append', (fault) => settle(context, call, request.getCorrelationId(), append, fault));
    });
  };
}

function settle(
  context: ServerContext,
  call: BatchCall,
  correlation: shared.UUID | undefined,
  { options, events }: PendingAppend,
  fault: Fault | undefined,
): void {
  if (call.cancelled) return;
  const stream = streamNameOf(options.getStreamIdentifier());
  const request: BatchRequest = { correlation, stream, expected: expectedOf(options) };
  const answer = (response: streams.BatchAppendResp): void => {
    if (!call.cancelled && !call.writableEnded) call.write(response);
  };
  // The batch path tells of an unready server in an answer of its own, and of everything else by failing the whole stream.
  if (fault === 'not-ready') return answer(batchNotReady(request));
  if (refused(fault, call.getPeer(), context, (failure) => call.emit('error', failure))) return;
  if (fault === 'disconnect-mid') return context.cut(call.getPeer());
  if (!isSound(stream, events)) return answer(batchBadRequest(request));
  // The server looks at the deadline only when an append arrives.
  if (isExpired(options)) return answer(batchAnswer(request, { is: 'timeout' }));
  void context.writer.append(stream, request.expected, events).then((outcome) => {
    if (fault === 'answer-lost') context.cut(call.getPeer());
    else answer(batchAnswer(request, outcome));
  });
}

function isExpired(options: streams.BatchAppendReq.Options): boolean {
  const deadline = options.getDeadline();
  return deadline !== undefined && deadline.toDate().getTime() <= Date.now();
}

/** The numbers by which a failed deletion names what was expected and found. */
const numberOf = (expected: Expected): bigint =>
  expected === 'any' ? -2n : expected === 'no_stream' ? -1n : expected === 'stream_exists' ? -4n : expected;

export function deleteStream(context: ServerContext): handleUnaryCall<streams.DeleteReq, streams.DeleteResp> {
  return (call, answer) => {
    const options = call.request.getOptions()!;
    const stream = streamNameOf(options.getStreamIdentifier());
    const expected = expectedOf(options);
    void context.writer.softDelete(stream, expected).then((outcome) => {
      if (outcome.is !== 'appended') return answer(deletionFailure(stream, expected, outcome));
      const text = outcome.position!.toString();
      const position = new streams.DeleteResp.Position().setCommitPosition(text).setPreparePosition(text);
      return answer(null, new streams.DeleteResp().setPosition(position));
    });
  };
}

export function tombstoneStream(context: ServerContext): handleUnaryCall<streams.TombstoneReq, streams.TombstoneResp> {
  return (call, answer) => {
    const options = call.request.getOptions()!;
    const stream = streamNameOf(options.getStreamIdentifier());
    const expected = expectedOf(options);
    void context.writer.tombstone(stream, expected).then((outcome) => {
      if (outcome.is !== 'appended') return answer(deletionFailure(stream, expected, outcome));
      const text = outcome.position!.toString();
      const position = new streams.TombstoneResp.Position().setCommitPosition(text).setPreparePosition(text);
      return answer(null, new streams.TombstoneResp().setPosition(position));
    });
  };
}

const deletionFailure = (stream: string, expected: Expected, outcome: AppendOutcome): Failure =>
  outcome.is === 'wrong-revision'
    ? failures.wrongRevision(stream, numberOf(expected), outcome.current ?? -1n)
    : failures.streamDeleted(stream);
