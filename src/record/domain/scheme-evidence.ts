import type { Criteria, PlanCriteria, SchemeEdition, SchemeLeaf } from '../../catalogue/published.js';
import { effectiveDate, effectiveMilliseconds, type Effective, type IsoDate } from '../../shared/calendar.js';
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
  /** The day on which evidence must still be valid, where that is asked. */
  readonly validOn?: IsoDate;
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
    const counted = { ...window, from: Math.max(notBefore, window.from) };
    if ('course' in leaf) {
      const { course, minEdition } = leaf;
      const evidence = state.completions.filter((known) => known.course === course);
      return judged({ course, ...(minEdition === undefined ? {} : { minEdition }) }, evidence, counted, zone);
    }
    if ('learningPlan' in leaf) {
      const { learningPlan } = leaf;
      const evidence = state.planCompletions.filter((known) => known.learningPlan === learningPlan);
      return judged({ learningPlan }, evidence, counted, zone);
    }
    if ('approval' in leaf) {
      const evidence = state.approvals.filter((known) => known.scheme === scheme && known.label === leaf.approval);
      return judged({ approval: leaf.approval }, evidence, counted, zone, 'not-approved');
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
  // What had ended by then is from before as well.
  const notTooEarly = inTime.filter(
    ({ item: { validUntil }, milliseconds }) =>
      milliseconds >= window.from && (validUntil === undefined || window.validOn === undefined || validUntil >= window.validOn),
  );
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

/**
 * Evaluates a scheme with the window in which evidence counted. Where its validity is capped by the evidence, what had ended before
 * the day on which the criteria are met is no ground for it: the certification would be over before it began.
 */
export function evaluateScheme(
  edition: Pick<SchemeEdition, 'scheme' | 'criteria' | 'timeZone' | 'capByEvidence'>,
  state: RecordState,
  window: Window = WHOLE_TIME,
): { readonly evaluation: Evaluation; readonly window: Window } {
  const { scheme, criteria, timeZone, capByEvidence } = edition;
  const evaluation = evaluateRecord(criteria, scheme, state, timeZone, window);
  const ends = capByEvidence === true && evaluation.satisfied ? earliestEnd(evaluation.checklist, state) : undefined;
  const day = evaluation.satisfied ? effectiveDate(evaluation.effective!, timeZone) : undefined;
  if (ends === undefined || day === undefined || ends >= day) return { evaluation, window };
  // Each time some evidence less counts, so that this comes to an end.
  return evaluateScheme(edition, state, { ...window, validOn: day });
}

/** The earliest day on which some evidence of a checklist ends, for schemes whose validity it caps (domain.md, Validity). */
export function earliestEnd(checklist: readonly ChecklistLeaf[], state: RecordState): string | undefined {
  const used = new Set(checklist.flatMap(({ satisfied, by }) => (satisfied && by !== undefined ? [by] : [])));
  const ends = state.completions.flatMap(({ revision, validUntil }) =>
    used.has(revision) && validUntil !== undefined ? [validUntil] : [],
  );
  return ends.sort()[0];
}
