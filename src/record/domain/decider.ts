import { latest } from '../../catalogue/published.js';
import type { Decider } from '../../ledger/decider.js';
import { isRejection } from '../../shared/result.js';
import { assignScheme, startAssignment, withdrawAssignment } from './assignments.js';
import { automaticAward } from './awards.js';
import {
  learnerUnknown,
  outOfReach,
  isOwnWord,
  ownCase,
  type Decision,
  type Given,
  type RecordFacts,
  type Refusal,
} from './circumstances.js';
import type { Of, RecordCommand } from './commands.js';
import { planCompleted, withConsequences } from './consequences.js';
import { correctFact } from './corrections.js';
import { approveAward, awardByHand, declineAward, revoke } from './decided-awards.js';
import { decideAfterAward } from './decisions.js';
import { applyEdition, withLaterEditions } from './editions.js';
import type { RecordEvent } from './events.js';
import { bindToPerson, changeGroups, correctDetails, registerLearner } from './learner.js';
import { approve, completeCourse, completePlan, enrol, reportActivity, withdrawEnrolment } from './learning.js';
import { observeBoundaries } from './observations.js';
import { decideRenewal } from './renewals.js';
import { decideSubmission } from './reviews.js';
import { emptyRecord, evolve, type RecordState } from './state.js';
import { automaticUpdate } from './updates.js';

/** A learner earns, keeps or loses a certification. One stream per learner is the boundary of every decision about them. */
export const recordDecider: Decider<RecordState, RecordCommand, RecordEvent, RecordFacts> = {
  kind: 'record',
  initial: emptyRecord,
  evolve,
  subject: (state, command) => state.profile?.subject ?? (command.type === 'RegisterLearner' ? command.subject : undefined),

  decide(command, state, given) {
    if (command.type === 'RegisterLearner') return registerLearner(command, state, given);
    if (state.profile === undefined) return learnerUnknown();
    const refusal = outOfReach(state, given) ?? ownEvidence(command, state, given);
    return refusal ?? withLaterEditions(decideRegistered(command, state, given), state, given);
  },
};

const EVIDENCE: ReadonlySet<RecordCommand['type']> = new Set(['ReportActivity', 'CompleteCourse', 'CompletePlan']);

/**
 * ◆ Evidence about oneself, reported with a key of one's own, would be an award to oneself by another name. What a trusted service
 * reports for the learner is the service's word.
 */
const ownEvidence = ({ type }: RecordCommand, state: RecordState, { actor }: Given): Refusal | undefined =>
  EVIDENCE.has(type) && isOwnWord(state, actor) ? ownCase() : undefined;

function decideRegistered(
  command: Exclude<RecordCommand, { type: 'RegisterLearner' }>,
  state: RecordState,
  given: Given,
): Decision {
  switch (command.type) {
    case 'CorrectDetails':
      return correctDetails(command, state, given);
    case 'ChangeGroups':
      return changeGroups(command, state, given);
    case 'BindToPerson':
      return bindToPerson(command, state);
    case 'Enrol':
      return enrol(command, state, given);
    case 'WithdrawEnrolment':
      return withdrawEnrolment(command, state, given);
    case 'ReportActivity':
      return reportActivity(command, state, given);
    case 'CompleteCourse':
      return completeCourse(command, state, given);
    case 'CompletePlan':
      return completePlan(command, state, given);
    case 'Approve':
      return approve(command, state, given);
    case 'AssignScheme':
      return assignScheme(command, state, given);
    case 'StartAssignment':
      return startAssignment(command, state, given);
    case 'WithdrawAssignment':
      return withdrawAssignment(command, state, given);
    case 'AwardByHand':
      return awardByHand(command, state, given);
    case 'ApproveAward':
      return approveAward(command, state, given);
    case 'DeclineAward':
      return declineAward(command, state, given);
    case 'Revoke':
      return revoke(command, state, given);
    case 'SubmitEvidence':
    case 'WithdrawSubmission':
    case 'ApproveSubmission':
    case 'DeclineSubmission':
    case 'ClaimReview':
    case 'ReleaseReview':
    case 'CheckSource':
    case 'RecordScan':
    case 'ObserveReview':
      return decideSubmission(command, state, given);
    case 'SuspendCertification':
    case 'ReinstateCertification':
    case 'ReduceScope':
    case 'GrantWaiver':
    case 'EndWaiver':
    case 'OpenAppeal':
    case 'DecideAppeal':
      return decideAfterAward(command, state, given);
    case 'OpenRenewal':
    case 'WithdrawRenewal':
    case 'AttributeEvidence':
      return decideRenewal(command, state, given);
    case 'CorrectFact':
      return correctFact(command, state, given);
    case 'ObserveBoundaries':
      return observeBoundaries(command, state, given);
    case 'ApplyEdition':
      return applyEdition(command, state, given);
    case 'Reevaluate':
      return reevaluate(command, state, given);
  }
}

/** After a publication a policy looks again at the learners whom it touches (domain.md, Award). */
function reevaluate({ kind, id }: Of<'Reevaluate'>, state: RecordState, given: Given): Decision {
  if (kind === 'learningPlan') {
    const edition = latest(given.facts.learningPlans, id);
    const completed = edition === undefined ? [] : planCompleted(edition, state, given);
    return completed.length === 0 ? [] : withConsequences(completed, state, given);
  }
  const award = automaticAward(id, state, given) ?? automaticUpdate(id, state, given);
  return award === undefined ? [] : isRejection(award) ? (award as Refusal) : [award];
}
