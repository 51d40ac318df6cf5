import type { Criteria, PlanCriteria, SchemeLeaf } from '../../catalogue/published.js';
import { effectiveMilliseconds, type Effective } from '../../shared/calendar.js';
import { evaluate, type Evaluation, type Judge, type Judged, type Moment } from './evaluate.js';
import type { ChecklistLeaf } from './events.js';
import type { RecordState } from './state.js';

/** One fact that may satisfy leaves of a scheme or plan; `revision` names its event in the record's stream. */
export interface Evidence {
  readonly effective: Effective;
  readonly revision: number;
  readonly edition?: number;
  /** The last day on which the evidence itself is valid, where it ends. */
  readonly validUntil?: string | undefined;
}

/** Which evidence counts, in milliseconds: from `from` (prior evidence ignored) and before `until` (late evidence refused). */
export interface Window {
  readonly from: number;
  readonly until: number;
}

export const WHOLE_TIME: Window = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

type Missing = NonNullable<ChecklistLeaf['missing']>;

/** Evaluates a scheme's or plan's criteria over what a record holds. Dates count as the day's start in `zone`. */
export function evaluateRecord(
  criteria: Criteria | PlanCriteria,
  scheme: string | undefined,
  state: RecordState,
  zone: string,
  window: Window = WHOLE_TIME,
): Evaluation {
  const judge: Judge<SchemeLeaf> = (leaf, notBefore) => {
    const from = Math.max(notBefore, window.from);
    if ('course' in leaf) {
      const { course, minEdition } = leaf;
      const evidence = state.completions.filter((known) => known.course === course);
      return judged(
        { course, ...(minEdition === undefined ? {} : { minEdition }) },
        evidence,
        { from, until: window.until },
        zone,
      );
    }
    if ('learningPlan' in leaf) {
      const { learningPlan } = leaf;
      const evidence = state.planCompletions.filter((known) => known.learningPlan === learningPlan);
      return judged({ learningPlan }, evidence, { from, until: window.until }, zone);
    }
    if ('approval' in leaf) {
      const evidence = state.approvals.filter((known) => known.scheme === scheme && known.label === leaf.approval);
      return judged({ approval: leaf.approval }, evidence, { from, until: window.until }, zone, 'not-approved');
    }
    // Submissions and sittings come with capabilities of their own; until then nothing satisfies such a leaf.
    if ('submission' in leaf) return { line: { submission: leaf.submission, missing: 'not-submitted' } };
    return { line: { sitting: leaf.sitting, missing: 'no-sitting' } };
  };
  return evaluate<SchemeLeaf>(criteria, zone, judge);
}

function judged(
  name: Partial<ChecklistLeaf>,
  evidence: readonly Evidence[],
  window: Window,
  zone: string,
  none: Missing = 'not-completed',
): Judged {
  const current = evidence.filter(({ edition }) => name.minEdition === undefined || (edition ?? 0) >= name.minEdition);
  const inTime = current.map((item) => ({ item, milliseconds: effectiveMilliseconds(item.effective, zone) }));
  const notTooEarly = inTime.filter(({ milliseconds }) => milliseconds >= window.from);
  const first = notTooEarly
    .filter(({ milliseconds }) => milliseconds < window.until)
    .reduce<(typeof inTime)[number] | undefined>(
      (best, next) => (best === undefined || isEarlier(next, best) ? next : best),
      undefined,
    );
  if (first !== undefined) {
    const { effective, revision } = first.item;
    const moment: Moment = { milliseconds: first.milliseconds, effective };
    return { moment, line: { ...name, by: revision, effective } };
  }
  const missing =
    evidence.length === 0
      ? none
      : current.length === 0
        ? 'only-earlier-edition'
        : notTooEarly.length === 0
          ? 'only-before'
          : 'only-late';
  return { line: { ...name, missing } };
}

const isEarlier = (a: { milliseconds: number; item: Evidence }, b: { milliseconds: number; item: Evidence }): boolean =>
  a.milliseconds < b.milliseconds || (a.milliseconds === b.milliseconds && a.item.revision < b.item.revision);

/** The earliest day on which some evidence of a checklist ends, for schemes whose validity it caps (domain.md, Validity). */
export function earliestEnd(checklist: readonly ChecklistLeaf[], state: RecordState): string | undefined {
  const used = new Set(checklist.flatMap(({ satisfied, by }) => (satisfied && by !== undefined ? [by] : [])));
  const ends = state.completions.flatMap(({ revision, validUntil }) =>
    used.has(revision) && validUntil !== undefined ? [validUntil] : [],
  );
  return ends.sort()[0];
}
