import { z } from 'zod';
import type { SchemeEdition } from '../../catalogue/published.js';
import { dateAt, daysFrom, effectiveInstant, instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { isoDate, isoInstant } from '../../shared/text.js';
import { lapsesOf, type Lapse } from '../domain/ends.js';
import type { Standing } from '../domain/standing.js';

export const lapseSchema = z.object({
  cycle: z.int().meta({ description: 'The cycle that ended.' }),
  lastValidDay: isoDate,
  since: isoInstant.meta({ description: 'From when on it did not hold any more; a grace that keeps it valid is included.' }),
  until: isoInstant.optional().meta({ description: 'When it was held again; absent while it is not.' }),
  days: z
    .int()
    .meta({ description: 'How many days of the calendar lie between, in the zone of the scheme; until now, where it is open.' }),
});
export type ShownLapse = z.infer<typeof lapseSchema>;

/** Every time without the certification that had begun by an instant, the latest first. */
export function lapsesBy(at: IsoInstant, standing: Standing, editions: readonly SchemeEdition[]): readonly ShownLapse[] {
  const begun = lapsesOf(standing).filter(({ since }) => instantMilliseconds(since) <= instantMilliseconds(at));
  return begun.map((lapse) => shownLapse(lapse, at, standing, editions)).reverse();
}

function shownLapse(lapse: Lapse, at: IsoInstant, { cycles }: Standing, editions: readonly SchemeEdition[]): ShownLapse {
  const { cycle, lastValidDay, since, until: closed } = lapse;
  const zoneOf = (edition: number): string => editions[edition - 1]!.timeZone;
  const zone = zoneOf(cycles.find(({ number }) => number === cycle)!.edition);
  const again = closed === undefined ? undefined : effectiveInstant(closed.effective, zoneOf(closed.cycle.edition));
  const until = again === undefined || instantMilliseconds(again) > instantMilliseconds(at) ? undefined : again;
  const days = daysFrom(dateAt(since, zone), dateAt(until ?? at, zone));
  return { cycle, lastValidDay, since, ...(until === undefined ? {} : { until }), days };
}
