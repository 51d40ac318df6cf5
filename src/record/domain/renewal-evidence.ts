import { leavesOf, type SchemeEdition, type SchemeLeaf } from '../../catalogue/published.js';
import { dateAt, effectiveMilliseconds, instantAt, instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { renewalBounds, type RenewalBounds } from './award-dates.js';
import { refuse, type Refusal } from './circumstances.js';
import { anewFrom, renewalCriteria, renewalWay, type Way } from './earning.js';
import { countsIn, evidenceOf, WHOLE_TIME, type Evidence } from './scheme-evidence.js';
import { groundsOf, pendingRenewal, standingCycle } from './standing.js';
import { standingOf, submissionsOf, type RecordState } from './state.js';
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

/** Which of some revisions are still to be attributed to a renewal; a refusal where one of them cannot be. */
export function toAttribute(
  revisions: readonly number[],
  way: Way,
  time: RenewalBounds,
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
  time: RenewalBounds,
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
  return isWithin(evidence, time, timeZone)
    ? undefined
    : unfit(`Revision ${revision} lies outside the time in which this may be renewed.`);
}

/** A date does not tell the hour, so that the whole day counts on which it may be renewed first. */
function isWithin({ effective }: Evidence, { from, closesAt }: RenewalBounds, timeZone: string): boolean {
  const at = effectiveMilliseconds(effective, timeZone);
  const begins = 'date' in effective ? effectiveMilliseconds({ date: dateAt(instantAt(from), timeZone) }, timeZone) : from;
  return at >= begins && (closesAt === undefined || at < instantMilliseconds(closesAt));
}

/** Why evidence that a renewal asks for does not count for it. */
export const UNCOUNTED_REASONS = ['no-renewal-intent', 'before-renewal-opened', 'not-renewable'] as const;

export interface Uncounted extends NamedEvidence {
  readonly reason: (typeof UNCOUNTED_REASONS)[number];
  /** Whether an administrator may let it count all the same. */
  readonly attributable: boolean;
}

/**
 * What was recorded since the last award, could renew it and does not count, the newest first: rule 000-9 in the open. What counts for
 * a first award again after a lapse is none of it.
 */
export function uncountedEvidence(
  id: string,
  state: RecordState,
  editions: readonly SchemeEdition[],
  at: IsoInstant,
): readonly Uncounted[] {
  const standing = standingOf(state, id);
  const cycle = standingCycle(standing);
  if (cycle === undefined) return [];
  const newest = editions.at(-1)!;
  const time = renewalBounds(cycle, editions);
  const pending = pendingRenewal(standing);
  const way: Way =
    pending === undefined
      ? { scheme: newest, criteria: renewalCriteria(newest), pointer: '', window: WHOLE_TIME }
      : renewalWay(pending, cycle, standing, editions);
  const { timeZone } = way.scheme;
  const used = new Set(standing.cycles.flatMap(groundsOf));
  const anew = anewFrom(standing, editions, at) ?? Infinity;
  const isUncounted = (evidence: NamedEvidence): boolean =>
    evidence.revision > cycle.awarded.revision &&
    !used.has(evidence.revision) &&
    isAskedBy(way, evidence) &&
    effectiveMilliseconds(evidence.effective, timeZone) < anew &&
    (pending === undefined || !countsIn(evidence, way.window, timeZone));
  return evidenceIn(state)
    .filter(isUncounted)
    .map((evidence): Uncounted => {
      const { handedIn = evidence.revision } = evidence;
      const isWithout = pending === undefined || handedIn < pending.revision;
      const reason = time === undefined ? 'not-renewable' : isWithout ? 'no-renewal-intent' : 'before-renewal-opened';
      return { ...evidence, reason, attributable: time !== undefined && isWithin(evidence, time, timeZone) };
    })
    .reverse();
}
