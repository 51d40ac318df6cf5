import { editionOf, latest, type SchemeEdition } from '../../catalogue/published.js';
import {
  effectiveInstant,
  effectiveMilliseconds,
  instantAfter,
  instantMilliseconds,
  type Effective,
} from '../../shared/calendar.js';
import { isSameJson } from '../../shared/json.js';
import type { AssignmentTerms, Of } from './commands.js';
import {
  definitionRetired,
  futureEffective,
  optional,
  refuse,
  retiredAt,
  schemeUnknown,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import { withConsequences } from './consequences.js';
import { windowOf } from './earning.js';
import type { DataOf } from './events.js';
import { evaluateScheme } from './scheme-evidence.js';
import { endOf, isMissed, openAssignment, pendingAssignment, revokedAt } from './standing.js';
import { standingOf, type RecordState } from './state.js';

/** Rule 001-1: the organization asks a learner for a certification, with a start, a due time or a time to complete it within. */
export function assignScheme(command: Of<'AssignScheme'>, state: RecordState, given: Given): Decision {
  const { scheme: id, effective } = command;
  const scheme = latest(given.facts.schemes, id);
  if (scheme === undefined) return schemeUnknown();
  const future = futureEffective(effective, given.now);
  if (future !== undefined) return future;
  if (retiredAt(given.facts, 'scheme', id, { instant: given.now })) return definitionRetired('scheme');
  const standing = standingOf(state, id);
  const held = standing.cycles.at(-1);
  if (held !== undefined && revokedAt(held) === Infinity && endOf(held) > instantMilliseconds(given.now))
    return refuse('ALREADY_CERTIFIED', 'The learner holds this certification now. There is nothing to assign.');
  const terms = termsOf(scheme, command, effective);
  if ('code' in terms) return terms;
  const open = openAssignment(standing, given.now);
  if (open !== undefined) {
    const { number: _, revision: __, started: ___, effective: made, edition: ____, ...standingTerms } = open;
    // Asked again it is the same assignment, and its time to complete counts from when it was made.
    return [terms, termsOf(scheme, command, made)].some((asked) => isSameJson(standingTerms, asked))
      ? []
      : refuse('ASSIGNMENT_OPEN', 'The scheme is assigned to the learner on other terms. Withdraw that assignment first.');
  }
  const assignment = standing.assignments.length + 1;
  const data = { scheme: id, edition: scheme.edition, assignment, effective, ...terms };
  return withConsequences([{ type: 'SchemeAssigned', data }], state, given);
}

type Terms = Omit<DataOf<'SchemeAssigned'>, 'scheme' | 'edition' | 'assignment' | 'effective'>;

/** The caller's terms before the scheme's; both the date and the exact instant are kept, so that later zone data changes no history. */
function termsOf(scheme: SchemeEdition, asked: AssignmentTerms, assigned: Effective): Terms | Refusal {
  const { timeZone, timeToFulfil = {} } = scheme;
  const isOwn = asked.due !== undefined || asked.completeWithin !== undefined;
  const start = asked.start ?? timeToFulfil.start;
  const due = isOwn ? asked.due : timeToFulfil.due;
  const within = isOwn ? asked.completeWithin : timeToFulfil.completeWithin;
  const startsAt = start === undefined ? undefined : effectiveInstant(start, timeZone);
  const dueAt =
    due !== undefined
      ? effectiveInstant(due, timeZone)
      : within === undefined
        ? undefined
        : instantAfter(assigned, within, timeZone);
  if (within !== undefined && dueAt === undefined)
    return refuse(
      'VALIDITY_OUT_OF_RANGE',
      'The time to complete would end after the year 9999. Give a shorter one.',
      '/completeWithin',
    );
  const begins = Math.max(
    effectiveMilliseconds(assigned, timeZone),
    startsAt === undefined ? Number.NEGATIVE_INFINITY : instantMilliseconds(startsAt),
  );
  if (dueAt !== undefined && instantMilliseconds(dueAt) <= begins)
    return refuse('DUE_BEFORE_START', 'It would be due before it can begin. Give a later due time or an earlier start.', '/due');
  // Evidence from before a stated start is ignored unless the scheme says that it counts (domain.md, Prior evidence).
  const priorEvidence = scheme.priorEvidence ?? (start === undefined ? 'count' : 'ignore');
  const lateEvidence = timeToFulfil.lateEvidence ?? 'refuse';
  return { ...optional({ start, startsAt, due, dueAt }), lateEvidence, priorEvidence };
}

/** Rules 001-3 and 002-6: the learner starts what is assigned, not before its start. */
export function startAssignment({ scheme, effective }: Of<'StartAssignment'>, state: RecordState, given: Given): Decision {
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  const future = futureEffective(effective, given.now);
  if (future !== undefined) return future;
  const assignment = pendingAssignment(standingOf(state, scheme));
  if (assignment === undefined) return notOpen();
  if (assignment.started !== undefined) return [];
  const { timeZone } = editionOf(given.facts.schemes, scheme, assignment.edition)!;
  // What began in time is a fact however late it is reported.
  if (isMissed(assignment, effectiveInstant(effective, timeZone))) return notOpen();
  if (assignment.startsAt !== undefined && effectiveMilliseconds(effective, timeZone) < instantMilliseconds(assignment.startsAt))
    return refuse('TOO_EARLY', `It cannot be started before ${assignment.startsAt}.`, '/effective');
  return [{ type: 'AssignmentStarted', data: { scheme, assignment: assignment.number, effective, how: 'explicit' } }];
}

const notOpen = (): Refusal =>
  refuse('NOT_ASSIGNED', 'The scheme was not assigned to the learner, or not open any more at that time. Assign it first.');

/**
 * Nobody needs to be assigned (domain.md, Award), so what the assignment alone kept from counting may earn the certification now.
 * Where the criteria were met under it, that was decided then, and a declined award does not come back by this.
 */
export function withdrawAssignment({ scheme, reason }: Of<'WithdrawAssignment'>, state: RecordState, given: Given): Decision {
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  const assignment = pendingAssignment(standingOf(state, scheme));
  if (assignment === undefined)
    return refuse('NOT_ASSIGNED', 'The scheme is not assigned to the learner; nothing can be withdrawn.');
  const { subject } = state.profile!;
  const data = { subject, scheme, assignment: assignment.number, effective: { instant: given.now } };
  const withdrawn = { ...data, reasonCode: reason.code, reason: reason.text };
  const event = { type: 'AssignmentWithdrawn', data: withdrawn } as const;
  const edition = editionOf(given.facts.schemes, scheme, assignment.edition)!;
  const { evaluation } = evaluateScheme(edition, state, windowOf(edition, assignment));
  return evaluation.satisfied ? [event] : withConsequences([event], state, given);
}
