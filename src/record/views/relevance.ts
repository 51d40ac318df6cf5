import type { SchemeEdition } from '../../catalogue/published.js';
import { PAGE_DEFAULT } from '../../http/reading.js';
import { InvalidCursor } from '../../projections/ports/read-model-store.js';
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
const RANKS: readonly (readonly StatusCode[])[] = [
  ['renewing', 'expiring', 'update-required'],
  ['overdue'],
  ['in-progress'],
  ['awaiting-review'],
  ['assigned'],
];
const rankIn = (code: StatusCode): number => RANKS.findIndex((codes) => codes.includes(code));

export const isPending = ({ status }: Pick<Relevant, 'status'>): boolean => status !== undefined && rankIn(status.status) !== -1;

/** Rule 002-5: sorted by relevance. */
export function byRelevance(a: Relevant, b: Relevant): number {
  return rankOf(a) - rankOf(b) || urgencyOf(a) - urgencyOf(b) || byPublished(a, b);
}

/** Rule 002-5: sorted by published date, the newest first; the id decides between equals, so that pages never mix. */
export function byPublished({ scheme: a }: Relevant, { scheme: b }: Relevant): number {
  return compare(b.published, a.published) || compare(a.scheme, b.scheme);
}

function rankOf({ status }: Relevant): number {
  const rank = status === undefined ? -1 : rankIn(status.status);
  return rank === -1 ? RANKS.length : rank;
}

/** The end of what is to be renewed or updated, the due instant of what is in work; a large finite number where there is none, because Infinity minus itself is no order. */
function urgencyOf({ status, assignment }: Relevant): number {
  const rank = status === undefined ? -1 : rankIn(status.status);
  const instant = rank === 0 ? status?.endsAt : status?.status === 'in-progress' ? assignment?.dueAt : undefined;
  return instant === undefined ? Number.MAX_SAFE_INTEGER : instantMilliseconds(instant);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A scheme's id is its own cursor; one that is no longer listed cannot be gone on from. */
export function relevantPage<Known extends { readonly scheme: Pick<SchemeEdition, 'scheme'> }>(
  listed: readonly Known[],
  { limit = PAGE_DEFAULT, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): { readonly shown: readonly Known[]; readonly next: string | undefined } {
  const last = listed.findIndex(({ scheme }) => scheme.scheme === cursor);
  if (cursor !== undefined && last === -1) throw new InvalidCursor();
  const shown = listed.slice(last + 1, last + 1 + limit);
  const next = listed.length > last + 1 + limit ? shown.at(-1)!.scheme.scheme : undefined;
  return { shown, next };
}
