import type { handleClientStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { unarySuccess, unaryWrongRevision } from './append-answers.js';
import { expectedOf, isPast, isSound } from './append-request.js';
import { failures, type Failure } from './failures.js';
import type { Fault } from './faults.js';
import { proposedOf, streamNameOf } from './messages.js';
import type { Expected, ProposedEvent } from './records.js';
import { refused, type ServerContext } from './server-context.js';
import { APPEND_DATA_BYTES_MAX, type AppendOutcome } from './writer.js';

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
    const settle = (fault: Fault | undefined): void => {
      if (call.cancelled || isPast(call.getDeadline())) return;
      if (refused(fault, call.getPeer(), context, (failure) => answer(failure))) return;
      const stream = streamNameOf(options.getStreamIdentifier());
      const expected = expectedOf(options);
      if (!isSound(stream, events)) return answer(failures.badRequest());
      void context.writer.append(stream, expected, events).then((outcome) => {
        if (fault === 'answer-lost') return context.cut(call.getPeer());
        if (outcome.is === 'appended') return answer(null, unarySuccess(outcome));
        if (outcome.is === 'wrong-revision') return answer(null, unaryWrongRevision(expected, outcome.current));
        return answer(failureOf(stream, outcome)!);
      });
    };
    // A client that gave up while the server stood still has sent that too; it is heard one turn later.
    call.on('end', () => setImmediate(() => context.faults.admit('append', settle)));
  };
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
