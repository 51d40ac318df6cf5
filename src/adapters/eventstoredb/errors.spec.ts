import { AccessDeniedError, NotLeaderError, StreamDeletedError, UnavailableError, UnknownError } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import messages from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import { LedgerError } from '../../ledger/errors.js';
import { appended, type Append } from './append-messages.js';
import { readFailure } from './errors.js';

const APPEND: Append = { stream: 's', events: [{ id: 'i', type: 't', data: '{}', metadata: '{}' }], expected: 4 };

/** An answer as the server packs a refusal: what it is stands in the type of the details only. */
function refused(typeName: string, message = ''): InstanceType<typeof messages.BatchAppendResp> {
  const details = new any.Any();
  details.pack(new Uint8Array(), typeName);
  const error = new status.Status();
  error.setMessage(message);
  error.setDetails(details);
  const answer = new messages.BatchAppendResp();
  answer.setError(error);
  return answer;
}

function succeeded(revision: number, commit?: number): InstanceType<typeof messages.BatchAppendResp> {
  const success = new messages.BatchAppendResp.Success();
  success.setCurrentRevision(String(revision));
  if (commit !== undefined) {
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(String(commit));
    success.setPosition(position);
  }
  const answer = new messages.BatchAppendResp();
  answer.setSuccess(success);
  return answer;
}

const codeOf = (attempt: () => unknown): string => {
  try {
    attempt();
    return 'done';
  } catch (error) {
    return (error as LedgerError).code;
  }
};

describe('what the answer to an append means', () => {
  it.each([
    ['event_store.client.WrongExpectedVersion', 'CONCURRENCY_CONFLICT'],
    ['event_store.client.MaximumAppendSizeExceeded', 'EVENT_TOO_LARGE'],
    ['event_store.client.StreamDeleted', 'HISTORY_DAMAGED'],
    ['event_store.client.AccessDenied', 'STORE_UNAVAILABLE'],
    ['event_store.client.Timeout', 'COMMIT_UNKNOWN'],
    ['event_store.client.Unknown', 'COMMIT_UNKNOWN'],
    ['google.protobuf.Empty', 'COMMIT_UNKNOWN'],
    ['event_store.client.OfTomorrow', 'COMMIT_UNKNOWN'],
  ])('%s is %s', (typeName, code) => {
    expect(codeOf(() => appended(refused(typeName, 'Server Is Not Ready'), APPEND))).toBe(code);
  });

  it('a refused user hears how to mend it', () => {
    expect(() => appended(refused('event_store.client.AccessDenied'), APPEND)).toThrow('esdb://user:password@host:2113');
  });

  it('success is the revision that was to come; another one, or none of its places, is damage', () => {
    expect(appended(succeeded(5, 700), APPEND)).toEqual({ revision: 5, commit: 700 });
    expect(codeOf(() => appended(succeeded(6, 700), APPEND))).toBe('HISTORY_DAMAGED');
    expect(codeOf(() => appended(succeeded(5), APPEND))).toBe('HISTORY_DAMAGED');
    expect(codeOf(() => appended(new messages.BatchAppendResp(), APPEND))).toBe('COMMIT_UNKNOWN');
  });
});

const serviceError = (code: number, metadata: Record<string, string> = {}): ServiceError => {
  const held = new Metadata();
  for (const [name, value] of Object.entries(metadata)) held.set(name, value);
  return Object.assign(new Error(`${code} what it says`), { code, details: 'what it says', metadata: held });
};

describe('what a failed read means', () => {
  it.each([
    ['a server that is gone', new UnavailableError(serviceError(14)), 'STORE_UNAVAILABLE'],
    ['a server that stops', new UnknownError(serviceError(13)), 'STORE_UNAVAILABLE'],
    ['a plain error of the driver', serviceError(14), 'STORE_UNAVAILABLE'],
    ['a wrong password', new AccessDeniedError(serviceError(16)), 'STORE_UNAVAILABLE'],
    [
      'a follower',
      new NotLeaderError(serviceError(5, { 'leader-endpoint-host': 'h', 'leader-endpoint-port': '1' })),
      'STORE_UNAVAILABLE',
    ],
    ['a tombstone', new StreamDeletedError(undefined, 's'), 'HISTORY_DAMAGED'],
    ['no error at all', 'text', 'STORE_UNAVAILABLE'],
  ])('%s', (_, error, code) => {
    expect(readFailure(error, 'a read')).toMatchObject({ name: 'LedgerError', code });
  });

  it('a refused user hears how to mend it, whichever way the server says it', () => {
    for (const error of [new AccessDeniedError(serviceError(16)), new UnknownError(serviceError(7))])
      expect(readFailure(error, 'a read').message).toContain('esdb://user:password@host:2113');
  });

  it('what was understood already stays what it is', () => {
    const known = new LedgerError('HISTORY_DAMAGED', 'known');
    expect(readFailure(known, 'a read')).toBe(known);
  });
});
