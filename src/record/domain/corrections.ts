import { coursesNamed, editionOf } from '../../catalogue/published.js';
import { effectiveDate } from '../../shared/calendar.js';
import { isSameJson } from '../../shared/json.js';
import type { Of } from './commands.js';
import { futureEffective, humanRefusal, optional, refuse, type Decision, type Given, type Refusal } from './circumstances.js';
import type { FactName } from './correction-commands.js';
import { correctedFact, factAt, type CorrectedTo, type KnownFact } from './corrected-facts.js';
import type { RecordEvent } from './events.js';
import { followingCorrections } from './following-corrections.js';
import { withReassessments } from './reassessment.js';
import { submissionsOf, type PlanCompletion, type RecordState } from './state.js';
import { isTakenBack, revisionsOf, stateOf, type Submission } from './submission.js';

type Handed = Submission & { readonly scheme: string };
type Found = { readonly known: KnownFact } | { readonly submission: Handed };

/**
 * What was recorded stays as it was recorded; a correction is a further fact that points at it. Whatever rested on it is looked at again
 * in the same commit: completions that follow from it by criteria, then the awards, then what may be earned now (domain.md, Status).
 */
export function correctFact(command: Of<'CorrectFact'>, state: RecordState, given: Given): Decision {
  const human = humanRefusal(given, state);
  if (human !== undefined) return human;
  const found = factNamed(command.corrects, state, given);
  if ('code' in found) return found;
  const to = command.to === undefined ? undefined : (optional(command.to) as CorrectedTo);
  const refusal = nothingCorrected(found, to) ?? (to === undefined ? undefined : unfit(found, to, given));
  if (refusal !== undefined) return refusal;
  const event = correction(found, to, command.reason, state, given);
  const following = event.type === 'FactCorrected' ? followingCorrections(event, state, given) : [];
  return withReassessments([event, ...following], state, given);
}

function correction(
  found: Found,
  to: CorrectedTo | undefined,
  reason: Of<'CorrectFact'>['reason'],
  state: RecordState,
  given: Given,
): Extract<RecordEvent, { type: 'FactCorrected' | 'SubmissionCorrected' }> {
  const { subject } = state.profile!;
  const said = { ...optional({ to }), effective: { instant: given.now }, reasonCode: reason.code, reason: reason.text };
  if ('submission' in found) {
    const { scheme, number, revision } = found.submission;
    return { type: 'SubmissionCorrected', data: { subject, scheme, submission: number, corrects: revision, ...said } };
  }
  const { type, fact } = found.known;
  return { type: 'FactCorrected', data: { subject, corrects: fact.revision, fact: type, ...said } };
}

/** What may be corrected, in the words of a refusal. */
const CORRECTABLE_FACTS =
  'Corrected are completions of courses, reported completions of learning plans, approvals, and submissions that were approved.';

function factNamed(name: FactName, state: RecordState, given: Given): Found | Refusal {
  if (typeof name !== 'number') return lastCompletion(name, state, given);
  if (name > state.revision)
    return refuse('FACT_UNKNOWN', `The record of this learner ends with revision ${state.revision}.`, '/corrects');
  const original = originalOf(name, state);
  if (original !== undefined)
    return refuse(
      'CORRECTION_OF_CORRECTION',
      `Revision ${name} is itself a correction, of revision ${original}. Correct revision ${original} again.`,
      '/corrects',
    );
  const known = factAt(state, name);
  if (known !== undefined) return followsFromCourses(known, state, given) ?? { known };
  const submission = submissionsOf(state).find((handed) => revisionsOf(handed).includes(name));
  if (submission === undefined)
    return refuse('FACT_NOT_CORRECTABLE', `Revision ${name} is nothing of that kind. ${CORRECTABLE_FACTS}`, '/corrects');
  return uncounted(submission) ?? { submission };
}

function lastCompletion(name: Exclude<FactName, number>, state: RecordState, given: Given): Found | Refusal {
  const found =
    'course' in name
      ? state.completions.findLast(
          ({ course, presentation }) =>
            course === name.course && (name.presentation === undefined || presentation === name.presentation),
        )
      : state.planCompletions.findLast(({ learningPlan }) => learningPlan === name.learningPlan);
  if (found === undefined) {
    const pointer = `/corrects/${'course' in name ? 'course' : 'learningPlan'}`;
    return refuse('FACT_UNKNOWN', 'The learner has no such completion. Look the record up.', pointer);
  }
  const known = factAt(state, found.revision)!;
  return followsFromCourses(known, state, given) ?? { known };
}

/** Which fact a correction pointed at, where a revision is that of a correction. */
function originalOf(revision: number, state: RecordState): number | undefined {
  const ofSubmission = submissionsOf(state).find(({ corrections = [] }) =>
    corrections.some((known) => known.revision === revision),
  );
  return state.corrections.find((known) => known.revision === revision)?.corrects ?? ofSubmission?.revision;
}

/** What follows from completions alone is corrected by correcting those; it would follow from them again. */
function followsFromCourses({ type, fact }: KnownFact, state: RecordState, given: Given): Refusal | undefined {
  if (type !== 'LearningPlanCompleted') return undefined;
  const { how, learningPlan, edition } = fact as PlanCompletion;
  if (how === 'reported') return undefined;
  const courses = coursesNamed(editionOf(given.facts.learningPlans, learningPlan, edition)!.criteria);
  const revisions = state.completions.filter(({ course }) => courses.has(course)).map(({ revision }) => revision);
  const which = revisions.length === 0 ? '' : `: revision ${revisions.join(', ')}`;
  return refuse(
    'FACT_NOT_CORRECTABLE',
    `The completion of this learning plan follows from the completions of its courses. Correct those${which}.`,
    '/corrects',
  );
}

function uncounted(submission: Submission): Refusal | undefined {
  const state = stateOf(submission);
  if (state === 'approved' || isTakenBack(submission)) return undefined;
  const instead = state === 'submitted' ? 'Decline it, or let it be withdrawn' : 'Submit anew what is otherwise';
  return refuse(
    'FACT_NOT_CORRECTABLE',
    `Submission ${submission.number} counts for nothing, as it is ${state}. ${instead}. ${CORRECTABLE_FACTS}`,
    '/corrects',
  );
}

const standsAs = (found: Found) => ('submission' in found ? found.submission : found.known.fact);
const isGone = (found: Found): boolean => ('submission' in found ? isTakenBack(found.submission) : found.known.isTakenBack);

/** What was taken back comes back when it is corrected to something, even to what it was. */
function nothingCorrected(found: Found, to: CorrectedTo | undefined): Refusal | undefined {
  if (to === undefined)
    return isGone(found)
      ? refuse('NOTHING_CORRECTED', 'It was taken back before. Correct it to what is true, if it is.')
      : undefined;
  const { effective, validUntil } = standsAs(found);
  const after = correctedFact({ effective, validUntil }, to);
  return !isGone(found) && isSameJson(after, { effective, validUntil })
    ? refuse('NOTHING_CORRECTED', 'It stands like that already.', '/to')
    : undefined;
}

function unfit(found: Found, to: CorrectedTo, given: Given): Refusal | undefined {
  const before = standsAs(found);
  const { effective, validUntil } = correctedFact({ effective: before.effective, validUntil: before.validUntil }, to);
  const future = futureEffective(effective, given.now, '/to/effective');
  if (future !== undefined) return future;
  const isOfSubmission = 'submission' in found;
  if (to.validUntil !== undefined && !isOfSubmission && found.known.type !== 'CourseCompleted')
    return refuse('FACT_NOT_CORRECTABLE', 'Only the completion of a course and a submission have an end.', '/to/validUntil');
  if (validUntil === undefined) return undefined;
  const pointer = to.validUntil === undefined ? '/to/effective' : '/to/validUntil';
  if (isOfSubmission) {
    const { scheme, edition } = found.submission;
    const { timeZone } = editionOf(given.facts.schemes, scheme, edition)!;
    return validUntil < effectiveDate(effective, timeZone)
      ? refuse('VALID_UNTIL_BEFORE_ISSUE', 'It would end before it was issued. Correct both, or give a later end.', pointer)
      : undefined;
  }
  // Compared by the day that the caller wrote, as when it was recorded.
  const day = 'date' in effective ? effective.date : effective.instant.slice(0, 10);
  return validUntil < day
    ? refuse('VALID_UNTIL_BEFORE_COMPLETION', 'It would end before it was made. Correct both, or give a later end.', pointer)
    : undefined;
}
