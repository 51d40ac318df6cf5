import type { Criteria, PlanCriteria, SchemeEdition, SchemeLeaf } from '../../catalogue/published.js';
import {
  effectiveDate,
  effectiveMilliseconds,
  instantMilliseconds,
  type Effective,
  type IsoDate,
} from '../../shared/calendar.js';
import { evaluate, type Evaluation, type Judge, type Judged, type Moment } from './evaluate.js';
import type { ChecklistLeaf } from './events.js';
import { standingOf, type PlanCompletion, type RecordState } from './state.js';
import { countsFor, isWaiting, revisionOf, stateOf, type Submission } from './submission.js';

/** One fact that may satisfy leaves of a scheme or plan; `revision` names its event in the record's stream. */
export interface Evidence {
  readonly effective: Effective;
  readonly revision: number;
  readonly edition?: number;
  /** The last day on which the evidence itself is valid, where it ends. */
  readonly validUntil?: string | undefined;
  /** When it was handed in, where that decides whether it is late; else its effective time does. */
  readonly submitted?: Effective;
  /** When it was approved, where it had to be. */
  readonly approvedAt?: string | undefined;
  /** The revision at which it was handed in, where `revision` names a later event by which it counts. */
  readonly handedIn?: number;
}

/** Which evidence counts, in milliseconds: from `from` (prior evidence ignored) and before `until` (late evidence refused). */
export interface Window {
  readonly from: number;
  readonly until: number;
  /** The day on which evidence must still be valid, where that is asked. */
  readonly validOn?: IsoDate;
  /** When it was due, late evidence refused or not, in milliseconds. */
  readonly due?: number | undefined;
  /** Revisions of evidence on which earlier cycles stand: what earned one never counts for a first award again. */
  readonly used?: readonly number[];
  /** Of a renewal: only what was done with its intent counts (rule 000-9). */
  readonly intent?: Intent | undefined;
}

/** What counts for a renewal: what was recorded after its opening, or was attributed to it by a reasoned correction. */
export interface Intent {
  /** The revision of the opening. */
  readonly opened: number;
  /** From when what has a date counts: the start of the day of the opening, as a date does not tell the hour. */
  readonly fromDay: number;
  /** Revisions of evidence. */
  readonly attributed: readonly number[];
  /** Revisions of evidence on which earlier cycles stand: what earned one never counts in another. */
  readonly used: readonly number[];
}

/** A window inside a node of the criteria that leaves out what is effective earlier. */
interface Counted extends Window {
  readonly notBefore: number;
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
    const counted = { ...window, from: Math.max(notBefore, window.from), notBefore };
    if ('course' in leaf) {
      const { course, minEdition } = leaf;
      const evidence = state.completions.filter((known) => known.course === course);
      return judged({ course, ...(minEdition === undefined ? {} : { minEdition }) }, evidence, counted, zone);
    }
    if ('learningPlan' in leaf) {
      const { learningPlan } = leaf;
      const evidence = state.planCompletions.filter(
        (known) => known.learningPlan === learningPlan && isOfIntent(known, counted, state, zone),
      );
      return judged({ learningPlan }, evidence, counted, zone);
    }
    if ('approval' in leaf) {
      const evidence = state.approvals.filter((known) => known.scheme === scheme && known.label === leaf.approval);
      return judged({ approval: leaf.approval }, evidence, counted, zone, 'not-approved');
    }
    if ('submission' in leaf) {
      const submissions = scheme === undefined ? [] : standingOf(state, scheme).submissions;
      return judgedSubmissions(leaf, submissions, counted, zone);
    }
    // Sittings come with a capability of their own; until then nothing satisfies such a leaf.
    return { line: { sitting: leaf.sitting, missing: 'no-sitting' } };
  };
  return evaluate<SchemeLeaf>(criteria, zone, judge);
}

/** A plan that was completed for a renewal was so by courses that were completed for it. */
const isOfIntent = ({ revision, by = [] }: PlanCompletion, window: Counted, state: RecordState, zone: string): boolean =>
  window.intent === undefined ||
  window.intent.attributed.includes(revision) ||
  by.every((course) => {
    const completion = state.completions.find((known) => known.revision === course);
    return completion !== undefined && isFromThen(completion, effectiveMilliseconds(completion.effective, zone), window);
  });

/** Rule 001-17: an approved one satisfies the leaf; where there is none, it says what became of what was handed in. */
function judgedSubmissions(
  leaf: Extract<SchemeLeaf, { submission: string }>,
  submissions: readonly Submission[],
  window: Counted,
  zone: string,
): Judged {
  const own = submissions.filter(({ label }) => label === leaf.submission);
  const approved = own.filter((known) => stateOf(known) === 'approved' && countsFor(leaf, known));
  const isDeclined = own.findLast((known) => stateOf(known) !== 'withdrawn')?.outcome?.how === 'declined';
  const name = { submission: leaf.submission };
  const found = judged(name, approved.map(evidenceOf), window, zone, isDeclined ? 'declined' : 'not-submitted');
  if (found.moment !== undefined) return found;
  const waiting = judged(name, own.filter(isWaiting).map(evidenceOf), window, zone, found.line.missing);
  // What waits may still satisfy the leaf, unless it is too early or too late as well.
  return { line: { ...name, missing: waiting.moment === undefined ? waiting.line.missing : 'awaiting-review' } };
}

export const evidenceOf = (submission: Submission): Evidence => ({
  effective: submission.effective,
  revision: revisionOf(submission),
  handedIn: submission.revision,
  validUntil: submission.validUntil,
  submitted: submission.submitted,
  approvedAt: submission.outcome?.recordedAt,
});

function judged(
  name: Partial<ChecklistLeaf>,
  evidence: readonly Evidence[],
  window: Counted,
  zone: string,
  none: Missing = 'not-completed',
): Judged {
  const current = evidence.filter(({ edition }) => name.minEdition === undefined || (edition ?? 0) >= name.minEdition);
  const inTime = current.map((item) => ({ item, milliseconds: effectiveMilliseconds(item.effective, zone) }));
  // What had ended by then is from before as well.
  const notTooEarly = inTime.filter(
    ({ item, milliseconds }) =>
      isFromThen(item, milliseconds, window) &&
      (item.validUntil === undefined || window.validOn === undefined || item.validUntil >= window.validOn),
  );
  const first = notTooEarly
    .filter(({ item, milliseconds }) => timeOf(item, milliseconds, zone, window) < window.until)
    .reduce<(typeof inTime)[number] | undefined>(
      (best, next) => (best === undefined || isEarlier(next, best) ? next : best),
      undefined,
    );
  if (first !== undefined) {
    const { effective, revision } = first.item;
    const moment: Moment = { milliseconds: first.milliseconds, effective };
    const approvedLate = isApprovedLate(first.item, window, zone) ? { approvedLate: true as const } : {};
    return { moment, line: { ...name, by: revision, effective, ...approvedLate } };
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

/** Whether evidence counts in a window at all. */
export function countsIn(evidence: Evidence, window: Window, zone: string): boolean {
  const milliseconds = effectiveMilliseconds(evidence.effective, zone);
  const counted = { ...window, notBefore: WHOLE_TIME.from };
  return isFromThen(evidence, milliseconds, counted) && timeOf(evidence, milliseconds, zone, window) < window.until;
}

/** Whether evidence is of the time from which it counts and, for a renewal, was given with its intent. */
function isFromThen({ effective, revision, handedIn = revision }: Evidence, milliseconds: number, window: Counted): boolean {
  const { from, notBefore, intent, used = [] } = window;
  if (intent === undefined) return milliseconds >= from && !used.includes(revision);
  if (intent.attributed.includes(revision)) return milliseconds >= notBefore;
  const begins = 'date' in effective ? Math.max(notBefore, intent.fromDay) : from;
  return handedIn > intent.opened && milliseconds >= begins && !intent.used.includes(revision);
}

/**
 * ◆ What decides whether evidence is late: when it was handed in, where it was, else when it was true. An old document that comes
 * after the deadline is late; one that came before it is in time, however long its review took (domain.md, Evidence submission). Of
 * what was attributed to a renewal only the time at which it was true matters, as it had not been handed in for it.
 */
const timeOf = ({ submitted, revision }: Evidence, milliseconds: number, zone: string, { intent }: Window): number =>
  submitted === undefined || intent?.attributed.includes(revision) === true
    ? milliseconds
    : Math.max(milliseconds, effectiveMilliseconds(submitted, zone));

const isApprovedLate = ({ submitted, approvedAt }: Evidence, { due }: Window, zone: string): boolean =>
  due !== undefined &&
  submitted !== undefined &&
  approvedAt !== undefined &&
  effectiveMilliseconds(submitted, zone) < due &&
  instantMilliseconds(approvedAt) >= due;

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
  const submissions = Object.values(state.schemes).flatMap((standing) => standing.submissions.map(evidenceOf));
  const ends = [...state.completions, ...submissions].flatMap(({ revision, validUntil }) =>
    used.has(revision) && validUntil !== undefined ? [validUntil] : [],
  );
  return ends.sort()[0];
}
