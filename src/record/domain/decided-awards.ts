import { latest, retirementOf, type SchemeEdition } from '../../catalogue/published.js';
import { effectiveDate, effectiveMilliseconds, type Effective } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import { award, fulfilledByRenewal, needsSecond, openProposal, proposal, zoneOf, type Ground } from './awards.js';
import type { Of } from './commands.js';
import {
  definitionRetired,
  futureEffective,
  humanRefusal,
  ownCase,
  reasonFields,
  refuse,
  schemeUnknown,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import { withConsequences } from './consequences.js';
import { evaluateWay, renewalWay, type Way } from './earning.js';
import { evaluateRecord, WHOLE_TIME, type Window } from './scheme-evidence.js';
import {
  endOf,
  pendingAssignment,
  pendingRenewal,
  renewedCycle,
  revokedAt,
  suspensionOf,
  type Cycle,
  type Proposal,
} from './standing.js';
import { cyclesOf, standingOf, type RecordState } from './state.js';
import { beginsAt } from './status.js';
import { approvedUpdate } from './updates.js';

/** What persons decide about an award: they make it by hand, approve, decline or revoke it. */

/** Rule 000-1d: by hand, with a reason, by a person; the checklist shows what was and was not met. */
export function awardByHand(command: Of<'AwardByHand'>, state: RecordState, given: Given): Decision {
  const { scheme: id, effective, reason } = command;
  const newest = latest(given.facts.schemes, id);
  if (newest === undefined) return schemeUnknown();
  const refusal = humanRefusal(given, state) ?? futureEffective(effective, given.now);
  if (refusal !== undefined) return refusal;
  if (retirementOf(given.facts, 'scheme', id) !== undefined) return definitionRetired('scheme');
  const standing = standingOf(state, id);
  if (openProposal(standing.proposals) !== undefined)
    return refuse('PROPOSAL_OPEN', 'An award of this scheme waits for approval. Approve or decline it first.');
  const renewal = renewalByHand(id, effective, state, given);
  const overlap = renewal === undefined ? overlaps(standing.cycles.at(-1), effective, newest, given) : undefined;
  if (overlap !== undefined) return overlap;
  const way: Pick<Way, 'scheme' | 'renews'> = renewal ?? { scheme: newest };
  const { scheme } = way;
  const { checklist } =
    renewal === undefined
      ? evaluateRecord(scheme.criteria, id, state, scheme.timeZone, groundsBy(scheme, effective))
      : evaluateWay(renewal, state);
  const assignment =
    renewal === undefined ? { assignment: pendingAssignment(standing)?.number } : fulfilledByRenewal(scheme, effective, state);
  const ground: Ground = { how: 'by-hand', effective, checklist, ...assignment, reason };
  if (needsSecond(scheme, given.facts)) return [proposal(way, state, { ...ground, how: 'by-hand' }, 1)];
  const event = award(way, state, ground);
  return isRejection(event) ? (event as Refusal) : [event];
}

/** ◆ By hand while a renewal is open: the person says what evidence would have said, so that it is done and the next cycle renews the last. */
function renewalByHand(id: string, effective: Effective, state: RecordState, given: Given): Way | undefined {
  const standing = standingOf(state, id);
  const renewal = pendingRenewal(standing);
  if (renewal === undefined || suspensionOf(standing.cycles.at(-1)!) !== undefined) return undefined;
  const way = renewalWay(renewal, renewedCycle(standing)!, standing, given.facts.schemes.get(id)!);
  const { from, until, intent } = way.window;
  const at = effectiveMilliseconds(effective, way.scheme.timeZone);
  return at >= ('date' in effective ? intent!.fromDay : from) && at < until ? way : undefined;
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
  return revokedAt(earlier) === Infinity && endOf(earlier) > from
    ? refuse(
        'ALREADY_CERTIFIED',
        'The learner holds this certification at that time. Open its renewal or revoke it first, or award from its end.',
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
  const way = proposedWay(found, id, state, given);
  if ('code' in way) return way;
  const { subject } = state.profile!;
  if (found.approvedBy.length + 1 < found.approvals) {
    const data = { subject, scheme: id, proposal: found.number, effective: { instant: given.now }, ...reasonFields(reason) };
    return [{ type: 'AwardEndorsed', data }];
  }
  const { how, effective, checklist, assignment, late, number } = found;
  const update = approvedUpdate(way.scheme, found, state, reason);
  // While it waited nothing else was awarded: a renewal of the same term may be done already.
  if (update !== undefined) return withConsequences([update], state, given);
  const event = award(way, state, { how, effective, checklist, assignment, late, proposal: number, reason });
  return isRejection(event) ? (event as Refusal) : [event];
}

/** What a proposal would end in; a renewal only while the cycle that it renews can still be renewed. */
function proposedWay(
  { renewal: number, edition, how }: Proposal,
  id: string,
  state: RecordState,
  given: Given,
): Pick<Way, 'scheme' | 'renews'> | Refusal {
  const standing = standingOf(state, id);
  const editions = given.facts.schemes.get(id)!;
  const last = standing.cycles.at(-1);
  if (last !== undefined && suspensionOf(last) !== undefined) return suspended();
  if (number === undefined && how === 'on-approval' && last?.revoked !== undefined) return revokedSince();
  if (number === undefined) return { scheme: editions[edition - 1]! };
  const renewal = pendingRenewal(standing);
  if (renewal?.number === number) return renewalWay(renewal, renewedCycle(standing)!, standing, editions);
  return refuse('RENEWAL_CLOSED', 'What this award would renew was revoked or lost its ground meanwhile. Decline the award.');
}

/** Evidence earns nothing again where a person revoked, and so what it earned before that is not approved either. */
const revokedSince = (): Refusal =>
  refuse(
    'ALREADY_REVOKED',
    'The certification was revoked after this award was proposed. Decline it; what was revoked is awarded by hand only.',
  );

export const suspended = (): Refusal =>
  refuse('CERTIFICATION_SUSPENDED', 'The certification is suspended. Reinstate it first; until then nothing renews it.');

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
