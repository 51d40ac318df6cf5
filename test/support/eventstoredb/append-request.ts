import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, ProposedEvent } from './records.js';

type Options =
  streams.AppendReq.Options | streams.BatchAppendReq.Options | streams.DeleteReq.Options | streams.TombstoneReq.Options;

/** What all requests that write say of the revision at which the stream is expected. */
export function expectedOf(options: Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return BigInt('getRevision' in options ? options.getRevision() : options.getStreamPosition());
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Names, types and ids as the server takes them; each path refuses others in its own words. */
export const isSound = (stream: string, events: readonly ProposedEvent[]): boolean =>
  stream !== '' && events.every(({ id, type }) => type !== '' && UUID.test(id) && !/^[0-]+$/.test(id));

export const isPast = (deadline: Date | number): boolean => Number(deadline) <= Date.now();
