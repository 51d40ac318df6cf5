import { z } from 'zod';
import type { SchemeEdition } from '../../catalogue/published.js';
import { instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { isoInstant } from '../../shared/text.js';
import { renewalTime, type RenewalTime } from '../domain/award-dates.js';
import { optional } from '../domain/circumstances.js';
import { renewalCloses } from '../domain/ends.js';
import type { Cycle } from '../domain/standing.js';

export const windowSchema = z.object({ opensAt: isoInstant, closesAt: isoInstant.optional(), open: z.boolean() }).meta({
  description: 'From and until when it may be renewed, and whether that is so at the instant; absent where it cannot be renewed.',
});

/** When a cycle may be renewed; not at all, where the newest edition allows none or a later edition ends it before its window opens. */
function windowOf(cycle: Cycle, newest: SchemeEdition): RenewalTime | undefined {
  const time = newest.renewal === undefined ? undefined : renewalTime(cycle, newest);
  if (time === undefined) return undefined;
  const { opensAt } = time;
  const closesAt = renewalCloses(time, cycle);
  return closesAt === undefined || isAfter(closesAt, opensAt) ? { opensAt, closesAt } : undefined;
}

export function shownWindow(
  { cycle, newest }: { readonly cycle: Cycle; readonly newest: SchemeEdition },
  at: IsoInstant,
): z.infer<typeof windowSchema> | undefined {
  const time = windowOf(cycle, newest);
  if (time === undefined) return undefined;
  const { opensAt, closesAt } = time;
  // It stands at that instant, so that it may be renewed early where that is accepted.
  const hasOpened = newest.renewal?.early === 'accept' || !isAfter(opensAt, at);
  const open = hasOpened && (closesAt === undefined || isAfter(closesAt, at));
  return { opensAt, ...optional({ closesAt }), open };
}

const isAfter = (instant: IsoInstant, other: IsoInstant): boolean => instantMilliseconds(instant) > instantMilliseconds(other);
