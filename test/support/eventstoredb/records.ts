/** What one append proposes for one event, as it came over the wire. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event in the log. Its commit position equals its prepare position, as it does for all that a client can write. */
export interface StoredRecord extends ProposedEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  /** Ticks of 100 nanoseconds since 1970, the same for all events of one append. */
  readonly created: bigint;
}

/** The revision that the writer expects the stream to stand at. */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | bigint;

/** The largest int64: the revision of a tombstone, and in `$tb` the mark of a soft-deleted stream. */
export const LAST_REVISION = 9_223_372_036_854_775_807n;

export const METADATA_TYPE = '$metadata';
export const TOMBSTONE_TYPE = '$streamDeleted';
export const metadataStreamOf = (stream: string): string => `$$${stream}`;
