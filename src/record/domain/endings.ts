import { effectiveMilliseconds, instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { cycleEnd } from './ends.js';
import { endOf, revokedAt, type Cycle, type Ending, type Proposal, type Standing } from './standing.js';
import type { SchemeStatus, ZoneOf } from './status.js';

/** What follows from that a later edition ends a cycle; what was decided about it is in docs/adr/0018-editions-and-holders.md. */

/** Until when a cycle holds, its grace included; in milliseconds, exclusive. */
export function heldUntil(cycle: Cycle): number {
  const { boundaries, endings = [] } = cycle;
  const grace = boundaries?.holdsUntil === undefined ? endOf(cycle) : instantMilliseconds(boundaries.holdsUntil);
  const ends = endings.map(({ endsAt }) => instantMilliseconds(endsAt));
  return Math.max(endOf(cycle), Math.min(grace, ...ends));
}

const endingsBy = (cycle: Cycle, effect: Ending['effect']): readonly Ending[] =>
  (cycle.endings ?? []).filter((known) => known.effect === effect);

/** What asks for an update of a cycle, the last of several; what is void at some time is not updated but earned afresh. */
export const updateAsked = (cycle: Cycle): Ending | undefined =>
  endingsBy(cycle, 'void').length > 0 ? undefined : endingsBy(cycle, 'must-update').at(-1);

/** The cycle whose update an edition asks for. */
export function updatable(standing: Standing): Cycle | undefined {
  const cycle = groundedCycle(standing.cycles);
  return cycle === undefined || updateAsked(cycle) === undefined ? undefined : cycle;
}

/** The last cycle or, where that is an update which lost its ground, the one that it updated, so that the update can be done again. */
function groundedCycle(cycles: readonly Cycle[]): Cycle | undefined {
  const last = cycles.at(-1);
  if (last === undefined || last.revoked !== undefined) return undefined;
  if (revokedAt(last) === Infinity) return last;
  return last.kind === 'update' ? groundedCycle(cycles.filter(({ number }) => number <= last.renews!)) : undefined;
}

/**
 * The cycle that a proposal would update, by what was asked when it was made: an edition that was published while it waits changes
 * nothing about it. Undefined where it would be a first award or a renewal, or was made by hand.
 */
export function updatedBy(proposal: Proposal, standing: Standing, zoneOf: ZoneOf): Cycle | undefined {
  const { how, renewal, edition, revision, effective } = proposal;
  const cycle = groundedCycle(standing.cycles);
  if (cycle === undefined || how !== 'on-approval' || renewal !== undefined || cycle.edition >= edition) return undefined;
  const then = { ...cycle, endings: (cycle.endings ?? []).filter((known) => known.revision < revision) };
  // What was done after the end of the time to update earned a first award again.
  const isInTime = effectiveMilliseconds(effective, zoneOf(edition)) < endOf(then);
  return updateAsked(then) !== undefined && isInTime ? cycle : undefined;
}

/** By when a cycle must be updated, where that is its status; what ends by itself before that is not updated after it. */
export function updateBy(cycle: Cycle | undefined, status: Pick<SchemeStatus, 'status'> | undefined): IsoInstant | undefined {
  return cycle === undefined || status?.status !== 'update-required' ? undefined : cycleEnd(cycle)?.endsAt;
}

/**
 * From when on evidence counts for a first award again, in milliseconds; undefined where no edition opened that path. Void: whatever is
 * done since the edition came into force, so that nobody who is quick is without the certification for a day. Not updated in time: from
 * the end of that time on, like after a lapse.
 */
export function afreshFrom(cycle: Cycle, zoneOf: ZoneOf, at: IsoInstant): number | undefined {
  const voided = endingsBy(cycle, 'void').at(-1);
  if (voided !== undefined) return effectiveMilliseconds(voided.effective, zoneOf(voided.edition));
  const missed = endingsBy(cycle, 'must-update').some(({ endsAt }) => instantMilliseconds(endsAt) === endOf(cycle));
  return missed && endOf(cycle) <= instantMilliseconds(at) ? endOf(cycle) : undefined;
}
