import { coursesNamed, latest, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import type { Circumstances, Decider } from '../../ledger/decider.js';
import {
  effectiveDate,
  effectiveMilliseconds,
  instantMilliseconds,
  latestDateOnEarth,
  validityEnd,
  type Effective,
} from '../../shared/calendar.js';
import { isRejection, reject, type Rejection } from '../../shared/result.js';
import type { Reason, RecordCommand, RecordRejectionCode } from './commands.js';
import { evaluate } from './evaluate.js';
import type { ChecklistLeaf, RecordEvent, ValidityInterval } from './events.js';
import { beginsAt, endOf, type ZoneOf } from './status.js';
import { cyclesOf, emptyRecord, enrolmentsOf, evolve, type Cycle, type RecordState } from './state.js';

type Decision = readonly RecordEvent[] | Rejection<RecordRejectionCode>;
type Given = Circumstances<Catalogue>;

/** How far ahead of our clock a caller's instant may lie: clocks of two machines never agree exactly. */
export const CLOCK_TOLERANCE_MILLISECONDS = 5 * 60_000;

/** A learner earns, keeps or loses a certification. One stream per learner is the boundary of every decision about them. */
export const recordDecider: Decider<RecordState, RecordCommand, RecordEvent, Catalogue> = {
  kind: 'record',
  initial: emptyRecord,
  evolve,
  subject: (state, command) => state.profile?.subject ?? (command.type === 'RegisterLearner' ? command.subject : undefined),

  decide(command, state, given) {
    if (command.type === 'RegisterLearner') return registerLearner(command, state);
    if (state.profile === undefined)
      return reject('LEARNER_UNKNOWN', 'No learner with this id is registered. Register the learner first.');
    switch (command.type) {
      case 'CorrectDetails':
        return correctDetails(command, state);
      case 'CompleteCourse':
        return completeCourse(command, state, given);
      case 'AwardByHand':
        return awardByHand(command, state, given);
      case 'Revoke':
        return revoke(command, state, given);
      case 'ObserveExpiry':
        return observeExpiry(command, state, given);
    }
  },
};

type Of<Type extends RecordCommand['type']> = Extract<RecordCommand, { type: Type }>;

function registerLearner({ subject, learner, name, contact }: Of<'RegisterLearner'>, state: RecordState): Decision {
  if (state.profile !== undefined)
    return reject('LEARNER_EXISTS', 'A learner with this id is registered already. Correct the details instead.');
  return [{ type: 'LearnerRegistered', data: { subject, learner, ...optional({ name, contact }) } }];
}

function correctDetails({ name, contact }: Of<'CorrectDetails'>, state: RecordState): Decision {
  const profile = state.profile!;
  return [
    {
      type: 'LearnerDetailsCorrected',
      data: { subject: profile.subject, corrects: profile.revision, ...optional({ name, contact }) },
    },
  ];
}

/** Records the completion and, in the same commit, every award that it completes (rules 000-1a, 000-2, 000-3). */
function completeCourse({ course, effective, grade, honours }: Of<'CompleteCourse'>, state: RecordState, given: Given): Decision {
  const edition = latest(given.facts.courses, course)?.edition;
  if (edition === undefined) return reject('COURSE_UNKNOWN', 'There is no course with this id. Define it first.', '/course');
  if (inFuture(effective, given.now)) return futureEffective();
  const enrolments = enrolmentsOf(state, course);
  const open = enrolments.find((enrolment) => enrolment.open);
  const events: RecordEvent[] = [];
  // A completion enrols by itself; a repeat after a closed enrolment is the next number (domain.md, enrolment).
  if (open === undefined)
    events.push({ type: 'LearnerEnrolled', data: { course, edition, enrolment: enrolments.length + 1, effective } });
  const { subject } = state.profile!;
  const enrolment = open ?? { number: enrolments.length + 1, edition };
  events.push({
    type: 'CourseCompleted',
    data: {
      subject,
      course,
      edition: enrolment.edition,
      enrolment: enrolment.number,
      effective,
      ...optional({ grade, honours }),
    },
  });
  return withAwards(events, course, state, given);
}

function withAwards(events: RecordEvent[], course: string, state: RecordState, given: Given): Decision {
  const after = events.reduce(
    (folded, event) => evolve(folded, event, { revision: folded.revision + 1, recordedAt: given.now }),
    state,
  );
  for (const editions of given.facts.schemes.values()) {
    const scheme = editions.at(-1)!;
    // A renewal needs an intent, so only the first award follows from evidence alone (domain.md, Renewal intent).
    if (cyclesOf(state, scheme.scheme).length > 0 || !coursesNamed(scheme.criteria).has(course)) continue;
    const award = automaticAward(scheme, after);
    if (isRejection(award)) return award as Rejection<RecordRejectionCode>;
    if (award !== undefined) events.push(award);
  }
  return events;
}

/** The first award that the evidence of a record earns under an edition, if it does; also what re-decides an award later. */
export function automaticAward(
  scheme: SchemeEdition,
  state: RecordState,
): RecordEvent | Rejection<RecordRejectionCode> | undefined {
  const evaluation = evaluate(scheme.criteria, state.completions, scheme.timeZone);
  if (!evaluation.satisfied) return undefined;
  return award(scheme, state, { how: 'automatic', effective: evaluation.effective!, checklist: evaluation.checklist });
}

/** Rule 000-1d: by hand, with a reason, by a person; the checklist shows what was and was not met. */
function awardByHand({ scheme: id, effective, reason }: Of<'AwardByHand'>, state: RecordState, given: Given): Decision {
  const scheme = latest(given.facts.schemes, id);
  if (scheme === undefined) return schemeUnknown();
  if (given.actor.person === undefined) return personRequired();
  if (inFuture(effective, given.now)) return futureEffective();
  const earlier = cyclesOf(state, id).at(-1);
  const from = effectiveMilliseconds(effective, scheme.timeZone);
  if (earlier !== undefined && from < beginsAt(earlier, zoneOf(given.facts, id))) {
    return reject(
      'AWARD_BEFORE_EARLIER_CYCLE',
      'An award cannot begin before an earlier one of the same scheme. Give a later effective time.',
      '/effective',
    );
  }
  if (earlier !== undefined && earlier.revoked === undefined && endOf(earlier) > from) {
    return reject(
      'ALREADY_CERTIFIED',
      'The learner holds this certification at that time. Revoke it first, or award from its end.',
      '/effective',
    );
  }
  const { checklist } = evaluate(scheme.criteria, state.completions, scheme.timeZone);
  const event = award(scheme, state, { how: 'by-hand', effective, checklist, reason });
  return isRejection(event) ? (event as Rejection<RecordRejectionCode>) : [event];
}

interface Ground {
  readonly how: Cycle['how'];
  readonly effective: Effective;
  readonly checklist: readonly ChecklistLeaf[];
  readonly reason?: Reason;
}

function award(
  scheme: SchemeEdition,
  state: RecordState,
  { how, effective, checklist, reason }: Ground,
): RecordEvent | Rejection<RecordRejectionCode> {
  const validity = validityOf(scheme, effective);
  if (validity === undefined)
    return reject(
      'VALIDITY_OUT_OF_RANGE',
      'The validity would end after the year 9999. Give an earlier effective time.',
      '/effective',
    );
  return {
    type: 'CertificationAwarded',
    data: {
      subject: state.profile!.subject,
      scheme: scheme.scheme,
      edition: scheme.edition,
      cycle: cyclesOf(state, scheme.scheme).length + 1,
      kind: 'initial',
      how,
      effective,
      validity,
      checklist: [...checklist],
      ...(reason === undefined ? {} : { reasonCode: reason.code, reason: reason.text }),
    },
  };
}

/** Rule 000-5: no period is perpetual. Both the last valid day and the exact end are stored, so that later zone data changes no history. */
function validityOf(scheme: SchemeEdition, effective: Effective): ValidityInterval | undefined {
  if ('perpetual' in scheme.validity) return { from: effective };
  const end = validityEnd(effectiveDate(effective, scheme.timeZone), scheme.validity.duration, scheme.timeZone);
  return end === undefined ? undefined : { from: effective, ...end };
}

/** Final and reasoned, never a deletion; an expired cycle can still turn out to have been issued in error. */
function revoke({ scheme: id, cycle: number, reason }: Of<'Revoke'>, state: RecordState, given: Given): Decision {
  if (!given.facts.schemes.has(id)) return schemeUnknown();
  if (given.actor.person === undefined) return personRequired();
  const cycles = cyclesOf(state, id);
  const cycle = number === undefined ? cycles.at(-1) : cycles.find((known) => known.number === number);
  if (cycle === undefined)
    return reject('NOT_CERTIFIED', 'The learner has no such certification, so there is nothing to revoke.');
  if (cycle.revoked !== undefined)
    return reject('ALREADY_REVOKED', 'This certification was revoked before; a revocation is final.');
  const { subject } = state.profile!;
  return [
    {
      type: 'CertificationRevoked',
      data: {
        subject,
        scheme: id,
        cycle: cycle.number,
        effective: { instant: given.now },
        reasonCode: reason.code,
        reason: reason.text,
      },
    },
  ];
}

/** The policy's observation with the exact effective instant, once per cycle, however late it comes (domain.md, Status). */
function observeExpiry({ scheme, cycle: number }: Of<'ObserveExpiry'>, state: RecordState, given: Given): Decision {
  const cycle = cyclesOf(state, scheme).find((known) => known.number === number);
  if (cycle?.validity.endsAt === undefined || cycle.expiryObserved !== undefined) return [];
  const ends = endOf(cycle);
  const revokedFirst = cycle.revoked !== undefined && revokedAt(cycle) < ends;
  if (ends > instantMilliseconds(given.now) || revokedFirst) return [];
  return [
    {
      type: 'CertificationExpired',
      data: { scheme, cycle: number, effective: { instant: cycle.validity.endsAt }, observes: cycle.awarded.revision },
    },
  ];
}

/** A revocation is effective at an instant, so its zone does not matter. */
const revokedAt = (cycle: Cycle): number => effectiveMilliseconds(cycle.revoked!.effective, 'UTC');

/** A date is in the future when it is tomorrow everywhere on Earth. */
function inFuture(effective: Effective, now: string): boolean {
  if ('date' in effective) return effective.date > latestDateOnEarth(now);
  return instantMilliseconds(effective.instant) > instantMilliseconds(now) + CLOCK_TOLERANCE_MILLISECONDS;
}

const futureEffective = () =>
  reject(
    'EFFECTIVE_IN_FUTURE',
    'A fact cannot be recorded before it is true. Give an effective time that has passed.',
    '/effective',
  );
const schemeUnknown = () => reject('SCHEME_UNKNOWN', 'There is no scheme with this id. Define it first.');
const personRequired = () => reject('PERSON_REQUIRED', 'This decision needs a person. Use a key that is bound to one.');

/** Leaves out what is not there, because an absent field is not a field that holds nothing. */
function optional<Fields extends Record<string, string | undefined>>(fields: Fields): { [Name in keyof Fields]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: string;
  };
}

/** The zone of each edition of a scheme, for what began under it. */
export function zoneOf(catalogue: Catalogue, scheme: string): ZoneOf {
  return (edition) => catalogue.schemes.get(scheme)!.find((known) => known.edition === edition)!.timeZone;
}
