import { coursesNamed, editionOf } from '../../catalogue/published.js';
import { isSameJson } from '../../shared/json.js';
import type { Given } from './circumstances.js';
import { PLAN_ZONE } from './consequences.js';
import { factAt } from './corrected-facts.js';
import { evaluateEnrolment } from './course-evidence.js';
import type { Evaluation } from './evaluate.js';
import type { RecordEvent } from './events.js';
import { evaluateRecord } from './scheme-evidence.js';
import {
  approvalsOf,
  enrolmentsOf,
  foldAll,
  type Approval,
  type Completion,
  type PlanCompletion,
  type RecordState,
} from './state.js';

type Corrected = Extract<RecordEvent, { type: 'FactCorrected' }>;
/** What every one of them says: who it is about, why, and the correction that it follows from. */
type Said = Omit<Corrected['data'], 'corrects' | 'fact' | 'to'>;

/**
 * What follows by criteria from a corrected fact and is otherwise now: a completion of a course from its approvals, completions of
 * learning plans from those of their courses. Each is corrected in turn, pointing at the correction that it follows from.
 */
export function followingCorrections({ data }: Corrected, state: RecordState, given: Given): readonly RecordEvent[] {
  const correction: Corrected = { type: 'FactCorrected', data };
  const { corrects, fact: type, to: _, ...reasoned } = data;
  const said: Said = { ...reasoned, ground: state.revision + 1 };
  const { fact } = factAt(state, corrects)!;
  const now = (events: readonly RecordEvent[]): RecordState =>
    foldAll(state, [correction, ...events], given.now, given.actor.person);
  const completions = type === 'ApprovalGiven' ? ofApproval(fact as Approval, said, now([]), given) : [];
  const isOfCourse = type === 'CourseCompleted' || completions.length > 0;
  const course = isOfCourse ? (fact as Completion | Approval).course : undefined;
  return course === undefined ? completions : [...completions, ...ofCourse(course, said, now(completions), given)];
}

function ofApproval({ course, enrolment: number }: Approval, said: Said, state: RecordState, given: Given): Corrected[] {
  if (course === undefined) return [];
  const enrolment = enrolmentsOf(state, course).find((known) => known.number === number)!;
  return byCriteria<Completion>('CourseCompleted', state)
    .filter(({ fact }) => fact.course === course && fact.enrolment === number)
    .flatMap((known) => {
      const { criteria } = editionOf(given.facts.courses, course, known.fact.edition)!;
      const evaluation = evaluateEnrolment(criteria!, enrolment, approvalsOf(state, course, enrolment.number));
      const others = state.completions.filter((other) => other.course === course && other.enrolment === number);
      return reevaluated(known, evaluation, others, said);
    });
}

function ofCourse(course: string, said: Said, state: RecordState, given: Given): Corrected[] {
  return byCriteria<PlanCompletion>('LearningPlanCompleted', state).flatMap((known) => {
    const { learningPlan, edition, revision, by = [] } = known.fact;
    const { criteria } = editionOf(given.facts.learningPlans, learningPlan, edition)!;
    if (!coursesNamed(criteria).has(course)) return [];
    const others = state.planCompletions.filter((other) => other.learningPlan === learningPlan);
    // A plan that is completed again stands on what came after its completion before.
    const since = Math.max(-1, ...others.map((other) => other.revision).filter((other) => other < revision));
    const evaluated = (counts: (completion: Completion) => boolean) =>
      evaluateRecord(criteria, undefined, { ...state, completions: state.completions.filter(counts) }, PLAN_ZONE);
    // What it was not made by moves it only where nothing is left of what it was made by.
    const first = evaluated((completion) => by.includes(completion.revision));
    const evaluation = first.satisfied ? first : evaluated((completion) => completion.revision > since);
    return reevaluated(known, evaluation, others, said);
  });
}

interface Made<Fact> {
  readonly fact: Fact;
  readonly isTakenBack: boolean;
}

/** What was made by criteria and no person has corrected since, by whose word it stands or does not. */
function byCriteria<Fact extends Completion | PlanCompletion>(
  type: Corrected['data']['fact'],
  state: RecordState,
): readonly Made<Fact>[] {
  const standing = type === 'CourseCompleted' ? state.completions : state.planCompletions;
  const corrected = state.corrections.filter(({ fact }) => fact === type);
  const decided = new Set(corrected.flatMap(({ corrects, ground }) => (ground === undefined ? [corrects] : [])));
  const revisions = new Set([...standing.map(({ revision }) => revision), ...corrected.map(({ corrects }) => corrects)]);
  return [...revisions]
    .filter((revision) => !decided.has(revision))
    .map((revision) => factAt(state, revision) as unknown as Made<Fact>)
    .filter(({ fact }) => fact.how === 'criteria');
}

/** What was taken back comes back with its ground, unless there is another one by then. */
function reevaluated(
  { fact, isTakenBack }: Made<Completion | PlanCompletion>,
  { satisfied, effective }: Evaluation,
  others: readonly (Completion | PlanCompletion)[],
  said: Said,
): Corrected[] {
  const type = 'course' in fact ? ('CourseCompleted' as const) : ('LearningPlanCompleted' as const);
  const corrected = { ...said, corrects: fact.revision, fact: type };
  if (!satisfied) return isTakenBack ? [] : [{ type: 'FactCorrected', data: corrected }];
  const isSettled = isTakenBack ? others.length > 0 : isSameJson(effective, fact.effective);
  return isSettled ? [] : [{ type: 'FactCorrected', data: { ...corrected, to: { effective: effective! } } }];
}
