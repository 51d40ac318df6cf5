import { effectiveMilliseconds, instantAt, type IsoInstant } from '../../shared/calendar.js';
import { heldUntil } from './endings.js';
import { revokedAt, type Cycle, type Standing } from './standing.js';
import { beginsAt, type ZoneOf } from './status.js';

/** A time in milliseconds, from `from` on and before `until`. */
interface Time {
  readonly from: number;
  readonly until: number;
}

/** A time without the certification after it was held; without an end while it lasts. */
export interface Gap {
  readonly from: IsoInstant;
  readonly until?: IsoInstant;
}

/** From when on it has held without a gap, and every gap that had begun by an instant, the earliest first. */
export interface Continuity {
  readonly since?: IsoInstant;
  readonly gaps: readonly Gap[];
}

/**
 * Whether one cycle follows on another says nothing about whether the certification held between them: graces, revocations and
 * suspensions count as they count for its validity.
 */
export function continuityAt(standing: Standing, zoneOf: ZoneOf, at: number): Continuity {
  const held = heldTimes(standing, zoneOf).filter(({ from }) => from <= at);
  const gaps = held.flatMap(({ until }, index): readonly Gap[] => {
    if (until > at) return [];
    const next = held[index + 1];
    return [{ from: instantAt(until), ...(next === undefined ? {} : { until: instantAt(next.from) }) }];
  });
  const last = held.at(-1);
  return { ...(last !== undefined && last.until > at ? { since: instantAt(last.from) } : {}), gaps };
}

/** The times in which the certification holds, joined where one goes over into the next. */
function heldTimes({ cycles }: Standing, zoneOf: ZoneOf): readonly Time[] {
  const times = cycles.flatMap((cycle, index) => {
    // From the beginning of a cycle on it is that one which decides; one that stands in another's place may begin before that.
    const later = cycles.slice(index + 1).map((next) => beginsAt(next, zoneOf));
    const until = Math.min(heldUntil(cycle), revokedAt(cycle), ...later);
    return withoutSuspensions(cycle, { from: beginsAt(cycle, zoneOf), until });
  });
  return times.reduce<readonly Time[]>((joined, time) => {
    const last = joined.at(-1);
    return last !== undefined && last.until === time.from
      ? [...joined.slice(0, -1), { from: last.from, until: time.until }]
      : [...joined, time];
  }, []);
}

/** Suspended and reinstated are effective at an instant, so that no zone matters. */
function withoutSuspensions({ suspensions = [] }: Cycle, time: Time): readonly Time[] {
  const parts = suspensions.reduce<readonly Time[]>(
    (rest, { from, until }) => {
      const begins = effectiveMilliseconds(from, 'UTC');
      const ends = until === undefined ? Infinity : effectiveMilliseconds(until, 'UTC');
      return rest.flatMap((part) => [
        { from: part.from, until: Math.min(part.until, begins) },
        { from: Math.max(part.from, ends), until: part.until },
      ]);
    },
    [time],
  );
  return parts.filter(({ from, until }) => from < until);
}
