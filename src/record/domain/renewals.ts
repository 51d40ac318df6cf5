import { latest, retirementOf, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import { dateAt, effectiveMilliseconds, instantMilliseconds, type Effective } from '../../shared/calendar.js';
import { renewalBounds, type RenewalBounds } from './award-dates.js';
import { openProposal } from './awards.js';
import type { Of } from './commands.js';
import {
  definitionRetired,
  futureEffective,
  humanRefusal,
  isOwnWord,
  optional,
  reasonFields,
  refuse,
  schemeUnknown,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import { withConsequences } from './consequences.js';
import { suspended } from './decided-awards.js';
import { alternativesOf, renewalCriteria, renewalWay } from './earning.js';
import type { RecordEvent } from './events.js';
import { renewalCloses } from './ends.js';
import type { RenewalCommand, RenewalIntent } from './renewal-commands.js';
import { toAttribute } from './renewal-evidence.js';
import { ofOneTerm, pendingRenewal, renewedCycle, suspensionOf, type Cycle, type Renewal, type Standing } from './standing.js';
import { foldAll, standingOf, type RecordState } from './state.js';

export function decideRenewal(command: RenewalCommand, state: RecordState, given: Given): Decision {
  switch (command.type) {
    case 'OpenRenewal':
      return openRenewal(command, state, given);
    case 'WithdrawRenewal':
      return withdrawRenewal(command, state, given);
    case 'AttributeEvidence':
      return attributeEvidence(command, state, given);
  }
}

/** Rules 000-6 to 000-9: what is to be renewed is said first, and only what is done from then on counts for it. */
function openRenewal(command: Of<'OpenRenewal'>, state: RecordState, given: Given): Decision {
  const { scheme: id, intent, alternative, effective = { instant: given.now } } = command;
  const newest = latest(given.facts.schemes, id);
  if (newest === undefined) return schemeUnknown();
  const refusal = intentRefusal(command, state, given) ?? futureEffective(effective, given.now);
  if (refusal !== undefined) return refusal;
  const standing = standingOf(state, id);
  const found = renewable(standing, newest, given.facts);
  if ('code' in found) return found;
  const spent = intent.how === 'notice' ? spentNotice(intent, found.cycle, standing, given) : undefined;
  const untimely = spent ?? outsideWindow(found, effective, newest.timeZone) ?? alternativeUnknown(newest, alternative);
  if (untimely !== undefined) return untimely;
  const open = openAt(effective, found.cycle, standing, newest.timeZone);
  if (open !== undefined) return open.alternative === alternative ? [] : otherOpen(open);
  return [opened(found, newest, state, { intent, alternative, effective })];
}

/** A learner renews at the time that it is; only who answers for what is recorded says that it was asked for before. */
function intentRefusal({ intent, effective }: Of<'OpenRenewal'>, state: RecordState, given: Given): Refusal | undefined {
  if (intent.how === 'by-admin') return humanRefusal(given, state);
  return (given.actor.role === 'learner' || isOwnWord(state, given.actor)) && effective !== undefined
    ? refuse('RENEWAL_BACKDATED', 'A learner renews now. Leave the effective time out, or ask an administrator.', '/effective')
    : undefined;
}

export interface Renewable {
  readonly cycle: Cycle;
  readonly time: RenewalBounds;
}

/** The cycle that can be renewed, and when. */
export function renewable(standing: Standing, newest: SchemeEdition, facts: Catalogue): Renewable | Refusal {
  const last = standing.cycles.at(-1);
  if (last === undefined)
    return refuse('NOT_CERTIFIED', 'The learner never held this certification, so there is nothing to renew.');
  if (last.revoked !== undefined)
    return refuse('ALREADY_REVOKED', 'The certification was revoked, and what was revoked is not renewed.');
  const cycle = renewedCycle(standing);
  if (cycle === undefined) return refuse('NOT_CERTIFIED', 'The ground of the certification was taken away. It is earned anew.');
  if (suspensionOf(last) !== undefined) return suspended();
  const isRetired = retirementOf(facts, 'scheme', newest.scheme) !== undefined;
  if (isRetired) return definitionRetired('scheme');
  const time = renewalBounds(cycle, facts.schemes.get(newest.scheme)!);
  if (time === undefined) {
    const why = cycle.validity.endsAt === undefined ? 'It never ends.' : 'Its scheme allows no renewal.';
    return refuse('NOT_RENEWABLE', `The certification cannot be renewed. ${why}`);
  }
  return { cycle, time };
}

/** Rule 000-10: outside the window nothing is lost; it is said from when on it is possible, or that it is earned anew. */
function outsideWindow({ time }: Renewable, effective: Effective, timeZone: string): Refusal | undefined {
  const at = effectiveMilliseconds(effective, timeZone);
  const closed = closedBy(time, at);
  if (closed !== undefined || at >= time.from) return closed;
  const from = dateAt(time.opensAt, timeZone);
  return refuse('RENEWAL_TOO_EARLY', `It can be renewed from ${from} on (${time.opensAt}).`, '/effective');
}

/** Whether it is too late for a renewal at a time, in milliseconds, or for good. */
export function closedBy({ from, closesAt }: RenewalBounds, at: number): Refusal | undefined {
  // A window that a later edition closes before it opens is one that nobody should be told to wait for.
  return closesAt !== undefined && Math.max(at, from) >= instantMilliseconds(closesAt)
    ? refuse('RENEWAL_CLOSED', `It could be renewed before ${closesAt}. It is earned anew, like for the first time.`)
    : undefined;
}

/** How many alternatives a refusal names; a scheme with more is read. */
export const ALTERNATIVES_TOLD_MAX = 20;

function alternativeUnknown(newest: SchemeEdition, alternative: string | undefined): Refusal | undefined {
  const known = alternativesOf(renewalCriteria(newest)).map(({ pointer }) => pointer);
  if (alternative === undefined || known.includes(alternative)) return undefined;
  const told = known.slice(0, ALTERNATIVES_TOLD_MAX).join(', ') + (known.length > ALTERNATIVES_TOLD_MAX ? ', …' : '');
  const detail = known.length === 0 ? 'Its renewal leaves nothing to choose. Leave "alternative" out.' : `Choose one of ${told}.`;
  return refuse('ALTERNATIVE_UNKNOWN', detail, '/alternative');
}

const otherOpen = ({ alternative }: Renewal): Refusal =>
  refuse(
    'RENEWAL_OPEN',
    `A renewal is open already, ${alternative === undefined ? 'with no choice made' : `by ${alternative}`}. Withdraw it first to choose another way.`,
    '/alternative',
  );

/** The renewal that is open at a time: one whose window closed, while that of the cycle moved on, gives way unless its award waits. */
function openAt(effective: Effective, cycle: Cycle, standing: Standing, timeZone: string): Renewal | undefined {
  const pending = pendingRenewal(standing);
  if (pending === undefined || openProposal(standing.proposals)?.renewal === pending.number) return pending;
  const closesAt = renewalCloses(pending, cycle);
  const isClosed = closesAt !== undefined && instantMilliseconds(closesAt) <= effectiveMilliseconds(effective, timeZone);
  return isClosed ? undefined : pending;
}

/** A notice is about one cycle and opens one renewal, whoever else opened another since. */
function spentNotice(
  { token, cycle: named, expires }: Extract<RenewalIntent, { how: 'notice' }>,
  cycle: Cycle,
  { renewals, cycles }: Standing,
  { now }: Given,
): Refusal | undefined {
  if (renewals.some((known) => known.token === token))
    return refuse('NOTICE_SPENT', 'The link of this notice was used before; it can be used once.');
  if (instantMilliseconds(now) >= instantMilliseconds(expires))
    return refuse('NOTICE_EXPIRED', `The link of this notice could be used before ${expires}.`);
  return ofOneTerm(cycles, cycle).has(named)
    ? undefined
    : refuse('NOTICE_OUTDATED', 'The notice is about an earlier time of the certification, which was renewed since.');
}

function opened(
  { cycle, time }: Renewable,
  { scheme, edition }: SchemeEdition,
  state: RecordState,
  { intent, alternative, effective }: Pick<Of<'OpenRenewal'>, 'intent' | 'alternative'> & { readonly effective: Effective },
): RecordEvent {
  const { subject } = state.profile!;
  const { renewals } = standingOf(state, scheme);
  const token = intent.how === 'notice' ? intent.token : undefined;
  const made = { subject, scheme, edition, renewal: renewals.length + 1, cycle: cycle.number, how: intent.how };
  // An edition that ends the cycle before that closes it for as long as the cycle is not updated, so that it stays out of the event.
  const more = optional({ token, alternative, closesAt: time.windowClosesAt });
  const reason = intent.how === 'by-admin' ? intent.reason : undefined;
  return { type: 'RenewalOpened', data: { ...made, ...more, effective, ...reasonFields(reason) } };
}

/** What was done meanwhile stays on record and, unless it is attributed, counts for no renewal that is opened later. */
function withdrawRenewal({ scheme, reason }: Of<'WithdrawRenewal'>, state: RecordState, given: Given): Decision {
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  const standing = standingOf(state, scheme);
  const renewal = pendingRenewal(standing);
  if (renewal === undefined) return refuse('NO_RENEWAL', 'No renewal of this certification is open.');
  if (openProposal(standing.proposals)?.renewal === renewal.number)
    return refuse('PROPOSAL_OPEN', 'The award that would end this renewal waits for approval. Decline it first.');
  const data = { subject: state.profile!.subject, scheme, renewal: renewal.number, effective: { instant: given.now } };
  return [{ type: 'RenewalWithdrawn', data: { ...data, reasonCode: reason.code, reason: reason.text } }];
}

/**
 * Rule 000-9 and its remedy: what was done without an intent counts from this reasoned correction on, and both stay visible. Where no
 * renewal is open this opens one, also after the window has closed, as what was done lies within it.
 */
function attributeEvidence(command: Of<'AttributeEvidence'>, state: RecordState, given: Given): Decision {
  const { scheme: id, evidence, reason } = command;
  const newest = latest(given.facts.schemes, id);
  if (newest === undefined) return schemeUnknown();
  const refusal = humanRefusal(given, state);
  if (refusal !== undefined) return refusal;
  const standing = standingOf(state, id);
  const found = renewable(standing, newest, given.facts);
  if ('code' in found) return found;
  const pending = pendingRenewal(standing);
  const effective = { instant: given.now };
  const intent = { how: 'by-admin', reason } as const;
  const opening = pending === undefined ? [opened(found, newest, state, { intent, effective })] : [];
  const next = foldAll(state, opening, given.now, given.actor.person);
  const renewal = pending ?? standingOf(next, id).renewals.at(-1)!;
  const way = renewalWay(renewal, found.cycle, standing, given.facts.schemes.get(id)!);
  const chosen = toAttribute(evidence, way, found.time, state);
  if ('code' in chosen) return chosen;
  if (chosen.evidence.length === 0) return [];
  const data = {
    subject: state.profile!.subject,
    scheme: id,
    renewal: renewal.number,
    evidence: [...chosen.evidence],
    effective,
  };
  const attributed = { type: 'EvidenceAttributed', data: { ...data, reasonCode: reason.code, reason: reason.text } } as const;
  return withConsequences([...opening, attributed], state, given);
}
