import { leavesOf, retirementOf, type SchemeEdition, type SchemeLeaf } from '../../catalogue/published.js';
import { effectiveDate, instantAfter, type IsoInstant } from '../../shared/calendar.js';
import { needsSecond } from './awards.js';
import type { Of } from './commands.js';
import {
  definitionRetired,
  futureEffective,
  isOwnWord,
  optional,
  reasonFields,
  refuse,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import { withConsequences } from './consequences.js';
import { editionFor, renewalCriteria } from './earning.js';
import type { DataOf } from './events.js';
import { pendingAssignment, pendingRenewal } from './standing.js';
import { standingOf, submissionsOf, type RecordState } from './state.js';
import type { EvidenceKind } from './submission-events.js';
import { isWaiting, stateOf, takesKind, type Submission } from './submission.js';

/** How many labels a refusal names; a scheme with more is read. */
export const LABELS_TOLD_MAX = 20;

type SubmissionLeaf = Extract<SchemeLeaf, { submission: string }>;
type Submit = Of<'SubmitEvidence'>;

/**
 * Rules 001-12 to 001-15 and 002-9: proof of what was done elsewhere, handed in against a labelled leaf of any published scheme,
 * assigned or not. It waits for somebody who is neither the learner nor the submitter, unless the scheme takes a report at its word.
 */
export function submitEvidence(command: Submit, state: RecordState, given: Given): Decision {
  const { scheme: id, label, kind, effective, submitted = { instant: given.now } } = command;
  const edition = editionFor(id, state, given);
  if (edition === undefined) return refuse('SCHEME_UNKNOWN', 'There is no scheme with this id. Define it first.', '/scheme');
  const standing = standingOf(state, id);
  // What was asked of a learner, or opened, before the retirement may still be fulfilled.
  const isAsked = pendingAssignment(standing) !== undefined || pendingRenewal(standing) !== undefined;
  if (retirementOf(given.facts, 'scheme', id) !== undefined && !isAsked) return definitionRetired('scheme');
  const leaves = leavesFor(edition, command);
  if ('code' in leaves) return leaves;
  const future = futureEffective(effective, given.now) ?? futureEffective(submitted, given.now, '/submitted');
  const unfit = future ?? contentRefusal(command, edition);
  if (unfit !== undefined) return unfit;
  const ofLabel = standing.submissions.filter((known) => known.label === label);
  const open = ofLabel.find(isWaiting);
  if (open !== undefined) return alreadyOpen(open);
  const scan = command.attachment !== undefined && given.facts.scans === true ? ('required' as const) : undefined;
  const isTrusted = kind === 'external-training' && !isOwnWord(state, given.actor) && scan === undefined;
  const review = isTrusted && leaves.every((leaf) => leaf.review === 'none') ? 'none' : 'required';
  const before = ofLabel.findLast((known) => stateOf(known) !== 'withdrawn');
  const data: DataOf<'EvidenceSubmitted'> = {
    subject: state.profile!.subject,
    submission: submissionsOf(state).length + 1,
    scheme: id,
    edition: edition.edition,
    label,
    kind,
    title: edition.title,
    effective,
    submitted,
    review,
    approvals: review === 'none' ? 0 : needsSecond(edition, given.facts) ? 2 : 1,
    ...optional({ validUntil: command.validUntil, note: command.note, scan }),
    ...attached(command),
    ...optional({
      resubmits: before !== undefined && stateOf(before) === 'declined' ? before.number : undefined,
      sourceCheck: leaves.some((leaf) => leaf.sourceCheck === 'required') ? ('required' as const) : undefined,
      onBehalf: given.actor.person !== undefined && given.actor.person === state.person ? undefined : (true as const),
    }),
    ...(review === 'none' ? {} : thresholds(edition, given)),
  };
  return withConsequences([{ type: 'EvidenceSubmitted', data }], state, given);
}

/** The leaves, also those of the renewal, and the optional items that ask for submissions at all. */
const leavesIn = (edition: SchemeEdition): readonly SubmissionLeaf[] => {
  const all = [...leavesOf<SchemeLeaf>(edition.criteria), ...leavesOf<SchemeLeaf>(renewalCriteria(edition))];
  const leaves = all.flatMap(({ leaf }) => ('submission' in leaf ? [leaf] : []));
  const asked = new Set(leaves.map(({ submission }) => submission));
  return [...leaves, ...edition.items.flatMap((item) => ('submission' in item && !asked.has(item.submission) ? [item] : []))];
};

/** The kinds that are taken under a label (rule 001-14), as a task shows them. */
export const kindsFor = (edition: SchemeEdition, label: string): readonly EvidenceKind[] =>
  (['external-training', 'credential-document'] as const).filter((kind) =>
    leavesIn(edition).some((leaf) => leaf.submission === label && takesKind(leaf, kind)),
  );

/** Rule 001-15: label and title come with the task; what was altered belongs to no task. */
function leavesFor(edition: SchemeEdition, { label, title, kind }: Submit): readonly SubmissionLeaf[] | Refusal {
  const asking = leavesIn(edition);
  const labelled = asking.filter((leaf) => leaf.submission === label);
  if (labelled.length === 0) {
    const labels = [...new Set(asking.map(({ submission }) => `"${submission}"`))];
    const told = labels.slice(0, LABELS_TOLD_MAX).join(', ') + (labels.length > LABELS_TOLD_MAX ? ', …' : '');
    const detail =
      labels.length === 0 ? 'The scheme asks for no submission.' : `Give one exactly as the scheme names it: ${told}.`;
    return refuse('LABEL_UNKNOWN', detail, '/label');
  }
  if (title !== undefined && title !== edition.title)
    return refuse('TITLE_ALTERED', `The title of this task is "${edition.title}". Give it so, or leave it out.`, '/title');
  const taking = labelled.filter((leaf) => takesKind(leaf, kind));
  const detail = `Under this label the scheme takes ${kindsFor(edition, label).join(' or ')} only.`;
  return taking.length === 0 ? refuse('KIND_NOT_TAKEN', detail, '/kind') : taking;
}

/** Rule 001-13: a document needs its attachment and the day of its issue; its end is optional. */
function contentRefusal({ kind, effective, validUntil, attachment }: Submit, { timeZone }: SchemeEdition): Refusal | undefined {
  if (kind === 'credential-document' && attachment === undefined) {
    const detail = 'A credential document is looked at. Upload the file first and give its address.';
    return refuse('ATTACHMENT_REQUIRED', detail, '/attachment');
  }
  return validUntil !== undefined && validUntil < effectiveDate(effective, timeZone)
    ? refuse('VALID_UNTIL_BEFORE_ISSUE', 'It would end before it was issued. Give a later end, or none.', '/validUntil')
    : undefined;
}

const alreadyOpen = ({ number, recordedAt }: Submission): Refusal =>
  refuse(
    'SUBMISSION_OPEN',
    `Submission ${number} of ${recordedAt} waits for review under this label. Withdraw it first, or wait for its review.`,
    '/label',
  );

function attached({ attachment }: Submit) {
  if (attachment === undefined) return {};
  const { address, size, mediaType, name, digest } = attachment;
  return { attachment: { address, size, mediaType }, attachmentName: name, attachmentDigest: digest };
}

/** Both are fixed when it is submitted, so that a later change of the organization's rules changes no history. */
function thresholds({ timeZone }: SchemeEdition, { now, facts }: Given): { agesAt?: IsoInstant; escalatesAt?: IsoInstant } {
  const after = (duration: string): IsoInstant | undefined => instantAfter({ instant: now }, duration, timeZone);
  return optional({
    agesAt: after(facts.rules.reviewAgesAfter),
    escalatesAt: after(facts.rules.reviewEscalatesAfter),
  });
}

/** While nobody decided it: by the learner or by who submitted it; what a service submitted without a person, by any administrator. */
export function withdrawSubmission(command: Of<'WithdrawSubmission'>, state: RecordState, given: Given): Decision {
  const found = waitingSubmission(command.of, state);
  if ('code' in found) return found;
  const { person } = given.actor;
  const isOfSubmitter = person !== undefined && (person === state.person || person === found.person);
  if (!isOfSubmitter && !(found.person === undefined && given.actor.role === 'admin'))
    return refuse('NOT_SUBMITTER', 'Only the learner and who submitted it withdraw it. A reviewer declines it instead.');
  const data = { subject: state.profile!.subject, scheme: found.scheme, submission: found.number };
  const withdrawn = { ...data, effective: { instant: given.now }, ...reasonFields(command.reason) };
  return [{ type: 'SubmissionWithdrawn', data: withdrawn }];
}

type Found = Submission & { readonly scheme: string };

/** A submission by its number or, where the caller knows no number, the last one under a label of a scheme. */
export function submissionNamed(of: Of<'ApproveSubmission'>['of'], state: RecordState): Found | Refusal {
  const found = submissionsOf(state).findLast((known) =>
    typeof of === 'number' ? known.number === of : known.scheme === of.scheme && known.label === of.label,
  );
  return found ?? refuse('SUBMISSION_UNKNOWN', 'The learner has no such submission. List the submissions of the learner.');
}

/** The same while nobody decided it; whoever comes too late is told what happened, by whom and when. */
export function waitingSubmission(of: Of<'ApproveSubmission'>['of'], state: RecordState): Found | Refusal {
  const found = submissionNamed(of, state);
  return 'code' in found || isWaiting(found) ? found : refuse('SUBMISSION_DECIDED', whatHappened(found));
}

export function whatHappened({ number, outcome, recordedAt }: Submission): string {
  if (outcome === undefined) return `Submission ${number} counts since ${recordedAt}: its scheme asks for no review.`;
  const by = outcome.person === undefined ? 'a service' : `the person ${outcome.person}`;
  return `Submission ${number} was ${outcome.how} on ${outcome.recordedAt} by ${by}.`;
}
