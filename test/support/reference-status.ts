import { closesOf, endOf, isOneTerm, isSuspended, overAt, type Cycle, type Standing } from './reference-facts.js';
import { holdsUntil } from './reference-terms.js';

export interface ReferenceStatus {
  readonly status: string | undefined;
  readonly valid: boolean;
}

/**
 * A certification that has not ended (suspended, update-required, renewing, expiring, certified); a waiver; what is asked and not
 * fulfilled (awaiting-review, renewing, missed or overdue, in-progress, assigned); how the last certification ended; withdrawn.
 */
export function referenceStatus(standing: Standing, at: number): ReferenceStatus {
  const { scheme, waivers, proposals, tasks, cycles } = standing;
  const begun = cycles.filter(({ term }) => term.from <= at);
  const cycle = begun.at(-1);
  const isOver = cycle !== undefined && overAt(cycle) <= at;
  const isRenewing = cycle !== undefined && !isOver && isRenewed(standing, cycle, at);
  if (cycle !== undefined && !isOver && at < endOf(cycle)) {
    const status = heldStatus(cycle, isRenewing, at);
    return { status, valid: status !== 'suspended' };
  }
  const valid = cycle !== undefined && !isOver && at < holdsUntil(cycle) && !isSuspended(cycle, at);
  const is = (status: string | undefined): ReferenceStatus => ({ status, valid });
  if (waivers.some(({ from, end, endedAt }) => from <= at && at < end && at < endedAt)) return is('waived');
  if (proposals.some((known) => known.at <= at && at < known.closedAt)) return is('awaiting-review');
  if (isRenewing) return is('renewing');
  const task = tasks.filter(({ on }) => on <= at).at(-1);
  if (task !== undefined && at < task.withdrawnAt && !begun.some(({ fulfils }) => fulfils === task)) {
    if (at >= (task.due ?? Infinity)) return is(scheme.late ? 'overdue' : 'missed');
    return is(task.startedAt <= at ? 'in-progress' : 'assigned');
  }
  if (cycle !== undefined) return is(isOver ? 'revoked' : at >= cycle.term.closes ? 'lapsed' : 'expired');
  return is(task === undefined ? undefined : 'withdrawn');
}

function heldStatus(cycle: Cycle, isRenewing: boolean, at: number): string {
  if (isSuspended(cycle, at)) return 'suspended';
  if (cycle.endings.some(({ effect, on }) => effect === 'must-update' && on <= at)) return 'update-required';
  if (isRenewing) return 'renewing';
  return cycle.term.expiring <= at ? 'expiring' : 'certified';
}

const isRenewed = ({ renewals }: Standing, cycle: Cycle, at: number): boolean =>
  renewals.some(
    (known) => isOneTerm(cycle, known.cycle) && known.at <= at && at < closesOf(known.closes, cycle) && at < known.withdrawnAt,
  );
