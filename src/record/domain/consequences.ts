import {
  coursesNamed,
  editionOf,
  itemKey,
  latest,
  plansNamed,
  retirementOf,
  type LearningPlanEdition,
  type SchemeEdition,
} from '../../catalogue/published.js';
import { effectiveInstant, effectiveMilliseconds, instantMilliseconds, type Effective } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import { automaticAward } from './awards.js';
import type { Decision, Given, Refusal } from './circumstances.js';
import { aboutOf, factAt } from './corrected-facts.js';
import { evaluateEnrolment } from './course-evidence.js';
import { updatable } from './endings.js';
import { waysOf } from './earning.js';
import type { RecordEvent } from './events.js';
import { evaluateRecord, WHOLE_TIME, type Window } from './scheme-evidence.js';
import { isMissed, pendingAssignment } from './standing.js';
import { approvalsOf, cyclesOf, foldAll, openEnrolments, standingOf, type Enrolment, type RecordState } from './state.js';
import { automaticUpdate } from './updates.js';

/**
 * The facts of a command and, in the same commit, everything that follows from them: a course completed by its criteria, a plan
 * completed by its courses, an assignment begun, an award or its proposal (rules 000-1a to c, 000-2, 000-3).
 */
export function withConsequences(facts: readonly RecordEvent[], state: RecordState, given: Given): Decision {
  const events = [...facts];
  const now = (): RecordState => foldAll(state, events, given.now, given.actor.person);
  const touched = touchedBy(facts, state);
  for (const course of touched.courses) events.push(...courseCompleted(course, now(), given));
  const completed = new Set([
    ...touched.completed,
    ...events.flatMap((event) => (event.type === 'CourseCompleted' ? [event.data.course] : [])),
  ]);
  if (completed.size > 0) events.push(...plansCompleted(completed, now(), given));
  const plans = new Set([
    ...touched.plans,
    ...events.flatMap((event) => (event.type === 'LearningPlanCompleted' ? [event.data.learningPlan] : [])),
  ]);
  events.push(...assignmentsStarted({ ...touched, plans }, now(), given));
  const awards = awardsOf({ courses: completed, plans, schemes: touched.schemes }, now(), given);
  return isRejection(awards) ? (awards as Refusal) : [...events, ...awards];
}

/** What of the catalogue some facts are about. */
interface Named {
  readonly courses: ReadonlySet<string>;
  readonly plans: ReadonlySet<string>;
  readonly schemes: ReadonlySet<string>;
}

interface Touched extends Named {
  /** Courses whose completion is otherwise now. */
  readonly completed: ReadonlySet<string>;
  /** Schemes in which something was approved or handed in. */
  readonly workedOn: ReadonlySet<string>;
  /** When the last of the facts was true. */
  readonly effective: Effective | undefined;
}

function touchedBy(facts: readonly RecordEvent[], state: RecordState): Touched {
  const courses = new Set<string>();
  const completed = new Set<string>();
  const plans = new Set<string>();
  const schemes = new Set<string>();
  const workedOn = new Set<string>();
  let effective: Effective | undefined;
  for (const { type, data } of facts) {
    // What was recorded and does not count brings nothing about, not even the beginning of an assignment.
    if ('notCounted' in data && data.notCounted !== undefined) continue;
    if (type === 'FactCorrected' || type === 'SubmissionCorrected') {
      // What was taken back brings nothing about; what lost its ground by that is looked at again below.
      if (data.to === undefined) continue;
      const about = type === 'FactCorrected' ? aboutOf(factAt(state, data.corrects)!.fact) : { scheme: data.scheme };
      if ('effective' in data.to) effective = data.to.effective;
      if (about.course !== undefined)
        (type === 'FactCorrected' && data.fact === 'CourseCompleted' ? completed : courses).add(about.course);
      if (about.learningPlan !== undefined) plans.add(about.learningPlan);
      if (about.scheme !== undefined) schemes.add(about.scheme);
      continue;
    }
    if (type === 'CertificationReassessed' && data.after !== undefined) continue;
    if (type === 'CertificationReassessed' || type === 'AwardDeclined') {
      schemes.add(data.scheme);
      continue;
    }
    if ('effective' in data) effective = data.effective;
    if (type === 'EvidenceSubmitted') {
      // The learner's work on it is handing it in, whenever what it proves was done; what waits for review earns nothing yet.
      effective = data.submitted;
      workedOn.add(data.scheme);
      if (data.review === 'none') schemes.add(data.scheme);
      continue;
    }
    if ('course' in data && data.course !== undefined) courses.add(data.course);
    if ('scheme' in data && data.scheme !== undefined) schemes.add(data.scheme);
    if (type === 'ApprovalGiven' && data.scheme !== undefined) workedOn.add(data.scheme);
  }
  return { courses, completed, plans, schemes, workedOn, effective };
}

/** A course with criteria of its own is completed by what was reported in an open enrolment (rules 003-1 to 003-3). */
const courseCompleted = (course: string, state: RecordState, given: Given): readonly RecordEvent[] =>
  openEnrolments(state, course).flatMap((enrolment) => enrolmentCompleted(course, enrolment, state, given));

function enrolmentCompleted(course: string, enrolment: Enrolment, state: RecordState, given: Given): readonly RecordEvent[] {
  const edition = editionOf(given.facts.courses, course, enrolment.edition)!;
  if (edition.criteria === undefined) return [];
  const approvals = approvalsOf(state, course, enrolment.number);
  const { satisfied, effective, checklist } = evaluateEnrolment(edition.criteria, enrolment, approvals);
  if (!satisfied) return [];
  const { subject } = state.profile!;
  const data = {
    subject,
    course,
    edition: edition.edition,
    enrolment: enrolment.number,
    effective: effective!,
    how: 'criteria',
  } as const;
  return [{ type: 'CourseCompleted', data: { ...data, checklist: [...checklist] } }];
}

/** A plan counts its courses' dates like those of a course: as the day's start in UTC. */
export const PLAN_ZONE = 'UTC';

/**
 * The first completion of a plan follows from its courses by itself. A further one does where a certification is renewed or earned
 * anew by the plan, from the courses that are completed again for that.
 */
export function planCompleted(edition: LearningPlanEdition, state: RecordState, given: Given): readonly RecordEvent[] {
  const { learningPlan } = edition;
  if (retirementOf(given.facts, 'learningPlan', learningPlan) !== undefined) return [];
  if (!state.planCompletions.some((known) => known.learningPlan === learningPlan))
    return planCompletedBy(edition, state, WHOLE_TIME);
  const windows = Object.keys(state.schemes)
    .filter((scheme) => cyclesOf(state, scheme).length > 0)
    .flatMap((scheme) => waysOf(scheme, state, given).filter(({ criteria }) => plansNamed(criteria).has(learningPlan)))
    .map(({ window }) => window)
    .filter((window) => !evaluateRecord({ learningPlan }, undefined, state, PLAN_ZONE, window).satisfied);
  return windows.flatMap((window) => planCompletedBy(edition, state, window)).slice(0, 1);
}

function planCompletedBy(edition: LearningPlanEdition, state: RecordState, window: Window): readonly RecordEvent[] {
  const { learningPlan, criteria } = edition;
  const { satisfied, effective, checklist } = evaluateRecord(criteria, undefined, state, PLAN_ZONE, window);
  if (!satisfied) return [];
  const data = { learningPlan, edition: edition.edition, effective: effective!, how: 'criteria' as const };
  return [{ type: 'LearningPlanCompleted', data: { ...data, checklist: [...checklist] } }];
}

function plansCompleted(courses: ReadonlySet<string>, state: RecordState, given: Given): readonly RecordEvent[] {
  return [...given.facts.learningPlans.values()].flatMap((editions) => {
    const edition = editions.at(-1)!;
    const named = coursesNamed(edition.criteria);
    return [...courses].some((course) => named.has(course)) ? planCompleted(edition, state, given) : [];
  });
}

/** Work on an item of an assigned scheme begins it; work from before its start stays on record and begins nothing. */
function assignmentsStarted(touched: Touched & Named, state: RecordState, given: Given): readonly RecordEvent[] {
  const { effective } = touched;
  if (effective === undefined) return [];
  return Object.entries(state.schemes).flatMap(([scheme, standing]): readonly RecordEvent[] => {
    const assignment = pendingAssignment(standing);
    if (assignment === undefined || assignment.started !== undefined) return [];
    const edition = editionOf(given.facts.schemes, scheme, assignment.edition)!;
    // Work from before the due instant is in time, however late it is reported.
    if (isMissed(assignment, effectiveInstant(effective, edition.timeZone))) return [];
    const begins = assignment.startsAt ?? assignment.effective;
    const isEarly =
      effectiveMilliseconds(effective, edition.timeZone) <
      (typeof begins === 'string' ? instantMilliseconds(begins) : effectiveMilliseconds(begins, edition.timeZone));
    if (isEarly || !isItemTouched(edition, touched)) return [];
    return [{ type: 'AssignmentStarted', data: { scheme, assignment: assignment.number, effective, how: 'by-evidence' } }];
  });
}

function isItemTouched({ scheme, items }: SchemeEdition, { courses, plans, workedOn }: Touched & Named): boolean {
  const keys = new Set(items.map(itemKey));
  return (
    workedOn.has(scheme) ||
    [...courses].some((course) => keys.has(itemKey({ course }))) ||
    [...plans].some((learningPlan) => keys.has(itemKey({ learningPlan })))
  );
}

/** The awards, or their proposals, that the touched definitions now earn. */
function awardsOf(named: Named, state: RecordState, given: Given): readonly RecordEvent[] | Refusal {
  const events: RecordEvent[] = [];
  for (const id of given.facts.schemes.keys()) {
    const award =
      automaticAward(id, state, given, ({ criteria }) => isNamed({ scheme: id, criteria }, named)) ??
      updateOf(id, named, state, given);
    if (isRejection(award)) return award as Refusal;
    if (award !== undefined) events.push(award);
  }
  return events;
}

/** An update is asked for by the newest edition, whatever an assignment is pinned to. */
const updateOf = (id: string, named: Named, state: RecordState, given: Given): RecordEvent | undefined =>
  updatable(standingOf(state, id)) !== undefined && isNamed(latest(given.facts.schemes, id)!, named)
    ? automaticUpdate(id, state, given)
    : undefined;

function isNamed({ scheme, criteria }: Pick<SchemeEdition, 'scheme' | 'criteria'>, { courses, plans, schemes }: Named): boolean {
  if (schemes.has(scheme)) return true;
  const [named, plansOf] = [coursesNamed(criteria), plansNamed(criteria)];
  return [...courses].some((course) => named.has(course)) || [...plans].some((plan) => plansOf.has(plan));
}
