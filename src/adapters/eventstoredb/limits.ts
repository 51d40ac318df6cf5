/** Named bounds of this adapter (house rule 9); times can be shortened for tests. */
export const APPENDS_IN_FLIGHT_MAX = 4_096;
export const APPEND_BYTES_IN_FLIGHT_MAX = 64_000_000;
/** A page that is on its way while the one before it is taken should be worth its call; the port's own bound is as large. */
export const FEED_PAGE_RECORDS = 1_000;
/** A page is about a megabyte of usual events; followers that are a little behind find it here. */
export const PAGES_HELD_MAX = 4;
/** Before the log is read again where a read did not yet show what is known to be there. */
export const AGAIN_MILLISECONDS = 20;
/** Records that are looked at in one step when the last event of ours is searched from the end, first and later. */
export const FIRST_TAIL_RECORDS = 4;
export const TAIL_RECORDS_MAX = 500;
/** A cut connection is told apart from a server that is gone by one more try, which connects anew. */
export const READ_TRIES_MAX = 2;

/** How often the first event is sent when it is not known whether it landed. */
export const STARTS_MAX = 5;

export interface Times {
  /** After this the outcome of an append counts as unknown; the server's own bound for a write is 2 seconds. */
  readonly appendMilliseconds: number;
  /** After this a read counts as failed and is cancelled. */
  readonly readMilliseconds: number;
  /** How long a follower may stay unaware of an event when the live subscription is silent. */
  readonly lookMilliseconds: number;
  /** First and longest pause before the live subscription is opened again. */
  readonly firstPauseMilliseconds: number;
  readonly longestPauseMilliseconds: number;
}

export const TIMES: Times = {
  appendMilliseconds: 10_000,
  readMilliseconds: 10_000,
  lookMilliseconds: 2_000,
  firstPauseMilliseconds: 100,
  longestPauseMilliseconds: 10_000,
};
