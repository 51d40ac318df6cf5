import type { CertificationEvent } from './certification-events.js';
import { changed, extended, withCycle } from './changed-standing.js';
import type { DataOf, RecordEvent } from './events.js';
import { evolvedByDecision, isDecidedAfterAward } from './evolve-decisions.js';
import type { At, Observation, Standing } from './standing.js';
import { isSubmissionEvent, type SubmissionEvent } from './submission-events.js';
import { correctedSubmission, evolveSubmissions } from './submission.js';

/** The events that are about a learner in one scheme. */
export type StandingEvent = SubmissionEvent | OfAward | AfterAward;
type OfAward = Extract<RecordEvent, { type: (typeof AWARD_EVENTS)[number] }>;
type AfterAward = Extract<CertificationEvent, { type: (typeof AFTER_AWARD)[number] }>;

const AWARD_EVENTS = [
  'SchemeAssigned',
  'AssignmentStarted',
  'AssignmentWithdrawn',
  'AwardProposed',
  'AwardEndorsed',
  'AwardDeclined',
  'CertificationAwarded',
  'RevocationProposed',
  'CertificationRevoked',
  'CertificationExpired',
] as const;
const AFTER_AWARD = [
  'RenewalOpened',
  'RenewalWithdrawn',
  'EvidenceAttributed',
  'CertificationSuspended',
  'CertificationReinstated',
  'ScopeReduced',
  'WaiverGranted',
  'WaiverEnded',
  'AppealOpened',
  'AppealDecided',
  'SubmissionCorrected',
  'CertificationReassessed',
  'EditionApplied',
  'BoundaryObserved',
  'ObservationWithdrawn',
] as const satisfies readonly CertificationEvent['type'][];
const AFTER_AWARDS: ReadonlySet<string> = new Set(AFTER_AWARD);
const STANDING_EVENTS: ReadonlySet<string> = new Set([...AWARD_EVENTS, ...AFTER_AWARD]);
const isAfterAward = (event: { readonly type: string }): event is AfterAward => AFTER_AWARDS.has(event.type);
export const isStandingEvent = (event: { readonly type: string }): event is StandingEvent =>
  STANDING_EVENTS.has(event.type) || isSubmissionEvent(event);

/** Decisions of persons about a learner, against which the learner may appeal. */
const APPEALABLE: ReadonlySet<string> = new Set<StandingEvent['type']>([
  'AssignmentWithdrawn',
  'AwardDeclined',
  'CertificationRevoked',
  'SubmissionDeclined',
  'RenewalWithdrawn',
  'CertificationSuspended',
  'ScopeReduced',
  'WaiverEnded',
]);

export function evolveStanding(standing: Standing, event: StandingEvent, at: At): Standing {
  const next = evolved(standing, event, at);
  if (!APPEALABLE.has(event.type)) return next;
  const { revision, recordedAt, person } = at;
  return { ...next, decisions: [...next.decisions, { type: event.type, revision, recordedAt, person }] };
}

function evolved(standing: Standing, event: StandingEvent, at: At): Standing {
  if (isSubmissionEvent(event)) return { ...standing, submissions: evolveSubmissions(standing.submissions, event, at) };
  return isAfterAward(event) ? evolvedAfterAward(standing, event, at) : evolvedByAward(standing, event, at);
}

function evolvedByAward(standing: Standing, event: OfAward, at: At): Standing {
  switch (event.type) {
    case 'SchemeAssigned': {
      const { scheme: _, assignment, ...terms } = event.data;
      return { ...standing, assignments: [...standing.assignments, { number: assignment, revision: at.revision, ...terms }] };
    }
    case 'AssignmentStarted': {
      const { assignment, effective, how } = event.data;
      return { ...standing, assignments: changed(standing.assignments, assignment, { started: { effective, how } }) };
    }
    case 'AssignmentWithdrawn': {
      const { assignment, effective, reasonCode } = event.data;
      return { ...standing, assignments: changed(standing.assignments, assignment, { withdrawn: { effective, reasonCode } }) };
    }
    case 'AwardProposed': {
      const { proposal, scheme: _, subject: __, reasonCode: ___, reason: ____, ...content } = event.data;
      const proposedBy = content.how === 'by-hand' ? at.person : undefined;
      const { revision, recordedAt } = at;
      const made = { number: proposal, ...content, revision, recordedAt, proposedBy, approvedBy: [] };
      return { ...standing, proposals: [...standing.proposals, made] };
    }
    case 'AwardEndorsed': {
      const known = standing.proposals.find(({ number }) => number === event.data.proposal)!;
      const approvedBy = [...known.approvedBy, at.person!];
      return { ...standing, proposals: changed(standing.proposals, known.number, { approvedBy }) };
    }
    case 'AwardDeclined':
      return closed(standing, event.data.proposal, 'declined', at);
    case 'CertificationAwarded':
      return withAward(standing, event.data, at);
    case 'RevocationProposed':
      return withCycle(standing, event.data.cycle, {
        revocationProposed: { revision: at.revision, person: at.person! },
      });
    case 'CertificationRevoked': {
      const { cycle, effective, reasonCode } = event.data;
      const revoked = { revision: at.revision, effective, reasonCode, recordedAt: at.recordedAt };
      return withCycle(standing, cycle, { revoked });
    }
    case 'CertificationExpired': {
      const { scheme: _, ...observed } = event.data;
      return withObservation(standing, { boundary: 'expired', ...observed, revision: at.revision });
    }
  }
}

function withAward(standing: Standing, data: DataOf<'CertificationAwarded'>, at: At): Standing {
  const { edition, cycle, kind, how, effective, validity, checklist, boundaries, assignment, late, proposal, renews, renewal } =
    data;
  const awarded = { revision: at.revision, effective, recordedAt: at.recordedAt };
  const made = { number: cycle, kind, how, edition, renews, renewal, awarded, validity, checklist, boundaries, assignment, late };
  const next = { ...standing, cycles: [...standing.cycles, made] };
  return proposal === undefined ? next : closed(next, proposal, 'awarded', at);
}

function evolvedAfterAward(standing: Standing, event: AfterAward, at: At): Standing {
  if (isDecidedAfterAward(event)) return evolvedByDecision(standing, event, at);
  const { revision } = at;
  switch (event.type) {
    case 'RenewalOpened': {
      const { renewal: number, cycle, edition, how, token, alternative, effective, closesAt } = event.data;
      const opened = { number, cycle, edition, how, token, alternative, effective, revision, closesAt, attributed: [] };
      return { ...standing, renewals: [...standing.renewals, opened] };
    }
    case 'RenewalWithdrawn': {
      const { renewal, effective, reasonCode } = event.data;
      return { ...standing, renewals: changed(standing.renewals, renewal, { withdrawn: { effective, reasonCode } }) };
    }
    case 'EvidenceAttributed': {
      const known = standing.renewals.find(({ number }) => number === event.data.renewal)!;
      const attributed = [...known.attributed, ...event.data.evidence];
      return { ...standing, renewals: changed(standing.renewals, known.number, { attributed }) };
    }
    case 'SubmissionCorrected':
      return { ...standing, submissions: correctedSubmission(standing.submissions, event.data, at) };
    case 'CertificationReassessed':
      return reassessed(standing, event.data, at);
    case 'EditionApplied': {
      const { scheme: _, cycle, ...ending } = event.data;
      return extended(standing, cycle, ({ endings = [] }) => ({ endings: [...endings, { ...ending, revision }] }));
    }
    case 'BoundaryObserved': {
      const { scheme: _, ...observed } = event.data;
      return withObservation(standing, { ...observed, revision });
    }
    case 'ObservationWithdrawn':
      return withoutObservation(standing, event.data.observation);
  }
}

function reassessed(standing: Standing, data: DataOf<'CertificationReassessed'>, { revision, recordedAt }: At): Standing {
  const { cycle, ground, effective, before, after, checklist, boundaries, late } = data;
  const made = { ground, effective, before, after, revision, recordedAt };
  return extended(standing, cycle, ({ reassessments = [] }) => ({
    reassessments: [...reassessments, made],
    checklist,
    ...(after === undefined ? {} : { validity: after, boundaries, late }),
  }));
}

const withObservation = (standing: Standing, observation: Observation): Standing => ({
  ...standing,
  observations: [...standing.observations, observation],
});

const withoutObservation = (standing: Standing, observation: number): Standing => ({
  ...standing,
  observations: standing.observations.map((known) => (known.revision === observation ? { ...known, withdrawn: true } : known)),
});

const closed = (standing: Standing, proposal: number, how: 'awarded' | 'declined', at: At): Standing => ({
  ...standing,
  proposals: changed(standing.proposals, proposal, { closed: how, closedAt: at.recordedAt }),
});
