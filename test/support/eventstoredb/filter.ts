import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { StoredRecord } from './records.js';

const SEARCH_WINDOW_DEFAULT = 32;

/** Which records of `$all` a subscriber wants, and after how many considered ones it hears how far the server is. */
export interface Filter {
  matches(record: StoredRecord): boolean;
  /** Records that one page of the catch-up considers. */
  readonly window: number;
  /** Undefined without a filter: such a subscription gets no checkpoints. */
  readonly checkpointEvery: number | undefined;
}

/** Throws for a pattern that is none. */
export function filterOf(options: streams.ReadReq.Options): Filter {
  const filter = options.getFilter();
  if (filter === undefined) return { matches: () => true, window: SEARCH_WINDOW_DEFAULT, checkpointEvery: undefined };
  const byStream = filter.hasStreamIdentifier();
  const expression = (byStream ? filter.getStreamIdentifier() : filter.getEventType())!;
  const prefixes = expression.getPrefixList();
  const pattern = prefixes.length > 0 ? undefined : new RegExp(expression.getRegex(), 'u');
  const window = filter.hasMax() ? filter.getMax() : SEARCH_WINDOW_DEFAULT;
  return {
    matches(record) {
      const text = byStream ? record.stream : record.type;
      return pattern?.test(text) ?? prefixes.some((prefix) => text.startsWith(prefix));
    },
    window,
    checkpointEvery: window * Math.max(1, filter.getCheckpointintervalmultiplier()),
  };
}
