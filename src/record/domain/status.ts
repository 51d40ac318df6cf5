import { effectiveMilliseconds, instantMilliseconds, type IsoDate, type IsoInstant } from '../../shared/calendar.js';
import { cyclesOf, type Cycle, type RecordState } from './state.js';

/** Machine codes of a learner's status in a scheme; where several fit, this order decides: revoked, expired, certified. */
export type StatusCode = 'certified' | 'expired' | 'revoked';
export type CycleStatus = 'current' | 'superseded' | 'expired' | 'revoked';

/** The time zone of an edition: a cycle is counted in the zone of the edition that it began under, whatever came later. */
export type ZoneOf = (edition: number) => string;

export interface SchemeStatus {
  readonly status: StatusCode;
  /** Does the certification hold at that instant? */
  readonly valid: boolean;
  readonly cycle: number;
  readonly lastValidDay?: IsoDate | undefined;
  readonly endsAt?: IsoInstant | undefined;
}

/**
 * The status at an instant, a function of the record's facts and that instant alone: right even if no scheduler ever ran.
 * Undefined before the first cycle begins.
 */
export function statusAt(state: RecordState, scheme: string, zoneOf: ZoneOf, at: IsoInstant): SchemeStatus | undefined {
  const instant = instantMilliseconds(at);
  const begun = cyclesOf(state, scheme).filter((cycle) => beginsAt(cycle, zoneOf) <= instant);
  const cycle = begun.at(-1);
  if (cycle === undefined) return undefined;
  const own = cycleStatusAt(cycle, undefined, zoneOf, at);
  const status: StatusCode = own === 'revoked' || own === 'expired' ? own : 'certified';
  return {
    status,
    valid: status === 'certified',
    cycle: cycle.number,
    lastValidDay: cycle.validity.lastValidDay,
    endsAt: cycle.validity.endsAt,
  };
}

/** What became of one cycle at an instant; `next` is the cycle after it. Superseded is neither expired nor revoked. */
export function cycleStatusAt(cycle: Cycle, next: Cycle | undefined, zoneOf: ZoneOf, at: IsoInstant): CycleStatus {
  const instant = instantMilliseconds(at);
  if (cycle.revoked !== undefined && effectiveMilliseconds(cycle.revoked.effective, zoneOf(cycle.edition)) <= instant)
    return 'revoked';
  const ends = endOf(cycle);
  const superseded = next === undefined ? Number.POSITIVE_INFINITY : beginsAt(next, zoneOf);
  if (superseded <= instant && superseded < ends) return 'superseded';
  return ends <= instant ? 'expired' : 'current';
}

export const beginsAt = (cycle: Cycle, zoneOf: ZoneOf): number =>
  effectiveMilliseconds(cycle.validity.from, zoneOf(cycle.edition));
export const endOf = (cycle: Cycle): number =>
  cycle.validity.endsAt === undefined ? Number.POSITIVE_INFINITY : instantMilliseconds(cycle.validity.endsAt);
