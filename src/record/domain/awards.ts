import { editionOf, latest, retirementOf, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import {
  addDays,
  effectiveDate,
  effectiveInstant,
  effectiveMilliseconds,
  instantMilliseconds,
  validityEnd,
  type Effective,
} from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import type { Of, Reason } from './commands.js';
import {
  definitionRetired,
  futureEffective,
  humanRefusal,
  optional,
  ownCase,
  reasonFields,
  refuse,
  schemeUnknown,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import type { ChecklistLeaf, DataOf, RecordEvent, ValidityInterval } from './events.js';
import { earliestEnd, evaluateRecord, evaluateScheme, WHOLE_TIME, type Window } from './scheme-evidence.js';
import { endOf, pendingAssignment, type Assignment, type Cycle, type Proposal } from './standing.js';
import { cyclesOf, standingOf, type RecordState } from './state.js';
import { beginsAt, type ZoneOf } from './status.js';

/** Which evidence counts for a learner in a scheme: as its assignment says or, without one, as the edition says. */
export function windowOf(scheme: SchemeEdition, assignment: Assignment | undefined): Window {
  const { timeZone } = scheme;
  if (assignment === undefined) {
    const from =
      scheme.priorEvidence === 'ignore' ? effectiveMilliseconds({ date: scheme.published }, timeZone) : WHOLE_TIME.from;
    return { ...WHOLE_TIME, from };
  }
  const start = assignment.startsAt ?? effectiveInstant(assignment.effective, timeZone);
  const due = assignment.dueAt === undefined ? undefined : instantMilliseconds(assignment.dueAt);
  return {
    from: assignment.priorEvidence === 'ignore' ? instantMilliseconds(start) : WHOLE_TIME.from,
    until: due !== undefined && assignment.lateEvidence === 'refuse' ? due : WHOLE_TIME.until,
    due,
  };
}

/** The edition under which a learner earns a scheme: the one that was assigned, else the newest; only an event moves it. */
export function editionFor(id: string, state: RecordState, { facts }: Given): SchemeEdition | undefined {
  const assignment = pendingAssignment(standingOf(state, id));
  return assignment === undefined ? latest(facts.schemes, id) : editionOf(facts.schemes, id, assignment.edition);
}

/**
 * The first award that the evidence of a record earns under an edition, or its proposal where a person must approve it; also what
 * re-decides an award later. A renewal needs an intent, so only the first follows from evidence alone (domain.md, Renewal intent).
 */
export function automaticAward(scheme: SchemeEdition, state: RecordState, given: Given): RecordEvent | Refusal | undefined {
  const standing = standingOf(state, scheme.scheme);
  if (standing.cycles.length > 0 || openProposal(standing.proposals) !== undefined) return undefined;
  const assignment = pendingAssignment(standing);
  // Retiring stops new use; what was asked of a learner before may still be fulfilled.
  if (assignment === undefined && retirementOf(given.facts, 'scheme', scheme.scheme) !== undefined) return undefined;
  const window = windowOf(scheme, assignment);
  const { evaluation } = evaluateScheme(scheme, state, window);
  if (!evaluation.satisfied) return undefined;
  const { checklist } = evaluation;
  const effective = evaluation.effective!;
  // In time is what the evidence from before the due instant alone would have earned.
  const isLate =
    window.due !== undefined && !evaluateScheme(scheme, state, { ...window, until: window.due }).evaluation.satisfied;
  const ground = { effective, checklist, assignment: assignment?.number, late: isLate ? (true as const) : undefined };
  if (scheme.award === 'automatic') return award(scheme, state, { how: 'automatic', ...ground });
  const approvals = needsSecond(scheme, given.facts) ? 2 : 1;
  return proposal(scheme, state, { how: 'on-approval', ...ground }, approvals);
}

export const needsSecond = (scheme: SchemeEdition, catalogue: Pick<Catalogue, 'rules'>): boolean =>
  scheme.secondApprover ?? catalogue.rules.secondApprover;
export const openProposal = (proposals: readonly Proposal[]): Proposal | undefined =>
  proposals.find(({ closed }) => closed === undefined);

/** Rule 000-1d: by hand, with a reason, by a person; the checklist shows what was and was not met. */
export function awardByHand({ scheme: id, effective, reason }: Of<'AwardByHand'>, state: RecordState, given: Given): Decision {
  const scheme = latest(given.facts.schemes, id);
  if (scheme === undefined) return schemeUnknown();
  const refusal = humanRefusal(given, state) ?? futureEffective(effective, given.now);
  if (refusal !== undefined) return refusal;
  if (retirementOf(given.facts, 'scheme', id) !== undefined) return definitionRetired('scheme');
  const standing = standingOf(state, id);
  if (openProposal(standing.proposals) !== undefined)
    return refuse('PROPOSAL_OPEN', 'An award of this scheme waits for approval. Approve or decline it first.');
  const overlap = overlaps(standing.cycles.at(-1), effective, scheme, given);
  if (overlap !== undefined) return overlap;
  const { checklist } = evaluateRecord(scheme.criteria, id, state, scheme.timeZone, groundsBy(scheme, effective));
  const ground: Ground = { how: 'by-hand', effective, checklist, assignment: pendingAssignment(standing)?.number, reason };
  if (needsSecond(scheme, given.facts)) return [proposal(scheme, state, { ...ground, how: 'by-hand' }, 1)];
  const event = award(scheme, state, ground);
  return isRejection(event) ? (event as Refusal) : [event];
}

/** What had ended on the day of an award by hand neither supports it nor ends it. */
const groundsBy = ({ capByEvidence, timeZone }: SchemeEdition, effective: Effective): Window =>
  capByEvidence === true ? { ...WHOLE_TIME, validOn: effectiveDate(effective, timeZone) } : WHOLE_TIME;

function overlaps(earlier: Cycle | undefined, effective: Effective, scheme: SchemeEdition, given: Given): Refusal | undefined {
  if (earlier === undefined) return undefined;
  const from = effectiveMilliseconds(effective, scheme.timeZone);
  if (from < beginsAt(earlier, zoneOf(given.facts, scheme.scheme))) {
    return refuse(
      'AWARD_BEFORE_EARLIER_CYCLE',
      'An award cannot begin before an earlier one of the same scheme. Give a later effective time.',
      '/effective',
    );
  }
  return earlier.revoked === undefined && endOf(earlier) > from
    ? refuse(
        'ALREADY_CERTIFIED',
        'The learner holds this certification at that time. Revoke it first, or award from its end.',
        '/effective',
      )
    : undefined;
}

/** A named approval, and a second one by another person where that is asked for; nobody approves what they proposed. */
export function approveAward({ scheme: id, reason }: Of<'ApproveAward'>, state: RecordState, given: Given): Decision {
  const found = proposalFor(id, state, given);
  if ('code' in found) return found;
  const { person } = given.actor;
  if (found.proposedBy === person || found.approvedBy.includes(person!)) return ownDecision();
  const { subject } = state.profile!;
  if (found.approvedBy.length + 1 < found.approvals) {
    const data = { subject, scheme: id, proposal: found.number, effective: { instant: given.now }, ...reasonFields(reason) };
    return [{ type: 'AwardEndorsed', data }];
  }
  const scheme = given.facts.schemes.get(id)!.find(({ edition }) => edition === found.edition)!;
  const { how, effective, checklist, assignment, late, number } = found;
  const event = award(scheme, state, { how, effective, checklist, assignment, late, proposal: number, reason });
  return isRejection(event) ? (event as Refusal) : [event];
}

export function declineAward({ scheme, reason }: Of<'DeclineAward'>, state: RecordState, given: Given): Decision {
  const found = proposalFor(scheme, state, given);
  if ('code' in found) return found;
  const data = { subject: state.profile!.subject, scheme, proposal: found.number, effective: { instant: given.now } };
  return [{ type: 'AwardDeclined', data: { ...data, reasonCode: reason.code, reason: reason.text } }];
}

function proposalFor(scheme: string, state: RecordState, given: Given): Proposal | Refusal {
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  const refusal = humanRefusal(given, state);
  if (refusal !== undefined) return refusal;
  return (
    openProposal(standingOf(state, scheme).proposals) ??
    refuse('NO_PROPOSAL', 'No award of this scheme waits for approval for this learner.')
  );
}

const ownDecision = (): Refusal => ({
  ...ownCase(),
  detail: 'You took part in this decision already. Another person must approve it.',
});

interface Ground {
  readonly how: Cycle['how'];
  readonly effective: Effective;
  readonly checklist: readonly ChecklistLeaf[];
  readonly assignment?: number | undefined;
  readonly late?: true | undefined;
  readonly proposal?: number | undefined;
  readonly reason?: Reason | undefined;
}

function proposal(
  scheme: SchemeEdition,
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
    ...optional({ assignment, late }),
    ...reasonFields(reason),
  };
  return { type: 'AwardProposed', data };
}

function award(scheme: SchemeEdition, state: RecordState, ground: Ground): RecordEvent | Refusal {
  const { how, effective, checklist, assignment, late, reason } = ground;
  const validity = validityOf(scheme, effective, earliestEnd(checklist, state));
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
    kind: 'initial',
    how,
    effective,
    validity,
    checklist: [...checklist],
    ...optional({ assignment, proposal: ground.proposal, late }),
    ...reasonFields(reason),
  };
  return { type: 'CertificationAwarded', data };
}

/**
 * Rules 000-5, 001-19 and 002-1: no period is perpetual. Both the last valid day and the exact end are stored, so that later zone data
 * changes no history. Where the scheme says so, the evidence that ends first caps it.
 */
function validityOf(scheme: SchemeEdition, effective: Effective, evidenceEnds: string | undefined): ValidityInterval | undefined {
  const { timeZone, validity } = scheme;
  const cap = scheme.capByEvidence === true ? evidenceEnds : undefined;
  const own = 'perpetual' in validity ? undefined : validityEnd(effectiveDate(effective, timeZone), validity.duration, timeZone);
  if (!('perpetual' in validity) && own === undefined) return undefined;
  if (cap !== undefined && (own === undefined || cap < own.lastValidDay)) {
    const endsAt = effectiveInstant({ date: addDays(cap, 1) }, timeZone);
    return { from: effective, lastValidDay: cap, endsAt };
  }
  return { from: effective, ...own };
}

/** Final and reasoned, never a deletion; an expired cycle can still turn out to have been issued in error. */
export function revoke({ scheme: id, cycle: number, reason }: Of<'Revoke'>, state: RecordState, given: Given): Decision {
  const scheme = latest(given.facts.schemes, id);
  if (scheme === undefined) return schemeUnknown();
  const refusal = humanRefusal(given, state);
  if (refusal !== undefined) return refusal;
  const cycles = cyclesOf(state, id);
  const cycle = number === undefined ? cycles.at(-1) : cycles.find((known) => known.number === number);
  if (cycle === undefined)
    return refuse('NOT_CERTIFIED', 'The learner has no such certification, so there is nothing to revoke.');
  if (cycle.revoked !== undefined)
    return refuse('ALREADY_REVOKED', 'This certification was revoked before; a revocation is final.');
  const { subject } = state.profile!;
  const data = {
    subject,
    scheme: id,
    cycle: cycle.number,
    effective: { instant: given.now },
    reasonCode: reason.code,
    reason: reason.text,
  };
  const proposed = cycle.revocationProposed;
  // The second person asks for the same revocation, which is then decided.
  if (needsSecond(scheme, given.facts) && proposed === undefined) return [{ type: 'RevocationProposed', data }];
  if (proposed?.person === given.actor.person) return ownDecision();
  return [{ type: 'CertificationRevoked', data }];
}

/** The zone of each edition of a scheme, for what began under it. */
export function zoneOf(catalogue: Catalogue, scheme: string): ZoneOf {
  return (edition) => catalogue.schemes.get(scheme)!.find((known) => known.edition === edition)!.timeZone;
}
