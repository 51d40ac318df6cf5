import { LAST_REVISION, type StoredRecord } from './records.js';

/** One stream in the log: its records that are still kept, and how far it has come, hidden and scavenged ones counted. */
export interface StoredStream {
  readonly records: StoredRecord[];
  last: bigint;
  tombstone: boolean;
}

/** What the metadata of a stream says about which of its events may be seen. */
export interface Retention {
  readonly maxCount?: bigint;
  readonly maxAgeSeconds?: number;
  readonly truncateBefore?: bigint;
}

const TICKS_PER_SECOND = 10_000_000n;

/** Reads the last event of the metadata stream; the soft delete's number is larger than what a JSON number holds exactly. */
export function retentionOf(metadata: StoredRecord | undefined): Retention {
  if (metadata === undefined) return {};
  const text = Buffer.from(metadata.data).toString('utf8');
  const { $maxCount, $maxAge, $tb } = JSON.parse(text === '' ? '{}' : text) as Record<string, number | undefined>;
  return {
    ...($maxCount === undefined ? {} : { maxCount: BigInt($maxCount) }),
    ...($maxAge === undefined ? {} : { maxAgeSeconds: $maxAge }),
    ...($tb === undefined ? {} : { truncateBefore: $tb >= Number(LAST_REVISION) ? LAST_REVISION : BigInt($tb) }),
  };
}

export const isSoftDeleted = ({ truncateBefore }: Retention): boolean => truncateBefore === LAST_REVISION;

/** The first revision that a reader may see. Events are in the order of their making, so that each rule is a lower bound. */
export function firstVisible({ records, last }: StoredStream, retention: Retention, nowTicks: bigint): bigint {
  const { maxCount, maxAgeSeconds, truncateBefore } = retention;
  let first = truncateBefore ?? 0n;
  if (maxCount !== undefined && last - maxCount + 1n > first) first = last - maxCount + 1n;
  if (maxAgeSeconds !== undefined) {
    const oldest = nowTicks - BigInt(maxAgeSeconds) * TICKS_PER_SECOND;
    const young = records.find(({ created }) => created >= oldest);
    const from = young?.revision ?? last + 1n;
    if (from > first) first = from;
  }
  return first;
}
