import { leavesOf, type SchemeLeaf } from '../../catalogue/published.js';
import { dateAt, effectiveMilliseconds, instantAt, instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { refuse, type Refusal } from './circumstances.js';
import type { Way } from './earning.js';
import { evidenceOf, type Evidence } from './scheme-evidence.js';
import { submissionsOf, type RecordState } from './state.js';
import { countsFor, stateOf, type Submission } from './submission.js';

/** A fact of a record that may satisfy a leaf, and what it is evidence of. */
export interface NamedEvidence extends Evidence {
  readonly course?: string;
  readonly learningPlan?: string;
  readonly approval?: string;
  readonly submission?: string;
  /** Whether it is evidence for a leaf of a scheme. */
  readonly isFor: (leaf: SchemeLeaf, scheme: string) => boolean;
}

/** Every fact of a record that can be evidence of a scheme, in the order in which they became it. */
export function evidenceIn(state: RecordState): readonly NamedEvidence[] {
  const completions = state.completions.map(({ course, edition, effective, revision }): NamedEvidence => ({
    ...{ course, edition, effective, revision },
    isFor: (leaf) => 'course' in leaf && leaf.course === course && edition >= (leaf.minEdition ?? 1),
  }));
  const planCompletions = state.planCompletions.map(({ learningPlan, effective, revision }): NamedEvidence => ({
    ...{ learningPlan, effective, revision },
    isFor: (leaf) => 'learningPlan' in leaf && leaf.learningPlan === learningPlan,
  }));
  const approvals = state.approvals.map(({ label: approval, scheme: of, effective, revision }): NamedEvidence => ({
    ...{ approval, effective, revision },
    isFor: (leaf, scheme) => 'approval' in leaf && of === scheme && leaf.approval === approval,
  }));
  const submissions = submissionsOf(state).filter((known) => stateOf(known) === 'approved');
  const all = [...completions, ...planCompletions, ...approvals, ...submissions.map(submitted)];
  return all.sort((a, b) => a.revision - b.revision);
}

const submitted = (submission: Submission & { readonly scheme: string }): NamedEvidence => ({
  ...evidenceOf(submission),
  submission: submission.label,
  isFor: (leaf, scheme) => 'submission' in leaf && submission.scheme === scheme && countsFor(leaf, submission),
});

const isAskedBy = ({ criteria, scheme }: Pick<Way, 'criteria' | 'scheme'>, evidence: NamedEvidence): boolean =>
  leavesOf<SchemeLeaf>(criteria).some(({ leaf }) => evidence.isFor(leaf, scheme.scheme));

/** From when, in milliseconds, and until when evidence may be attributed to a renewal. */
export interface Attributable {
  readonly from: number;
  readonly closesAt?: IsoInstant | undefined;
}

/** Which of some revisions are still to be attributed to a renewal; a refusal where one of them cannot be. */
export function toAttribute(
  revisions: readonly number[],
  way: Way,
  time: Attributable,
  state: RecordState,
): { readonly evidence: readonly number[] } | Refusal {
  const known = new Map(evidenceIn(state).map((evidence) => [evidence.revision, evidence]));
  const { attributed } = way.renews!.renewal;
  for (const [index, revision] of revisions.entries()) {
    const refusal = notAttributable(revision, known.get(revision), way, time, `/evidence/${index}`);
    if (refusal !== undefined) return refusal;
  }
  return { evidence: [...new Set(revisions)].filter((revision) => !attributed.includes(revision)) };
}

function notAttributable(
  revision: number,
  evidence: NamedEvidence | undefined,
  way: Way,
  { from, closesAt }: Attributable,
  pointer: string,
): Refusal | undefined {
  const { timeZone } = way.scheme;
  const unfit = (detail: string): Refusal => refuse('EVIDENCE_UNFIT', detail, pointer);
  if (evidence === undefined)
    return unfit(`Revision ${revision} of the record is no evidence. Name a completion, an approval or an approved submission.`);
  if (!isAskedBy(way, evidence)) return unfit(`This renewal does not ask for what revision ${revision} proves.`);
  if (way.window.intent!.used.includes(revision)) {
    const detail = `Revision ${revision} earned an award already. What earned one certification never counts in another.`;
    return refuse('EVIDENCE_USED', detail, pointer);
  }
  const at = effectiveMilliseconds(evidence.effective, timeZone);
  // A date does not tell the hour, so that the whole day counts on which it may be renewed.
  const begins =
    'date' in evidence.effective ? effectiveMilliseconds({ date: dateAt(instantAt(from), timeZone) }, timeZone) : from;
  const ends = closesAt === undefined ? Infinity : instantMilliseconds(closesAt);
  return at >= begins && at < ends
    ? undefined
    : unfit(`Revision ${revision} lies outside the time in which this may be renewed.`);
}
