import { retirementOf, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import { effectiveInstant, type Effective } from '../../shared/calendar.js';
import { awardBoundaries, renewedValidity, validityOf } from './award-dates.js';
import type { Reason } from './commands.js';
import { optional, reasonFields, refuse, type Given, type Refusal } from './circumstances.js';
import { evaluateWay, waysOf, type Way } from './earning.js';
import type { ChecklistLeaf, DataOf, RecordEvent } from './events.js';
import { earliestEnd, evaluateScheme } from './scheme-evidence.js';
import { isMissed, isPastDue, pendingAssignment, type Cycle, type Proposal } from './standing.js';
import { cyclesOf, standingOf, type RecordState } from './state.js';
import type { ZoneOf } from './status.js';

/**
 * The award that the evidence of a record earns in a scheme, or its proposal where a person must approve it; also what re-decides an
 * award later. It is the first award, the first again after a lapse, or the renewal that was opened (domain.md, Renewal intent).
 */
export function automaticAward(
  id: string,
  state: RecordState,
  given: Given,
  isMeant: (way: Way) => boolean = () => true,
): RecordEvent | Refusal | undefined {
  if (openProposal(standingOf(state, id).proposals) !== undefined) return undefined;
  for (const way of waysOf(id, state, given)) {
    const award = isMeant(way) ? awardOn(way, state, given) : undefined;
    if (award !== undefined) return award;
  }
  return undefined;
}

function awardOn(way: Way, state: RecordState, given: Given): RecordEvent | Refusal | undefined {
  const { scheme, assignment, renews } = way;
  const isAsked = assignment !== undefined || renews !== undefined;
  // Retiring stops new use; what was asked of a learner or opened before may still be fulfilled.
  if (!isAsked && retirementOf(given.facts, 'scheme', scheme.scheme) !== undefined) return undefined;
  const { satisfied, effective, checklist } = evaluateWay(way, state);
  if (!satisfied) return undefined;
  const ground = { effective: effective!, checklist, ...fulfilled(way, effective!, state) };
  if (scheme.award === 'automatic') return award(way, state, { how: 'automatic', ...ground });
  return proposal(way, state, { how: 'on-approval', ...ground }, needsSecond(scheme, given.facts) ? 2 : 1);
}

/** The assignment that an award fulfils, and whether late: in time is what the evidence from before the due instant alone would have earned. */
function fulfilled(
  { scheme, window, assignment, renews }: Way,
  effective: Effective,
  state: RecordState,
): Pick<Ground, 'assignment' | 'late'> {
  if (renews !== undefined) return fulfilledByRenewal(scheme, effective, state);
  const isLate =
    window.due !== undefined && !evaluateScheme(scheme, state, { ...window, until: window.due }).evaluation.satisfied;
  return { assignment: assignment?.number, late: isLate || undefined };
}

/** ◆ Who was asked for a certification and renews it has done what was asked, unless it was too late for that. */
export function fulfilledByRenewal(
  { scheme, timeZone }: SchemeEdition,
  effective: Effective,
  state: RecordState,
): Pick<Ground, 'assignment' | 'late'> {
  const assignment = pendingAssignment(standingOf(state, scheme));
  const at = effectiveInstant(effective, timeZone);
  if (assignment === undefined || isMissed(assignment, at)) return {};
  return { assignment: assignment.number, late: isPastDue(assignment, at) || undefined };
}

export const needsSecond = (scheme: SchemeEdition, catalogue: Pick<Catalogue, 'rules'>): boolean =>
  scheme.secondApprover ?? catalogue.rules.secondApprover;
export const openProposal = (proposals: readonly Proposal[]): Proposal | undefined =>
  proposals.find(({ closed }) => closed === undefined);

export interface Ground {
  readonly how: Cycle['how'];
  readonly effective: Effective;
  readonly checklist: readonly ChecklistLeaf[];
  readonly assignment?: number | undefined;
  readonly late?: true | undefined;
  readonly proposal?: number | undefined;
  readonly reason?: Reason | undefined;
}

/** What an award or a proposal is for: a first award, or a renewal. */
type Earned = Pick<Way, 'scheme' | 'renews'>;

export function proposal(
  { scheme, renews }: Earned,
  state: RecordState,
  { how, effective, checklist, assignment, late, reason }: Ground & { how: 'on-approval' | 'by-hand' },
  approvals: number,
): RecordEvent {
  const number = standingOf(state, scheme.scheme).proposals.length + 1;
  const data: DataOf<'AwardProposed'> = {
    subject: state.profile!.subject,
    scheme: scheme.scheme,
    edition: scheme.edition,
    proposal: number,
    how,
    effective,
    checklist: [...checklist],
    approvals,
    ...optional({ assignment, late, renewal: renews?.renewal.number }),
    ...reasonFields(reason),
  };
  return { type: 'AwardProposed', data };
}

/** An earlier cycle is never touched: that it was renewed follows from the one after it. */
export function award({ scheme, renews }: Earned, state: RecordState, ground: Ground): RecordEvent | Refusal {
  const { how, effective, checklist, assignment, late, reason } = ground;
  const ends = earliestEnd(checklist, state);
  const validity =
    renews === undefined ? validityOf(scheme, effective, ends) : renewedValidity(scheme, renews.cycle, effective, ends);
  if (validity === undefined)
    return refuse(
      'VALIDITY_OUT_OF_RANGE',
      'The validity would end after the year 9999. Give an earlier effective time.',
      '/effective',
    );
  const data: DataOf<'CertificationAwarded'> = {
    subject: state.profile!.subject,
    scheme: scheme.scheme,
    edition: scheme.edition,
    cycle: cyclesOf(state, scheme.scheme).length + 1,
    kind: renews === undefined ? 'initial' : 'renewal',
    how,
    ...optional({ renews: renews?.cycle.number, renewal: renews?.renewal.number }),
    effective,
    validity,
    ...optional({ boundaries: awardBoundaries(scheme, validity) }),
    checklist: [...checklist],
    ...optional({ assignment, proposal: ground.proposal, late }),
    ...reasonFields(reason),
  };
  return { type: 'CertificationAwarded', data };
}

/** The zone of each edition of a scheme, for what began under it. */
export function zoneOf(catalogue: Pick<Catalogue, 'schemes'>, scheme: string): ZoneOf {
  return (edition) => catalogue.schemes.get(scheme)!.find((known) => known.edition === edition)!.timeZone;
}
