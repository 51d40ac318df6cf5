import { editionOf, latest, leavesOf, type CourseEdition, type CourseLeaf, type SchemeLeaf } from '../../catalogue/published.js';
import { compareDecimals } from '../../shared/decimal.js';
import { instantMilliseconds, type Effective } from '../../shared/calendar.js';
import type { InCourse, Of } from './commands.js';
import {
  courseUnknown,
  definitionRetired,
  futureEffective,
  humanRefusal,
  optional,
  reasonFields,
  refuse,
  retiredAt,
  schemeUnknown,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import { withConsequences } from './consequences.js';
import { isAtOrAfter } from './course-evidence.js';
import { renewalCriteria, waysOf } from './earning.js';
import type { DataOf, RecordEvent } from './events.js';
import { evaluateRecord } from './scheme-evidence.js';
import { openAssignment, pendingRenewal } from './standing.js';
import { approvalsOf, enrolmentsOf, openEnrolments, standingOf, type Enrolment, type RecordState } from './state.js';

/** What a learner does: enrolments, activities, completions and the approvals of instructors, all as they were reported. */

type EnrolledOrNot = { readonly enrolment: Enrolment; readonly events: readonly RecordEvent[] } | Refusal;

/** Rule 001-10: a repeat while one is open is nothing new; after it is closed, the next number. */
export function enrol(command: Of<'Enrol'>, state: RecordState, given: Given): Decision {
  const { course, presentation, effective } = command;
  if (latest(given.facts.courses, course) === undefined) return courseUnknown();
  const future = futureEffective(effective, given.now);
  if (future !== undefined) return future;
  if (enrolmentsOf(state, course, presentation).some((known) => covers(known, effective))) return [];
  const made = newEnrolment(command, effective, state, given);
  return 'code' in made ? made : withConsequences(made.events, state, given);
}

/** Whether the learner was in the course then: a registration that is sent again after its enrolment was closed makes no second one. */
const covers = (enrolment: Enrolment, effective: Effective): boolean =>
  enrolment.closed === undefined || wasIn(enrolment, effective);

const wasIn = ({ effective: began, closed }: Enrolment, effective: Effective): boolean =>
  isAtOrAfter(effective, began) && (closed === undefined || !isAtOrAfter(effective, closed.effective));

/**
 * Which of some enrolments a command means. Where it names no presentation, it is the one that has none, else the only one there is:
 * which of several presentations it might be is never guessed at.
 */
function oneOf(enrolments: readonly Enrolment[]): Enrolment | Refusal | undefined {
  const presentations = [...new Set(enrolments.map(({ presentation }) => presentation))];
  if (presentations.length <= 1) return enrolments.at(-1);
  return (
    enrolments.findLast(({ presentation }) => presentation === undefined) ??
    refuse(
      'PRESENTATION_REQUIRED',
      `The learner is in several presentations of this course: ${presentations.join(', ')}. Name the one that is meant.`,
      '/presentation',
    )
  );
}

const openOne = ({ course, presentation }: InCourse, state: RecordState): Enrolment | Refusal | undefined =>
  oneOf(openEnrolments(state, course, presentation));

function newEnrolment({ course, presentation }: InCourse, effective: Effective, state: RecordState, given: Given): EnrolledOrNot {
  const edition = latest(given.facts.courses, course)?.edition;
  if (edition === undefined) return courseUnknown();
  if (retiredAt(given.facts, 'course', course, effective)) return definitionRetired('course');
  const number = enrolmentsOf(state, course).length + 1;
  const data = { course, edition, enrolment: number, effective, ...optional({ presentation }) };
  return {
    enrolment: { number, edition, effective, presentation, reports: [] },
    events: [{ type: 'LearnerEnrolled', data }],
  };
}

export function withdrawEnrolment(command: Of<'WithdrawEnrolment'>, state: RecordState, given: Given): Decision {
  const { course, effective, reason } = command;
  const enrolment = openOne(command, state) ?? notEnrolled(command);
  if ('code' in enrolment) return enrolment;
  const future = futureEffective(effective, given.now);
  if (future !== undefined) return future;
  if (!isAtOrAfter(effective, enrolment.effective))
    return refuse('WITHDRAWAL_BEFORE_ENROLMENT', 'A learner cannot withdraw before enrolling. Give a later time.', '/effective');
  const { subject } = state.profile!;
  return [
    {
      type: 'EnrolmentWithdrawn',
      data: { subject, course, enrolment: enrolment.number, effective, ...reasonFields(reason) },
    },
  ];
}

/** Records an activity in the enrolment in which it happened; the first one enrols by itself (domain.md, enrolment ◆). */
export function reportActivity(command: Of<'ReportActivity'>, state: RecordState, given: Given): Decision {
  const { course, effective, activity, kind, percent, score, count, carriedOver } = command;
  if (latest(given.facts.courses, course) === undefined) return courseUnknown();
  const future = futureEffective(effective, given.now);
  if (future !== undefined) return future;
  const found = enrolmentAt(command, state, given);
  if ('code' in found) return found;
  const { enrolment, events } = found;
  const edition = editionOf(given.facts.courses, course, enrolment.edition)!;
  const unfit = unfitReport(command, edition) ?? unfitResult(command, edition);
  if (unfit !== undefined) return unfit;
  const { closed } = enrolment;
  const notCounted =
    closed === undefined || (closed.how === 'withdrawn' && !isAtOrAfter(effective, closed.effective))
      ? undefined
      : closed.how === 'withdrawn'
        ? ('after-withdrawal' as const)
        : ('after-completion' as const);
  const data = { course, enrolment: enrolment.number, activity, kind, effective };
  const results = optional({ percent, score, count, carriedOver, notCounted });
  return withConsequences([...events, { type: 'ActivityReported', data: { ...data, ...results } }], state, given);
}

/**
 * The enrolment in which the learner was then, else the last that had begun by then; a result carried over belongs to the one that it
 * was carried into.
 */
function enrolmentAt(command: Of<'ReportActivity'>, state: RecordState, given: Given): EnrolledOrNot {
  const { course, presentation, effective, carriedOver } = command;
  const enrolments = enrolmentsOf(state, course, presentation);
  if (enrolments.length === 0) return newEnrolment(command, effective, state, given);
  const meant =
    carriedOver === true
      ? (openOne(command, state) ?? enrolments.at(-1))
      : (oneOf(enrolments.filter((known) => wasIn(known, effective))) ??
        enrolments.findLast((known) => isAtOrAfter(effective, known.effective)));
  if (meant !== undefined) return 'code' in meant ? meant : { enrolment: meant, events: [] };
  return refuse(
    'ACTIVITY_BEFORE_ENROLMENT',
    'This lies before the learner was enrolled. Give a later time, or mark a result of an earlier presentation as carriedOver.',
    '/effective',
  );
}

/** The activity must be one of the edition in which the learner is enrolled (a later edition may have others). */
function unfitReport({ activity, kind }: Of<'ReportActivity'>, edition: CourseEdition): Refusal | undefined {
  const known = edition.activities?.find((candidate) => candidate.activity === activity);
  if (known === undefined) {
    return refuse(
      'ACTIVITY_UNKNOWN',
      `Edition ${edition.edition} of the course has no activity ${activity}. Publish an edition that lists it, or mend the id.`,
      '/activity',
    );
  }
  return known.kind === kind
    ? undefined
    : refuse('ACTIVITY_UNKNOWN', `The activity ${activity} is of kind ${known.kind}, not ${kind}.`, '/kind');
}

/** Only a lesson has a percentage, only a quiz or an assessment a score, only participation and attendance a count. */
function unfitResult(
  { activity, kind, percent, score, count }: Of<'ReportActivity'>,
  edition: CourseEdition,
): Refusal | undefined {
  const isScored = kind === 'quiz' || kind === 'assessment';
  const isCounted = kind === 'participation' || kind === 'attendance';
  const unfit = (what: string, pointer: string): Refusal =>
    refuse('ACTIVITY_RESULT_UNFIT', `An activity of kind ${kind} ${what}.`, pointer);
  if (kind === 'lesson' && percent === undefined) return unfit('needs percent, how far it was watched', '/percent');
  if (kind !== 'lesson' && percent !== undefined) return unfit('has no percent', '/percent');
  if (!isScored && score !== undefined) return unfit('has no score', '/score');
  if (!isCounted && count !== undefined) return unfit('has no count', '/count');
  const known = edition.activities!.find((candidate) => candidate.activity === activity)!;
  const scale = ('maxScore' in known ? known.maxScore : undefined) ?? '100';
  return score !== undefined && compareDecimals(score, scale) > 0
    ? refuse('SCORE_OUT_OF_RANGE', `The score ${score} is above the scale of ${scale}.`, '/score')
    : undefined;
}

/** By the learning platform's word; a course with criteria of its own takes it only where its author said so. */
export function completeCourse(command: Of<'CompleteCourse'>, state: RecordState, given: Given): Decision {
  const { course, effective, grade, honours, validUntil } = command;
  if (latest(given.facts.courses, course) === undefined) return courseUnknown();
  const future = futureEffective(effective, given.now);
  if (future !== undefined) return future;
  // Compared by the day that the caller wrote, because the last valid day is one of the same calendar.
  const day = 'date' in effective ? effective.date : effective.instant.slice(0, 10);
  if (validUntil !== undefined && validUntil < day) return endsBeforeCompletion();
  const open = openOne(command, state);
  if (open !== undefined && 'code' in open) return open;
  const made = open === undefined ? newEnrolment(command, effective, state, given) : { enrolment: open, events: [] };
  if ('code' in made) return made;
  const { enrolment, events } = made;
  const edition = editionOf(given.facts.courses, course, enrolment.edition)!;
  if (!takesReports(edition)) return completedByCriteria('course');
  const { subject } = state.profile!;
  const data: DataOf<'CourseCompleted'> = {
    subject,
    course,
    edition: enrolment.edition,
    enrolment: enrolment.number,
    effective,
    how: 'reported',
    ...optional({ grade, honours, validUntil }),
  };
  return withConsequences([...events, { type: 'CourseCompleted', data }], state, given);
}

const endsBeforeCompletion = (): Refusal =>
  refuse(
    'VALID_UNTIL_BEFORE_COMPLETION',
    'The completion cannot end before it was made. Give its day or a later one, or leave validUntil out.',
    '/validUntil',
  );

export function completePlan({ learningPlan, effective }: Of<'CompletePlan'>, state: RecordState, given: Given): Decision {
  const edition = latest(given.facts.learningPlans, learningPlan);
  if (edition === undefined)
    return refuse('LEARNING_PLAN_UNKNOWN', 'There is no learning plan with this id. Define it first.', '/learningPlan');
  const future = futureEffective(effective, given.now);
  if (future !== undefined) return future;
  if (retiredAt(given.facts, 'learningPlan', learningPlan, effective)) return definitionRetired('learning plan');
  if (!takesReports(edition)) return completedByCriteria('learning plan');
  const data = { learningPlan, edition: edition.edition, effective, how: 'reported' as const };
  return withConsequences([{ type: 'LearningPlanCompleted', data }], state, given);
}

const takesReports = (edition: { criteria?: unknown; acceptReportedCompletion?: boolean | undefined }): boolean =>
  edition.acceptReportedCompletion ?? edition.criteria === undefined;

const completedByCriteria = (what: string): Refusal =>
  refuse(
    'COMPLETED_BY_CRITERIA',
    `This ${what} is completed by its own criteria. Report what the learner did, or let it accept reported completions.`,
  );

const notEnrolled = ({ presentation }: InCourse): Refusal =>
  presentation === undefined
    ? refuse('NOT_ENROLLED', 'The learner has no open enrolment in this course.', '/course')
    : refuse('NOT_ENROLLED', `The learner has no open enrolment in the presentation ${presentation}.`, '/presentation');

/** Rule 003-3: a person approves what a course or a scheme names, never their own case. */
export function approve(command: Of<'Approve'>, state: RecordState, given: Given): Decision {
  const { target, label, effective, reason } = command;
  const refusal = humanRefusal(given, state) ?? futureEffective(effective, given.now);
  if (refusal !== undefined) return refusal;
  const named =
    'course' in target ? courseApproval(target, label, state, given) : schemeApproval(target.scheme, label, state, given);
  if ('code' in named) return named;
  if (named.isGiven) return [];
  const data = { subject: state.profile!.subject, ...named.place, label, effective, ...reasonFields(reason) };
  return withConsequences([{ type: 'ApprovalGiven', data }], state, given);
}

type Place = Pick<DataOf<'ApprovalGiven'>, 'course' | 'enrolment' | 'scheme' | 'edition'>;
type ApprovalPlace = { readonly place: Place; readonly isGiven: boolean } | Refusal;

function courseApproval(target: InCourse, label: string, state: RecordState, given: Given): ApprovalPlace {
  const { course } = target;
  if (latest(given.facts.courses, course) === undefined) return courseUnknown();
  const enrolment = openOne(target, state) ?? notEnrolled(target);
  if ('code' in enrolment) return enrolment;
  const { criteria } = editionOf(given.facts.courses, course, enrolment.edition)!;
  const isNamed =
    criteria !== undefined && leavesOf<CourseLeaf>(criteria).some(({ leaf }) => 'approval' in leaf && leaf.approval === label);
  if (!isNamed) return approvalUnknown(label);
  const isGiven = approvalsOf(state, course, enrolment.number).some((known) => known.label === label);
  return { place: { course, edition: enrolment.edition, enrolment: enrolment.number }, isGiven };
}

function schemeApproval(scheme: string, label: string, state: RecordState, given: Given): ApprovalPlace {
  const newest = latest(given.facts.schemes, scheme);
  if (newest === undefined) return schemeUnknown();
  const standing = standingOf(state, scheme);
  const assignment = openAssignment(standing, given.now);
  const number = pendingRenewal(standing)?.edition ?? assignment?.edition;
  const edition = number === undefined ? newest : editionOf(given.facts.schemes, scheme, number)!;
  const leaves = [edition.criteria, renewalCriteria(edition)].flatMap((criteria) => leavesOf<SchemeLeaf>(criteria));
  if (!leaves.some(({ leaf }) => 'approval' in leaf && leaf.approval === label)) return approvalUnknown(label);
  const isGiven = state.approvals.some((known) => known.scheme === scheme && known.label === label);
  return { place: { scheme, edition: edition.edition }, isGiven: isGiven && !isNeededAgain(scheme, label, state, given) };
}

/** For a renewal, or what is earned anew, an approval of before does not count. */
const isNeededAgain = (scheme: string, approval: string, state: RecordState, given: Given): boolean =>
  standingOf(state, scheme).cycles.length > 0 &&
  waysOf(scheme, state, given).some(
    ({ window, scheme: { timeZone } }) =>
      window.from <= instantMilliseconds(given.now) && !evaluateRecord({ approval }, scheme, state, timeZone, window).satisfied,
  );

const approvalUnknown = (label: string): Refusal =>
  refuse('APPROVAL_UNKNOWN', `The criteria ask for no approval "${label}". Give the label exactly as they name it.`, '/label');
