import {
  dateAt,
  effectiveMilliseconds,
  instantAt,
  instantMilliseconds,
  type CalendarEnd,
  type Effective,
  type IsoDate,
  type IsoInstant,
} from '../../shared/calendar.js';
import {
  pendingRenewal,
  renewedCycle,
  revokedAt,
  standingCycle,
  type Cycle,
  type Ending,
  type Renewal,
  type Standing,
} from './standing.js';

/** The later edition that ends a cycle before its own end; of several the one that ends it first. */
export function endingOf({ validity: { endsAt }, endings = [] }: Cycle): Ending | undefined {
  const own = endsAt === undefined ? Infinity : instantMilliseconds(endsAt);
  const earlier = endings.filter((ending) => instantMilliseconds(ending.endsAt) < own);
  return earlier.reduce<Ending | undefined>(
    (first, ending) =>
      first === undefined || instantMilliseconds(ending.endsAt) < instantMilliseconds(first.endsAt) ? ending : first,
    undefined,
  );
}

/**
 * From when on a renewal of a cycle cannot be done any more: where its window closes or, where a later edition ends the cycle first, as
 * that says, also where the renewal had been opened before. Exclusive; undefined where it may always be done.
 */
export function renewalCloses({ closesAt }: Pick<Renewal, 'closesAt'>, cycle: Cycle): IsoInstant | undefined {
  const ending = endingOf(cycle)?.endsAt;
  const isEndedFirst =
    ending !== undefined && (closesAt === undefined || instantMilliseconds(ending) < instantMilliseconds(closesAt));
  return isEndedFirst ? ending : closesAt;
}

/** The renewal that is pending, while it can be done. */
export function openRenewal(standing: Standing, now: IsoInstant): Renewal | undefined {
  const pending = pendingRenewal(standing);
  const closesAt = pending === undefined ? undefined : renewalCloses(pending, renewedCycle(standing)!);
  return closesAt !== undefined && instantMilliseconds(closesAt) <= instantMilliseconds(now) ? undefined : pending;
}

/** The last valid day of a cycle and the exact instant at which it ends; undefined where it never does. */
export function cycleEnd(cycle: Cycle): CalendarEnd | undefined {
  const ending = endingOf(cycle);
  if (ending !== undefined) return { lastValidDay: dayBefore(ending.endsAt), endsAt: ending.endsAt };
  const { lastValidDay, endsAt } = cycle.validity;
  return lastValidDay === undefined || endsAt === undefined ? undefined : { lastValidDay, endsAt };
}

/** The end of the certification that stands now, where it has one. */
export function standingEnd(standing: Standing): CalendarEnd | undefined {
  const cycle = standingCycle(standing);
  return cycle === undefined ? undefined : cycleEnd(cycle);
}

/** Where it still holds after its end, until when: an edition that ends it ends its grace too. */
export function graceEnd(cycle: Cycle): IsoInstant | undefined {
  const { boundaries, endings = [], validity } = cycle;
  const holdsUntil = boundaries?.holdsUntil;
  if (holdsUntil === undefined || validity.endsAt === undefined || endingOf(cycle) !== undefined) return undefined;
  const ends = [holdsUntil, ...endings.map(({ endsAt }) => endsAt)];
  const first = ends.reduce((a, b) => (instantMilliseconds(b) < instantMilliseconds(a) ? b : a));
  return instantMilliseconds(first) > instantMilliseconds(validity.endsAt) ? first : undefined;
}

/** A time without the certification after it was held; closed by the cycle that came after it. */
export interface Lapse {
  /** The cycle that ended. */
  readonly cycle: number;
  readonly lastValidDay: IsoDate;
  /** From when on it did not hold any more, a grace included. */
  readonly since: IsoInstant;
  readonly until?: { readonly cycle: Cycle; readonly effective: Effective };
}

/** Every time without the certification, by what is recorded today: what was revoked has not lapsed. */
export function lapsesOf({ cycles }: Standing): readonly Lapse[] {
  return cycles.flatMap((cycle, index): readonly Lapse[] => {
    const end = cycleEnd(cycle);
    if (end === undefined) return [];
    const since = graceEnd(cycle) ?? end.endsAt;
    const next = cycles[index + 1];
    const isNone =
      revokedAt(cycle) <= instantMilliseconds(since) || (next !== undefined && hasBegunBy(next.validity.from, since));
    if (isNone) return [];
    const lapse = { cycle: cycle.number, lastValidDay: end.lastValidDay, since };
    return [next === undefined ? lapse : { ...lapse, until: { cycle: next, effective: next.validity.from } }];
  });
}

/**
 * Whether something had begun by an instant that stands in an event. A date counts as the start of its day at the offset with which
 * that instant is written, which is that of its edition's zone: so facts alone decide, and a read model needs no definitions.
 */
export const hasBegunBy = (time: Effective, instant: IsoInstant): boolean =>
  'date' in time ? time.date <= instant.slice(0, 10) : effectiveMilliseconds(time, 'UTC') <= instantMilliseconds(instant);

/** The same before that instant, and not at it. */
export const hasBegunBefore = (time: Effective, instant: IsoInstant): boolean =>
  'date' in time ? time.date <= dayBefore(instant) : effectiveMilliseconds(time, 'UTC') < instantMilliseconds(instant);

/** The last day before an instant, at the offset with which it is written. */
function dayBefore(instant: IsoInstant): IsoDate {
  const offset = instant.endsWith('Z') ? 'UTC' : instant.slice(-6);
  return dateAt(instantAt(instantMilliseconds(instant) - 1), offset);
}
