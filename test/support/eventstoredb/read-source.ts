import type streams from '@eventstore/db-client/generated/streams_pb.js';
import { failures, type Failure } from './failures.js';
import type { EventLog } from './log.js';
import { lowerBound } from './lower-bound.js';
import { streamNameOf } from './messages.js';
import { LAST_REVISION, type StoredRecord } from './records.js';

type Options = streams.ReadReq.Options;

/** Something that can be read on from where the last page ended. */
export interface Source {
  /** The next records, none at the end; at a later time there may be more. */
  next(limit: number): readonly StoredRecord[];
  /** Whether a record that was just committed belongs to it. */
  includes(record: StoredRecord): boolean;
  /** From now on only what is committed later. */
  skipToEnd(): void;
  /** Where the next page of `$all` begins; undefined at the end, and of a stream. */
  startOfNext(): bigint | undefined;
}

export type Opened = { readonly source: Source } | { readonly failure: Failure } | { readonly notFound: string };

const BACKWARDS = 1;
const PAST_EVERYTHING = 2n ** 63n;

/** The position that a request names, 0 for the start; past everything for the end. */
export function positionOf(options: Options): { commit: bigint; prepare: bigint } {
  const all = options.getAll()!;
  if (all.hasEnd()) return { commit: PAST_EVERYTHING, prepare: PAST_EVERYTHING };
  const position = all.getPosition();
  return { commit: BigInt(position?.getCommitPosition() ?? 0), prepare: BigInt(position?.getPreparePosition() ?? 0) };
}

/** A place in the log that can be read from: a record's start, even of a scavenged one, the start or past everything. */
export function isReadable(log: EventLog, { commit, prepare }: { commit: bigint; prepare: bigint }): boolean {
  return prepare <= commit && (commit === 0n || commit >= log.committedEnd || log.isRecordStart(commit));
}

/** `$all` from a position: forwards with the record there, backwards without it. */
export function openAllRead(log: EventLog, options: Options): Opened {
  const position = positionOf(options);
  const backwards = options.getReadDirection() === BACKWARDS;
  const isPastEnd = position.commit > log.committedEnd && position.commit !== PAST_EVERYTHING;
  if (!isReadable(log, position) || (backwards && isPastEnd)) return { failure: failures.badRead('All') };
  let at = position.commit;
  return {
    source: {
      next(limit) {
        const page = backwards ? log.backwards(at, limit) : log.forwards(at, limit);
        const last = page.at(-1);
        if (last !== undefined) at = backwards ? last.position : last.position + 1n;
        return page;
      },
      includes: () => true,
      skipToEnd: () => void (at = log.committedEnd),
      startOfNext: () => log.forwards(at, 1)[0]?.position,
    },
  };
}

/** A stream from a revision on, that one included, as far as its metadata lets it be seen. */
export function openStreamRead(log: EventLog, options: Options): Opened {
  const request = options.getStream()!;
  const name = streamNameOf(request.getStreamIdentifier());
  const backwards = options.getReadDirection() === BACKWARDS;
  if (name === '') return { failure: failures.badRequest() };
  const from = request.hasStart() ? 0n : request.hasEnd() ? LAST_REVISION : BigInt(request.getRevision());
  if (options.getCount() === '0' || from > LAST_REVISION || (request.hasEnd() && !backwards))
    return { failure: failures.badRead('Stream') };
  if (log.stream(name)?.tombstone) return { failure: failures.streamDeleted(name) };
  if (log.firstVisible(name) === undefined) return { notFound: name };
  return { source: streamSource(log, name, from, backwards) };
}

export function streamSource(log: EventLog, name: string, from: bigint, backwards = false): Source {
  let at = from;
  const recordsFrom = (limit: number): readonly StoredRecord[] => {
    const first = log.firstVisible(name);
    if (first === undefined) return [];
    const { records } = log.stream(name)!;
    const seen = records.slice(
      0,
      lowerBound(records, ({ position }) => position, log.committedEnd),
    );
    const indexOf = (revision: bigint): number => lowerBound(seen, (record) => record.revision, revision);
    if (backwards)
      return seen
        .slice(indexOf(first), indexOf(at + 1n))
        .slice(-limit)
        .reverse();
    const start = indexOf(at > first ? at : first);
    return seen.slice(start, start + limit);
  };
  return {
    next(limit) {
      const page = recordsFrom(limit);
      const last = page.at(-1);
      if (last !== undefined) at = last.revision + (backwards ? -1n : 1n);
      return page;
    },
    includes: (record) => record.stream === name && record.revision >= at,
    skipToEnd: () => void (at = (log.stream(name)?.last ?? -1n) + 1n),
    startOfNext: () => undefined,
  };
}
