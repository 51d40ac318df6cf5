import type { DataOf } from './events.js';
import type { Approval, Completion, Enrolment, PlanCompletion, RecordState } from './state.js';
import type { At } from './standing.js';

export type Correctable = Completion | PlanCompletion | Approval;
export type CorrectableType = DataOf<'FactCorrected'>['fact'];
export type CorrectedTo = NonNullable<DataOf<'FactCorrected'>['to']>;

/** What a correction pointed at, as it stood before, so that nothing that was ever said of a fact is lost. */
export interface Correction {
  readonly revision: number;
  readonly recordedAt: string;
  readonly corrects: number;
  readonly fact: CorrectableType;
  readonly reasonCode: string;
  /** The correction that it follows from, where nobody decided it by itself. */
  readonly ground?: number | undefined;
  readonly before: Correctable;
  readonly to?: CorrectedTo | undefined;
}

/** A fact that may be corrected, by the revision of its event: as it stands now or, where it was taken back, as it stood last. */
export interface KnownFact {
  readonly type: CorrectableType;
  readonly fact: Correctable;
  readonly isTakenBack: boolean;
}

const LISTS = {
  CourseCompleted: 'completions',
  LearningPlanCompleted: 'planCompletions',
  ApprovalGiven: 'approvals',
} as const satisfies Record<CorrectableType, keyof RecordState>;

export function factAt(state: RecordState, revision: number): KnownFact | undefined {
  for (const type of Object.keys(LISTS) as CorrectableType[]) {
    const fact = state[LISTS[type]].find((known) => known.revision === revision);
    if (fact !== undefined) return { type, fact, isTakenBack: false };
  }
  const last = state.corrections.findLast(({ corrects }) => corrects === revision);
  return last === undefined ? undefined : { type: last.fact, fact: last.before, isTakenBack: true };
}

/** Which definition a fact is about. */
export const aboutOf = (
  fact: Correctable,
): { readonly course?: string; readonly learningPlan?: string; readonly scheme?: string } => ({
  ...('course' in fact && fact.course !== undefined ? { course: fact.course } : {}),
  ...('learningPlan' in fact ? { learningPlan: fact.learningPlan } : {}),
  ...('scheme' in fact && fact.scheme !== undefined ? { scheme: fact.scheme } : {}),
});

/** A fact as its correction has it, or without it where it was taken back; the event itself stays what it is. */
export function withCorrection(state: RecordState, data: DataOf<'FactCorrected'>, at: At): RecordState {
  const { corrects, fact: type, to, ground, reasonCode } = data;
  const { revision, recordedAt } = at;
  const before = factAt(state, corrects)!.fact;
  const others = (state[LISTS[type]] as readonly Correctable[]).filter((known) => known.revision !== corrects);
  const facts = to === undefined ? others : [...others, correctedFact(before, to)].sort((a, b) => a.revision - b.revision);
  const correction = { revision, recordedAt, corrects, fact: type, reasonCode, ground, before, to };
  const corrected = { ...state, [LISTS[type]]: facts, corrections: [...state.corrections, correction] };
  return type === 'CourseCompleted' ? withEnrolmentOf(before as Completion, data, corrected) : corrected;
}

export function correctedFact<Fact extends Pick<Correctable, 'effective' | 'validUntil'>>(
  fact: Fact,
  { effective = fact.effective, validUntil = fact.validUntil }: CorrectedTo,
): Fact {
  return { ...fact, effective, validUntil: validUntil ?? undefined };
}

/**
 * A completion closes its enrolment when it was made. One that was taken back never did, so that the learner is in the course again,
 * unless there is a later enrolment or what was reported there is not to be trusted: a person took back what the course's own criteria
 * had found.
 */
function withEnrolmentOf(completion: Completion, { to, ground }: DataOf<'FactCorrected'>, state: RecordState): RecordState {
  const { course, enrolment: number, how, presentation } = completion;
  if (state.completions.some((known) => isOfSameEnrolment(known, completion))) return state;
  const enrolments = state.enrolments[course]!;
  const isLast = enrolments.findLast((known) => known.presentation === presentation)?.number === number;
  const isReopened = to === undefined && isLast && (how === 'reported' || ground !== undefined);
  const changed = enrolments.map((known): Enrolment => {
    const { closed, ...open } = known;
    if (known.number !== number || closed?.how === 'withdrawn') return known;
    if (isReopened) return open;
    return to === undefined
      ? known
      : { ...open, closed: { how: 'completed', effective: correctedFact(completion, to).effective } };
  });
  return { ...state, enrolments: { ...state.enrolments, [course]: changed } };
}

const isOfSameEnrolment = (known: Completion, { course, enrolment, revision }: Completion): boolean =>
  known.course === course && known.enrolment === enrolment && known.revision !== revision;
