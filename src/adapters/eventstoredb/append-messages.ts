import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import messages from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { LedgerError } from '../../ledger/errors.js';
import type { SerialisedEvent } from '../../ledger/ports/append-bounds.js';
import type { ExpectedRevision } from '../../ledger/ports/event-store.js';
import { accessDenied, damaged, deleted } from './errors.js';

export interface Append {
  /** The name on the server. */
  readonly stream: string;
  readonly events: readonly SerialisedEvent[];
  readonly expected: ExpectedRevision;
}

export interface Appended {
  readonly revision: number;
  readonly commit: number;
}

const uuid = (text: string) => {
  const id = new shared.UUID();
  id.setString(text);
  return id;
};

/** One append as one message; it is far below the largest that the server takes, because the port bounds its bytes. */
export function appendRequest({ stream, events, expected }: Append, correlationId: string, deadline: Date): BatchAppendReq {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const options = new messages.BatchAppendReq.Options();
  options.setStreamIdentifier(identifier);
  options.setDeadline(timestamps.Timestamp.fromDate(deadline));
  if (expected === 'none') options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));
  const request = new messages.BatchAppendReq();
  request.setCorrelationId(uuid(correlationId));
  request.setOptions(options);
  request.setProposedMessagesList(events.map(proposed));
  request.setIsFinal(true);
  return request;
}

/** The bytes are those that the bounds were measured on. */
function proposed({ id, type, data, metadata }: SerialisedEvent) {
  const message = new messages.BatchAppendReq.ProposedMessage();
  message.setId(uuid(id));
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  message.setData(Buffer.from(data));
  message.setCustomMetadata(Buffer.from(metadata));
  return message;
}

/** Answers come in the order in which they are ready, so each names its append. */
export const correlationOf = (answer: BatchAppendResp): string => answer.getCorrelationId()?.getString() ?? '';

/** What the server made of an append; a refusal is thrown. */
export function appended(answer: BatchAppendResp, { stream, events, expected }: Append): Appended {
  const error = answer.getError();
  if (error !== undefined) throw refusal(error, stream, expected);
  const success = answer.getSuccess();
  if (success === undefined) throw new LedgerError('COMMIT_UNKNOWN', 'EventStoreDB answered an append with nothing.');
  const revision = Number(success.getCurrentRevision());
  const last = (expected === 'none' ? -1 : expected) + events.length;
  const position = success.getPosition();
  // A stream that was deleted softly takes a first event again, but goes on counting where it ended.
  if (revision !== last) throw damaged(stream, `an append after ${expected} ended at revision ${revision} instead of ${last}`);
  if (position === undefined) throw damaged(stream, 'its events were deleted');
  return { revision, commit: Number(position.getCommitPosition()) };
}

/** The kind of a refusal is the type of its details: code and text differ between versions and paths. */
function refusal(error: Status, stream: string, expected: ExpectedRevision): LedgerError {
  switch (error.getDetails()?.getTypeName() ?? '') {
    case 'event_store.client.WrongExpectedVersion':
      return new LedgerError('CONCURRENCY_CONFLICT', `The stream ${stream} does not stand at revision ${expected}.`);
    case 'event_store.client.MaximumAppendSizeExceeded':
      return new LedgerError(
        'EVENT_TOO_LARGE',
        'The append is above the limit of this EventStoreDB. Raise its MaxAppendSize to the default of 1 MiB.',
      );
    case 'event_store.client.StreamDeleted':
      return deleted(stream);
    case 'event_store.client.AccessDenied':
      return accessDenied();
    default:
      // Among them its own timeout, which it also answers to a repeat while the first copy is still in flight.
      return new LedgerError('COMMIT_UNKNOWN', `EventStoreDB did not finish an append: ${error.getMessage()}.`);
  }
}
