import type { EventLog } from './log.js';
import { lowerBound } from './lower-bound.js';
import { metadataStreamOf, type Expected, type ProposedEvent, type StoredRecord } from './records.js';
import { isSoftDeleted } from './stream-view.js';

/** What the server makes of an append, before anything is written. */
export type Verdict =
  | { readonly is: 'write'; readonly undeletes: boolean }
  /** Ids that are there already; the answer is that of the first time, and no position where the stream was deleted since. */
  | { readonly is: 'repeat'; readonly of: StoredRecord; readonly showsPosition: boolean }
  | { readonly is: 'wrong-revision'; readonly current: bigint | undefined }
  | { readonly is: 'stream-deleted' };

/** Ids of what this run of the server has written, by stream: what makes ANY idempotent, and is lost with the process. */
export class RecentIds {
  private readonly records = new Map<string, StoredRecord>();

  remember(record: StoredRecord): void {
    this.records.set(`${record.id} ${record.stream}`, record);
  }

  find(stream: string, { id }: ProposedEvent): StoredRecord | undefined {
    return this.records.get(`${id.toLowerCase()} ${stream}`);
  }
}

/** The rule of the server's `CheckCommit`, as recorded in 2.2 and 2.3 of the behaviour that this double copies. */
export function judgeAppend(
  log: EventLog,
  recent: RecentIds,
  name: string,
  expected: Expected,
  events: readonly ProposedEvent[],
): Verdict {
  const stream = log.stream(name);
  if (stream?.tombstone) return { is: 'stream-deleted' };
  const last = stream?.last ?? -1n;
  const deleted = isSoftDeleted(log.retention(name));
  const wrong: Verdict = { is: 'wrong-revision', current: last < 0n ? undefined : last };
  if (expected === 'any' || expected === 'stream_exists') {
    if (expected === 'stream_exists' && deleted) return { is: 'stream-deleted' };
    if (expected === 'stream_exists' && last < 0n && log.stream(metadataStreamOf(name)) === undefined) return wrong;
    return (
      judgeByIds(
        events.map((event) => recent.find(name, event)),
        deleted,
      ) ?? wrong
    );
  }
  const at = expected === 'no_stream' ? -1n : expected;
  if (at === last) return { is: 'write', undeletes: deleted };
  if (at > last) return wrong;
  const following = stream!.records.slice(lowerBound(stream!.records, ({ revision }) => revision, at + 1n));
  const isNext = (index: number): boolean =>
    following[index]?.revision === at + 1n + BigInt(index) && following[index]?.id === events[index]!.id.toLowerCase();
  if (events.length > 0 && events.every((_, index) => isNext(index)))
    return { is: 'repeat', of: following[events.length - 1]!, showsPosition: !deleted };
  // A deleted stream may be begun again with other events as if it had never been.
  return expected === 'no_stream' && deleted && !isNext(0) ? { is: 'write', undeletes: true } : wrong;
}

/** First id unknown: all is written, known ones a second time. All known: a repeat. Something between: a wrong revision. */
function judgeByIds(known: readonly (StoredRecord | undefined)[], deleted: boolean): Verdict | undefined {
  if (known[0] === undefined) return { is: 'write', undeletes: deleted };
  const of = known.at(-1);
  return of !== undefined && known.every((record) => record !== undefined)
    ? { is: 'repeat', of, showsPosition: !deleted }
    : undefined;
}
