import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

export type Failure = Pick<ServiceError, 'code' | 'details' | 'metadata'>;

function failure(code: status, details: string, trailers: Readonly<Record<string, string>> = {}): Failure {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code, details, metadata };
}

/** Statuses and trailers as the server sends them; the client makes its error classes of the trailer `exception`. */
export const failures = {
  unavailable: (): Failure => failure(status.UNAVAILABLE, 'The double was told to fail this call.'),
  notReady: (): Failure => failure(status.UNAVAILABLE, 'Server Is Not Ready'),
  notLeader: (host: string, port: number): Failure =>
    failure(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(port),
    }),
  streamDeleted: (stream: string): Failure =>
    failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),
  wrongRevision: (stream: string, expected: bigint, actual: bigint): Failure =>
    failure(
      status.FAILED_PRECONDITION,
      `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
      {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': String(expected),
        'actual-version': String(actual),
      },
    ),
  tooLarge: (bytes: number): Failure =>
    failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytes} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(bytes),
    }),
  timeout: (): Failure => failure(status.ABORTED, 'Operation timed out'),
  tooSlow: (): Failure =>
    failure(status.ABORTED, 'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.'),
  /** What a client makes of a stream that ends without a status: a graceful stop of the server looks so. */
  endedWithoutStatus: (): Failure => failure(status.INTERNAL, 'Received RST_STREAM with code 0 (Call ended without gRPC status)'),
  badRequest: (): Failure => failure(status.UNKNOWN, 'Exception was thrown by handler.'),
  badRead: (of: 'Stream' | 'All'): Failure => failure(status.UNKNOWN, `Unexpected Read${of}Result: Error`),
};
