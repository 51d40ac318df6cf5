import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import anys from 'google-protobuf/google/protobuf/any_pb.js';
import empties from 'google-protobuf/google/protobuf/empty_pb.js';
import { identifierOf } from './messages.js';
import type { Expected } from './records.js';
import { APPEND_DATA_BYTES_MAX, type AppendOutcome } from './writer.js';

type Success = Extract<AppendOutcome, { is: 'appended' }>;

/** The codes of `google.rpc.Status` in the answers of the batch path; the client looks at the packed detail only. */
const CODES = { badRequest: 3, timeout: 4, streamDeleted: 5, wrongRevision: 6, accessDenied: 7 } as const;

export function unarySuccess({ revision, position }: Success): streams.AppendResp {
  const success = new streams.AppendResp.Success().setCurrentRevision(revision.toString());
  if (position === undefined) success.setNoPosition(new shared.Empty());
  else {
    const text = position.toString();
    success.setPosition(new streams.AppendResp.Position().setCommitPosition(text).setPreparePosition(text));
  }
  return new streams.AppendResp().setSuccess(success);
}

/** On the unary path a wrong revision is an ordinary answer. */
export function unaryWrongRevision(expected: Expected, current: bigint | undefined): streams.AppendResp {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  const empty = new shared.Empty();
  if (current === undefined) wrong.setCurrentNoStream(empty);
  else wrong.setCurrentRevision(current.toString());
  if (expected === 'any') wrong.setExpectedAny(empty);
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(empty);
  else if (expected === 'no_stream') wrong.setExpectedNoStream(empty);
  else wrong.setExpectedRevision(expected.toString());
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

export interface BatchRequest {
  readonly correlation: shared.UUID | undefined;
  readonly stream: string;
  readonly expected: Expected;
}

export function batchAnswer(request: BatchRequest, outcome: AppendOutcome): streams.BatchAppendResp {
  if (outcome.is !== 'appended') return batchError(request, errorOf(request, outcome));
  const success = new streams.BatchAppendResp.Success().setCurrentRevision(outcome.revision.toString());
  if (outcome.position === undefined) success.setNoPosition(new empties.Empty());
  else {
    const text = outcome.position.toString();
    success.setPosition(new shared.AllStreamPosition().setCommitPosition(text).setPreparePosition(text));
  }
  return answerTo(request).setSuccess(success);
}

export const batchBadRequest = (request: BatchRequest): streams.BatchAppendResp =>
  batchError(request, packed(CODES.badRequest, 'BadRequest', new shared.BadRequest()));

export const batchDenied = (request: BatchRequest): streams.BatchAppendResp =>
  batchError(request, packed(CODES.accessDenied, 'AccessDenied', new shared.AccessDenied()));

export function batchNotReady(request: BatchRequest): streams.BatchAppendResp {
  const details = new anys.Any();
  details.pack(new empties.Empty().serializeBinary(), 'google.protobuf.Empty');
  return batchError(request, new statuses.Status().setMessage('Server Is Not Ready').setDetails(details));
}

function answerTo({ correlation, stream, expected }: BatchRequest): streams.BatchAppendResp {
  const answer = new streams.BatchAppendResp().setCorrelationId(correlation).setStreamIdentifier(identifierOf(stream));
  const empty = new empties.Empty();
  if (expected === 'any') return answer.setAny(empty);
  if (expected === 'stream_exists') return answer.setStreamExists(empty);
  if (expected === 'no_stream') return answer.setNoStream(empty);
  return answer.setStreamPosition(expected.toString());
}

const batchError = (request: BatchRequest, status: statuses.Status): streams.BatchAppendResp =>
  answerTo(request).setError(status);

function errorOf({ stream, expected }: BatchRequest, outcome: Exclude<AppendOutcome, Success>): statuses.Status {
  switch (outcome.is) {
    case 'wrong-revision':
      return packed(CODES.wrongRevision, 'WrongExpectedVersion', wrongRevision(expected, outcome.current));
    case 'stream-deleted': {
      const deleted = new shared.StreamDeleted().setStreamIdentifier(identifierOf(stream));
      return packed(CODES.streamDeleted, 'StreamDeleted', deleted);
    }
    case 'too-large': {
      const tooLarge = new shared.MaximumAppendSizeExceeded().setMaxappendsize(APPEND_DATA_BYTES_MAX);
      return packed(CODES.badRequest, 'MaximumAppendSizeExceeded', tooLarge);
    }
    case 'timeout':
      return packed(CODES.timeout, 'Timeout', new shared.Timeout());
  }
}

function wrongRevision(expected: Expected, current: bigint | undefined): shared.WrongExpectedVersion {
  const wrong = new shared.WrongExpectedVersion();
  const empty = new empties.Empty();
  if (current === undefined) wrong.setCurrentNoStream(empty);
  else wrong.setCurrentStreamRevision(current.toString());
  if (expected === 'any') return wrong.setExpectedAny(empty);
  if (expected === 'stream_exists') return wrong.setExpectedStreamExists(empty);
  if (expected === 'no_stream') return wrong.setExpectedNoStream(empty);
  return wrong.setExpectedStreamPosition(expected.toString());
}

function packed(
  code: (typeof CODES)[keyof typeof CODES],
  name: string,
  detail: { serializeBinary(): Uint8Array },
): statuses.Status {
  const details = new anys.Any();
  details.pack(detail.serializeBinary(), `event_store.client.${name}`);
  return new statuses.Status().setCode(code).setMessage(name).setDetails(details);
}
