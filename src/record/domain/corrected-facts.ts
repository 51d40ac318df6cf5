import type { DataOf } from './events.js';
import type { Approval, Completion, PlanCompletion, RecordState } from './state.js';
import type { At } from './standing.js';

/** What a correction pointed at, as it stood before, so that nothing that was ever said of a fact is lost. */
export interface Correction {
  readonly revision: number;
  readonly recordedAt: string;
  readonly corrects: number;
  readonly reasonCode: string;
  readonly before: Completion | PlanCompletion | Approval;
  readonly to?: DataOf<'FactCorrected'>['to'];
}

type Correctable = Completion | PlanCompletion | Approval;

/** A fact as its correction has it, or without it where it was taken back; the event itself stays what it is. */
export function withCorrection(state: RecordState, data: DataOf<'FactCorrected'>, at: At): RecordState {
  const { corrects, to, reasonCode } = data;
  const { completions, planCompletions, approvals } = state;
  const before = factAt(state, corrects)!;
  const replaced = <Fact extends Correctable>(facts: readonly Fact[]): readonly Fact[] =>
    facts.flatMap((fact) => (fact.revision !== corrects ? [fact] : to === undefined ? [] : [correctedFact(fact, to)]));
  const { revision, recordedAt } = at;
  return {
    ...state,
    completions: replaced(completions),
    planCompletions: replaced(planCompletions),
    approvals: replaced(approvals),
    corrections: [...state.corrections, { revision, recordedAt, corrects, reasonCode, before, to }],
  };
}

/** A fact that may be corrected, as it stands now, by the revision of its event. */
export const factAt = ({ completions, planCompletions, approvals }: RecordState, revision: number): Correctable | undefined =>
  [...completions, ...planCompletions, ...approvals].find((fact) => fact.revision === revision);

export function correctedFact<Fact extends Pick<Correctable, 'effective' | 'validUntil'>>(
  fact: Fact,
  { effective = fact.effective, validUntil = fact.validUntil }: NonNullable<DataOf<'FactCorrected'>['to']>,
): Fact {
  return { ...fact, effective, validUntil: validUntil ?? undefined };
}
