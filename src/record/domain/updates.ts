import { editionOf, latest, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import { effectiveDate, effectiveMilliseconds, type Effective } from '../../shared/calendar.js';
import { awardBoundaries } from './award-dates.js';
import { needsSecond, openProposal, proposal } from './awards.js';
import { optional, reasonFields, type Given } from './circumstances.js';
import type { Reason } from './commands.js';
import { updatable, updatedBy } from './endings.js';
import type { Moment } from './evaluate.js';
import type { ChecklistLeaf, DataOf, RecordEvent, ValidityInterval } from './events.js';
import { evaluateScheme, WHOLE_TIME, type Window } from './scheme-evidence.js';
import { endOf, suspensionOf, type Cycle, type Proposal } from './standing.js';
import { cyclesOf, standingOf, type RecordState } from './state.js';

/** How the holder of an earlier edition comes to a newer one; what was decided about it is in docs/adr/0018-editions-and-holders.md. */

/**
 * The update that the evidence of a record earns, or its proposal where a person must approve it. All evidence counts that is true
 * before the cycle ends; fresh evidence is needed only where the newest edition asks for a later edition of a course.
 */
export function automaticUpdate(id: string, state: RecordState, given: Given): RecordEvent | undefined {
  const standing = standingOf(state, id);
  const cycle = updatable(standing);
  if (cycle === undefined || openProposal(standing.proposals) !== undefined || suspensionOf(cycle) !== undefined)
    return undefined;
  const scheme = latest(given.facts.schemes, id)!;
  const { effective, checklist } = updateOf(cycle, scheme, state, given.facts);
  if (effective === undefined) return undefined;
  const ground = { effective, checklist: [...checklist] };
  if (scheme.award === 'automatic') return updated(scheme, cycle, state, { how: 'automatic', ...ground });
  const approvals = needsSecond(scheme, given.facts) ? 2 : 1;
  return proposal({ scheme }, state, { how: 'on-approval', ...ground }, approvals);
}

/** On what an update of a cycle to an edition stands, and from when on, where the evidence meets it. */
export function updateOf(
  cycle: Cycle,
  scheme: SchemeEdition,
  state: RecordState,
  catalogue: Pick<Catalogue, 'schemes'>,
): { readonly effective?: Effective; readonly checklist: readonly ChecklistLeaf[] } {
  const begins = beginning(scheme, cycle, catalogue);
  const { evaluation } = evaluateScheme(scheme, state, updateWindow(cycle, scheme, catalogue));
  const { satisfied, checklist } = evaluation;
  if (!satisfied || begins.milliseconds >= endOf(cycle)) return { checklist };
  const met = effectiveMilliseconds(evaluation.effective!, scheme.timeZone);
  return { effective: met > begins.milliseconds ? evaluation.effective! : begins.effective, checklist };
}

/** Which evidence counts for an update: all that is true before the cycle ends and, where evidence caps the validity, is still valid. */
export function updateWindow(cycle: Cycle, scheme: SchemeEdition, catalogue: Pick<Catalogue, 'schemes'>): Window {
  const window = { ...WHOLE_TIME, until: endOf(cycle) };
  if (scheme.capByEvidence !== true) return window;
  return { ...window, validOn: effectiveDate(beginning(scheme, cycle, catalogue).effective, scheme.timeZone) };
}

/** It keeps the old end (domain.md, Editions), and with it whatever was opened for the renewal at that end. */
export const updatedValidity = ({ validity }: Cycle, from: Effective): ValidityInterval => ({ ...validity, from });

/** An update begins neither before the edition that it is made to came into force nor before the cycle that it comes after. */
function beginning(
  { scheme, published, timeZone }: SchemeEdition,
  { edition, validity }: Cycle,
  { schemes }: Pick<Catalogue, 'schemes'>,
): Moment {
  const moment = (effective: Effective, zone: string) => ({ effective, milliseconds: effectiveMilliseconds(effective, zone) });
  const began = moment(validity.from, editionOf(schemes, scheme, edition)!.timeZone);
  const inForce = moment({ date: published }, timeZone);
  return began.milliseconds > inForce.milliseconds ? began : inForce;
}

/** The award of a proposal that would update the cycle held; undefined where it is for something else. */
export function approvedUpdate(
  scheme: SchemeEdition,
  found: Proposal,
  state: RecordState,
  reason: Reason | undefined,
): RecordEvent | undefined {
  const { how, effective, checklist, number } = found;
  const cycle = updatedBy(found, standingOf(state, scheme.scheme), () => scheme.timeZone);
  if (cycle === undefined) return undefined;
  return updated(scheme, cycle, state, { how, effective, checklist: [...checklist], proposal: number, ...reasonFields(reason) });
}

type Ground = Pick<DataOf<'CertificationAwarded'>, 'how' | 'effective' | 'checklist' | 'proposal' | 'reasonCode' | 'reason'>;

function updated(edition: SchemeEdition, cycle: Cycle, state: RecordState, ground: Ground): RecordEvent {
  const { number } = cycle;
  const validity = updatedValidity(cycle, ground.effective);
  const data: DataOf<'CertificationAwarded'> = {
    subject: state.profile!.subject,
    scheme: edition.scheme,
    edition: edition.edition,
    cycle: cyclesOf(state, edition.scheme).length + 1,
    kind: 'update',
    renews: number,
    ...ground,
    validity,
    ...optional({ boundaries: awardBoundaries(edition, validity) }),
  };
  return { type: 'CertificationAwarded', data };
}
