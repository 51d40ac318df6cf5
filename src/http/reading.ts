import { z } from 'zod';
import type { Projections } from '../projections/projections.js';
import { parsePosition } from '../ledger/position.js';
import { isoInstant } from '../shared/text.js';
import { ProblemException } from './problems.js';

export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 200;

const wholeNumber = z.string().regex(/^\d{1,6}$/, 'Must be a whole number.');
export const limitParameter = wholeNumber
  .transform(Number)
  .pipe(z.int().min(1).max(PAGE_MAX))
  .optional()
  .meta({ description: `How many at the most, 1 to ${PAGE_MAX}; ${PAGE_DEFAULT} unless told.` });
export const cursorParameter = z.string().max(2_000).optional().meta({ description: '"next" of the page before.' });
export const minPositionParameter = z
  .string()
  .max(40)
  .optional()
  .meta({ description: 'The position of a receipt: the answer includes that write, or is 503 after a bounded wait.' });
export const knownAtParameter = isoInstant
  .optional()
  .meta({ description: 'By what was recorded by then, corrections after it left out; by all that is recorded unless told.' });
export const atParameter = isoInstant.optional().meta({ description: 'The instant at which to answer; now unless told.' });

/** Waits within a bound until a read model includes a position, so that a caller reads its own write. */
export async function awaitReadModel(projections: Projections, name: string, minPosition: string | undefined): Promise<void> {
  if (minPosition !== undefined && parsePosition(minPosition) === undefined) throw new ProblemException('INVALID_POSITION');
  const outcome = await projections.awaitPosition(name, minPosition);
  if (outcome === 'behind') throw new ProblemException('PROJECTION_BEHIND');
}
