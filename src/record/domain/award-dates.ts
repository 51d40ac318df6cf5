import { EXPIRING_FROM_DEFAULT, type SchemeEdition } from '../../catalogue/published.js';
import {
  addDays,
  effectiveDate,
  effectiveInstant,
  instantBefore,
  instantMilliseconds,
  validityEnd,
  type CalendarEnd,
  type Effective,
  type IsoDate,
  type IsoInstant,
} from '../../shared/calendar.js';
import { optional } from './circumstances.js';
import { renewalCloses } from './ends.js';
import type { Boundaries, ValidityInterval } from './events.js';
import { holdsUntil, renewalWindow, renewedEnd } from './renewal-dates.js';
import type { Cycle } from './standing.js';
import { beginsAt } from './status.js';

/** The dates of an award: all of them are stored in it, so that later zone data and later editions change no history. */

/**
 * Rules 000-5, 001-19 and 002-1: no period is perpetual. Where the scheme says so, the evidence that ends first caps it. Undefined
 * beyond the year 9999.
 */
export function validityOf(
  scheme: SchemeEdition,
  effective: Effective,
  evidenceEnds: IsoDate | undefined,
): ValidityInterval | undefined {
  const { timeZone, validity } = scheme;
  const own = 'perpetual' in validity ? validity : validityEnd(effectiveDate(effective, timeZone), validity.duration, timeZone);
  return capped(scheme, effective, own, evidenceEnds);
}

/** The validity of what renews another cycle, by the policy of the edition under which the renewal was opened. */
export function renewedValidity(
  scheme: SchemeEdition,
  prior: Cycle,
  effective: Effective,
  evidenceEnds: IsoDate | undefined,
): ValidityInterval | undefined {
  const { timeZone, validity, renewal: policy = {} } = scheme;
  const completedOn = effectiveDate(effective, timeZone);
  // What never ends is not renewed, so that the prior cycle has a last day.
  const own = renewedEnd({ policy, validity, timeZone, priorLastValidDay: prior.validity.lastValidDay!, completedOn });
  return capped(scheme, effective, own, evidenceEnds);
}

function capped(
  { capByEvidence, timeZone }: SchemeEdition,
  from: Effective,
  own: CalendarEnd | { readonly perpetual: true } | undefined,
  evidenceEnds: IsoDate | undefined,
): ValidityInterval | undefined {
  if (own === undefined) return undefined;
  const cap = capByEvidence === true ? evidenceEnds : undefined;
  const end = 'perpetual' in own ? undefined : own;
  if (cap !== undefined && (end === undefined || cap < end.lastValidDay)) {
    return { from, lastValidDay: cap, endsAt: effectiveInstant({ date: addDays(cap, 1) }, timeZone) };
  }
  return { from, ...end };
}

/** When it is expiring, from and until when it may be renewed, and until when it holds; what never ends has none of these. */
export function awardBoundaries(scheme: SchemeEdition, { endsAt }: ValidityInterval): Boundaries | undefined {
  if (endsAt === undefined) return undefined;
  const { timeZone, renewal, notices } = scheme;
  const window = renewal === undefined ? undefined : renewalWindow(renewal, endsAt, timeZone);
  // A window that opens with the end warns nobody, so that it is no time from which a certification is expiring.
  const fromWindow = notices?.expiringFrom === undefined && renewal?.opensBefore !== undefined ? window?.opensAt : undefined;
  return {
    expiringAt: fromWindow ?? instantBefore(endsAt, notices?.expiringFrom ?? EXPIRING_FROM_DEFAULT, timeZone),
    ...optional({
      renewalOpensAt: window?.opensAt,
      renewalClosesAt: window?.closesAt,
      holdsUntil: renewal?.validityGrace === undefined ? undefined : holdsUntil(renewal, endsAt, timeZone),
    }),
  };
}

/** From and until when a cycle may be renewed. */
export interface RenewalTime {
  readonly opensAt: IsoInstant;
  /** Exclusive; absent where it never closes. */
  readonly closesAt?: IsoInstant | undefined;
}

/**
 * The renewal window of a cycle as it stands in its award or, where it was awarded when nothing was known of renewals, as the newest
 * edition has it. Undefined for what never ends, and for what cannot be renewed.
 */
export function renewalTime({ boundaries, validity }: Cycle, newest: SchemeEdition): RenewalTime | undefined {
  const { endsAt } = validity;
  if (endsAt === undefined) return undefined;
  if (boundaries?.renewalOpensAt !== undefined)
    return { opensAt: boundaries.renewalOpensAt, closesAt: boundaries.renewalClosesAt };
  return newest.renewal === undefined ? undefined : renewalWindow(newest.renewal, endsAt, newest.timeZone);
}

/** When a cycle may be renewed, in all: also before its window where the policy accepts that, and no longer than a later edition lets it be. */
export interface RenewalBounds extends RenewalTime {
  /** From when on it may be renewed, in milliseconds. */
  readonly from: number;
  /** Where the window of the award itself closes, whatever a later edition says. */
  readonly windowClosesAt?: IsoInstant | undefined;
}

/** As the newest edition allows it, whatever the edition of the award said; undefined where it cannot be renewed. */
export function renewalBounds(cycle: Cycle, editions: readonly SchemeEdition[]): RenewalBounds | undefined {
  const newest = editions.at(-1)!;
  const time = newest.renewal === undefined ? undefined : renewalTime(cycle, newest);
  if (time === undefined) return undefined;
  const opens = instantMilliseconds(time.opensAt);
  const from =
    newest.renewal?.early === 'accept'
      ? Math.min(
          opens,
          beginsAt(cycle, (edition) => editions[edition - 1]!.timeZone),
        )
      : opens;
  return { opensAt: time.opensAt, closesAt: renewalCloses(time, cycle), windowClosesAt: time.closesAt, from };
}
