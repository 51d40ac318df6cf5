import { effectiveDate, instantAt, instantMilliseconds } from '../../shared/calendar.js';
import type { Of, SubmissionCommand } from './commands.js';
import {
  futureEffective,
  humanRefusal,
  optional,
  ownCase,
  reasonFields,
  refuse,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import { withConsequences } from './consequences.js';
import { submissionsOf, type RecordState } from './state.js';
import type { ScanVerdict } from './submission-events.js';
import { claimAt, stateOf, type ScanOutcome, type Submission } from './submission.js';
import { submissionNamed, submitEvidence, waitingSubmission, whatHappened, withdrawSubmission } from './submissions.js';

/** For how long a claim keeps a review for one person: a morning's work, and no lock for ever. */
export const CLAIM_MILLISECONDS = 4 * 60 * 60_000;

type Found = Submission & { readonly scheme: string };

export function decideSubmission(command: SubmissionCommand, state: RecordState, given: Given): Decision {
  switch (command.type) {
    case 'SubmitEvidence':
      return submitEvidence(command, state, given);
    case 'WithdrawSubmission':
      return withdrawSubmission(command, state, given);
    case 'ApproveSubmission':
      return approveSubmission(command, state, given);
    case 'DeclineSubmission':
      return declineSubmission(command, state, given);
    case 'ClaimReview':
      return claimReview(command, state, given);
    case 'ReleaseReview':
      return releaseReview(command, state, given);
    case 'CheckSource':
      return checkSource(command, state, given);
    case 'RecordScan':
      return recordScan(command, state, given);
    case 'ObserveReview':
      return observeReview(command, state, given);
  }
}

/** Rules 001-16 and 001-17: it counts from here on, and what it earns is awarded with it. */
function approveSubmission({ of, reason }: Of<'ApproveSubmission'>, state: RecordState, given: Given): Decision {
  const found = forReviewer(of, state, given);
  if ('code' in found) return found;
  const person = given.actor.person!;
  if (found.endorsedBy.includes(person))
    return { ...ownCase(), detail: 'You approved it already. Another person must approve it, too.' };
  const unready = unreadyForApproval(found, given);
  if (unready !== undefined) return unready;
  const data = { ...decided(found, state, given), ...reasonFields(reason) };
  if (found.endorsedBy.length + 1 < found.approvals) return [{ type: 'SubmissionEndorsed', data }];
  return withConsequences([{ type: 'SubmissionApproved', data }], state, given);
}

/** What must be known of a document before anybody can stand for it. */
function unreadyForApproval(found: Found, { facts }: Given): Refusal | undefined {
  const isScanned = found.scan === 'required' || (found.attachment !== undefined && facts.scans === true);
  if (isScanned && found.scanned?.verdict !== 'clean') {
    const said = found.scanned === undefined ? 'It was not scanned yet.' : `The scanner said: ${saidBy(found.scanned)}.`;
    return refuse('ATTACHMENT_NOT_CLEAN', `Approval waits until the attachment is known to be clean. ${said}`);
  }
  return found.sourceCheck === 'required' && found.checks.length === 0
    ? refuse('SOURCE_CHECK_REQUIRED', 'The scheme asks that whoever issued the document is asked first. Record that check.')
    : undefined;
}

const saidBy = ({ verdict, signature }: ScanOutcome): string => (signature === undefined ? verdict : `${verdict}, ${signature}`);

function declineSubmission({ of, reason }: Of<'DeclineSubmission'>, state: RecordState, given: Given): Decision {
  const found = forReviewer(of, state, given);
  if ('code' in found) return found;
  return [
    { type: 'SubmissionDeclined', data: { ...decided(found, state, given), reasonCode: reason.code, reason: reason.text } },
  ];
}

const decided = ({ scheme, number }: Found, state: RecordState, { now }: Given) => ({
  subject: state.profile!.subject,
  scheme,
  submission: number,
  effective: { instant: now },
});

/** A submission that waits, for a person who is neither its learner nor its submitter, and for whom nobody else keeps it. */
function forReviewer(of: Of<'ApproveSubmission'>['of'], state: RecordState, given: Given): Found | Refusal {
  const human = humanRefusal(given, state);
  if (human !== undefined) return human;
  const found = waitingSubmission(of, state);
  if ('code' in found) return found;
  const { person } = given.actor;
  if (found.person === person) return notBySubmitter();
  const claim = claimAt(found, given.now);
  return claim === undefined || claim.person === person ? found : claimed(claim.until);
}

const notBySubmitter = (): Refusal => ({ ...ownCase(), detail: 'You submitted it yourself. Ask another person to review it.' });
const claimed = (until: string): Refusal =>
  refuse('REVIEW_CLAIMED', `Another reviewer has it under review until ${until}. Take another one, or wait until then.`);

/** Keeps a review for who takes it up; a claim of one's own is prolonged. */
function claimReview({ of }: Of<'ClaimReview'>, state: RecordState, given: Given): Decision {
  const found = forReviewer(of, state, given);
  if ('code' in found) return found;
  const until = instantAt(instantMilliseconds(given.now) + CLAIM_MILLISECONDS);
  const data = { scheme: found.scheme, submission: found.number, effective: { instant: given.now }, until };
  return [{ type: 'ReviewClaimed', data }];
}

function releaseReview({ of }: Of<'ReleaseReview'>, state: RecordState, given: Given): Decision {
  const found = forReviewer(of, state, given);
  if ('code' in found) return found;
  if (claimAt(found, given.now) === undefined) return [];
  return [
    { type: 'ReviewReleased', data: { scheme: found.scheme, submission: found.number, effective: { instant: given.now } } },
  ];
}

/** Somebody asked whoever issued the document; also again later, when it is due again. */
function checkSource(command: Of<'CheckSource'>, state: RecordState, given: Given): Decision {
  const { of, authority, how, effective, dueAgain, reference } = command;
  const refusal = humanRefusal(given, state) ?? futureEffective(effective, given.now);
  if (refusal !== undefined) return refusal;
  const found = submissionNamed(of, state);
  if ('code' in found) return found;
  if (found.person === given.actor.person) return notBySubmitter();
  if (stateOf(found) === 'declined' || stateOf(found) === 'withdrawn') return refuse('SUBMISSION_DECIDED', whatHappened(found));
  const { timeZone } = given.facts.schemes.get(found.scheme)![found.edition - 1]!;
  if (dueAgain !== undefined && dueAgain <= effectiveDate(effective, timeZone))
    return refuse(
      'CHECK_DUE_BEFORE_CHECK',
      'The next check must be due after the day of this one. Give a later day.',
      '/dueAgain',
    );
  const { subject } = state.profile!;
  const about = { subject, scheme: found.scheme, submission: found.number };
  const data = { ...about, authority, how, effective, ...optional({ dueAgain, reference }) };
  const checked = { type: 'SourceChecked', data } as const;
  // Only the first check can make it count: for an edition that came to ask for one when it was approved already.
  const mayCount = stateOf(found) === 'approved' && found.checks.length === 0;
  return mayCount ? withConsequences([checked], state, given) : [checked];
}

/** What a scanner said; of an attachment that it was not asked about it says nothing. */
function recordScan(command: Of<'RecordScan'>, state: RecordState, given: Given): Decision {
  const { submission, attachment, verdict, scanner, signature } = command;
  const found = submissionNumbered(submission, state);
  if (found?.attachment?.address !== attachment || !isNews(verdict, found.scanned?.verdict)) return [];
  const about = { scheme: found.scheme, submission, attachment, verdict, scanner };
  return [{ type: 'AttachmentScanned', data: { ...about, ...optional({ signature }), effective: { instant: given.now } } }];
}

/**
 * What was found in a file stays found, whoever comes later and knows less; and what was found clean is so until something is found. So
 * of two instances that scan at once, neither can take back what the other one saw.
 */
const isNews = (verdict: ScanVerdict, known: ScanVerdict | undefined): boolean =>
  known !== verdict && known !== 'infected' && (known !== 'clean' || verdict === 'infected');

/** The policy's observation with the exact effective instant, once, however late it comes: a review that is over ages no more. */
function observeReview({ submission, threshold }: Of<'ObserveReview'>, state: RecordState, given: Given): Decision {
  const found = submissionNumbered(submission, state);
  if (found === undefined) return [];
  const [at, observed] = threshold === 'aged' ? [found.agesAt, found.agedObserved] : [found.escalatesAt, found.escalatedObserved];
  if (at === undefined || observed !== undefined || instantMilliseconds(at) > instantMilliseconds(given.now)) return [];
  const isOverBefore = found.outcome !== undefined && instantMilliseconds(found.outcome.recordedAt) < instantMilliseconds(at);
  if (isOverBefore) return [];
  const data = { scheme: found.scheme, submission, effective: { instant: at }, observes: found.revision };
  return [{ type: threshold === 'aged' ? 'ReviewAged' : 'ReviewEscalated', data }];
}

const submissionNumbered = (number: number, state: RecordState): Found | undefined =>
  submissionsOf(state).find((known) => known.number === number);
