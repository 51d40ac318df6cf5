import type { SchemeEdition } from '../../catalogue/published.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import type { Assignment } from '../domain/standing.js';
import type { SchemeStatus, StatusCode } from '../domain/status.js';

/** What decides where a scheme stands in a learner's list. */
export interface Relevant {
  readonly scheme: SchemeEdition;
  readonly status: SchemeStatus | undefined;
  readonly assignment: Assignment | undefined;
}

/** domain.md ◆ Relevance: what comes first for the learner; what has no place of its own follows by published date. */
const RANKS: readonly StatusCode[] = ['expiring', 'overdue', 'in-progress', 'awaiting-review', 'assigned'];

export const isPending = ({ status }: Relevant): boolean => status !== undefined && RANKS.includes(status.status);

/** Rule 002-5: sorted by relevance. */
export function byRelevance(a: Relevant, b: Relevant): number {
  return rankOf(a) - rankOf(b) || urgencyOf(a) - urgencyOf(b) || byPublished(a, b);
}

/** Rule 002-5: sorted by published date, the newest first; the id decides between equals, so that pages never mix. */
export function byPublished({ scheme: a }: Relevant, { scheme: b }: Relevant): number {
  return compare(b.published, a.published) || compare(a.scheme, b.scheme);
}

function rankOf({ status }: Relevant): number {
  const rank = status === undefined ? -1 : RANKS.indexOf(status.status);
  return rank === -1 ? RANKS.length : rank;
}

/** The end of what expires, the due instant of what is in work; a large finite number where there is none, because Infinity minus itself is no order. */
function urgencyOf({ status, assignment }: Relevant): number {
  const instant =
    status?.status === 'expiring' ? status.endsAt : status?.status === 'in-progress' ? assignment?.dueAt : undefined;
  return instant === undefined ? Number.MAX_SAFE_INTEGER : instantMilliseconds(instant);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
