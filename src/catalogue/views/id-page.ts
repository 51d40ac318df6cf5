import { ProblemException } from '../../http/problems.js';
import { PAGE_DEFAULT } from '../../http/reading.js';

/**
 * A page of what the catalogue holds, by id. An id is its own cursor: the list is sorted by it, and what was defined once is never
 * taken out, so that a cursor which names nothing in the list was given out by nobody.
 */
export function idPage(
  defined: ReadonlyMap<string, unknown>,
  { limit = PAGE_DEFAULT, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): { readonly ids: readonly string[]; readonly next?: string } {
  if (cursor !== undefined && !defined.has(cursor)) throw new ProblemException('INVALID_CURSOR');
  const left = [...defined.keys()].sort().filter((id) => cursor === undefined || id > cursor);
  const ids = left.slice(0, limit);
  return { ids, ...(left.length > limit ? { next: ids.at(-1)! } : {}) };
}
