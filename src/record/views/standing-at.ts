import { z } from 'zod';
import { editionOf, type Catalogue, type Criteria, type SchemeEdition } from '../../catalogue/published.js';
import { effectiveMilliseconds, instantMilliseconds, type Effective, type IsoInstant } from '../../shared/calendar.js';
import { effective, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { updateBy } from '../domain/endings.js';
import { judgedOn } from '../domain/earning.js';
import type { Evaluation } from '../domain/evaluate.js';
import { checklistSchema } from '../domain/events.js';
import type { Window } from '../domain/scheme-evidence.js';
import type { Assignment, Proposal } from '../domain/standing.js';
import { standingOf, type RecordState } from '../domain/state.js';
import { STATUS_CODES, statusAt, type SchemeStatus } from '../domain/status.js';
import { stateOf, type Submission } from '../domain/submission.js';
import { wayAt } from '../domain/way-at.js';
import { restrictionsAt, restrictionShape } from './shown-decisions.js';
import { shownSubmission, submissionSchema } from './shown-submission.js';

/** A learner in one scheme at an instant, by all that is recorded today: every view of it is made from this one. */
export interface StandingAt {
  readonly scheme: SchemeEdition;
  readonly at: IsoInstant;
  readonly status: SchemeStatus | undefined;
  /** The record as far as it had happened by then. */
  readonly record: RecordState;
  /** What must be met: the scheme's criteria, or those that its renewal asks for or the learner chose. */
  readonly criteria: Criteria;
  /** Which evidence counts. */
  readonly window: Window;
  readonly evaluation: Evaluation;
  /** What is asked and not fulfilled at that instant. */
  readonly assignment: Assignment | undefined;
  readonly proposal: Proposal | undefined;
}

export const hasHappened = (time: Effective, zone: string, at: IsoInstant): boolean =>
  effectiveMilliseconds(time, zone) <= instantMilliseconds(at);

/** The status alone, which needs no evaluation. */
export function statusIn(record: RecordState, catalogue: Catalogue, id: string, at: IsoInstant): SchemeStatus | undefined {
  return statusAt(standingOf(record, id), (edition) => editionOf(catalogue.schemes, id, edition)!, at);
}

export function standingAt(whole: RecordState, catalogue: Catalogue, id: string, at: IsoInstant): StandingAt {
  const standing = standingOf(whole, id);
  const { assignments, proposals } = standing;
  const status = statusIn(whole, catalogue, id, at);
  // What began under an edition is pinned to it, so its checklist is that edition's.
  const way = wayAt(standing, status, catalogue.schemes.get(id)!, at);
  const { scheme, criteria } = way;
  const record = happenedBy(whole, id, scheme.timeZone, at);
  return {
    scheme,
    at,
    status,
    record,
    criteria,
    ...judgedOn(way, record),
    assignment: assignments.find(({ number }) => number === status?.assignment),
    proposal: proposals.find(({ number }) => number === status?.proposal),
  };
}

function happenedBy(record: RecordState, scheme: string, zone: string, at: IsoInstant): RecordState {
  const standing = standingOf(record, scheme);
  const has = ({ effective: time }: { readonly effective: Effective }): boolean => hasHappened(time, zone, at);
  return {
    ...record,
    completions: record.completions.filter(has),
    planCompletions: record.planCompletions.filter(has),
    approvals: record.approvals.filter(has),
    schemes: { ...record.schemes, [scheme]: { ...standing, submissions: submissionsBy(standing.submissions, zone, at) } },
  };
}

/** What proves something is true from its own time on, like any other evidence; what is not decided for it, from when it came. */
const submissionsBy = (submissions: readonly Submission[], zone: string, at: IsoInstant): readonly Submission[] =>
  submissions.flatMap((submission) => {
    if (stateOf(submission) === 'approved') return hasHappened(submission.effective, zone, at) ? [submission] : [];
    if (!hasHappened(submission.submitted, zone, at)) return [];
    const { outcome, ...waiting } = submission;
    return outcome === undefined || instantMilliseconds(outcome.recordedAt) <= instantMilliseconds(at) ? [submission] : [waiting];
  });

export const progressSchema = z.object({
  percent: z.int().min(0).max(100),
  left: checklistSchema.meta({ description: 'What is not there yet; empty when the criteria are met.' }),
});

/** Rule 003-11: how far the learner has come, and what is left. */
export const progressOf = ({ satisfied, percent, checklist }: Evaluation): z.infer<typeof progressSchema> => ({
  percent,
  left: satisfied ? [] : checklist.filter((leaf) => !leaf.satisfied),
});

const assignmentSchema = z.object({
  number: z.int(),
  edition: z.int(),
  effective,
  start: effective.optional(),
  startsAt: isoInstant.optional(),
  due: effective.optional(),
  dueAt: isoInstant.optional(),
  started: z.object({ effective, how: z.enum(['explicit', 'by-evidence']) }).optional(),
  expiresInSeconds: z
    .int()
    .optional()
    .meta({ description: 'The time left to fulfil it, 0 from the due instant on; never the end of the validity.' }),
  lateEvidence: z.enum(['refuse', 'accept-late']),
});
const proposalSchema = z.object({
  number: z.int(),
  how: z.enum(['on-approval', 'by-hand']),
  effective,
  since: isoInstant,
  approvalsNeeded: z.int(),
  approvalsGiven: z.int(),
  late: z.literal(true).optional(),
});
/** How many submissions stand beside a status; all of them stand in the list of the learner. */
export const SUBMISSIONS_SHOWN_MAX = 20;

export const schemeStandingSchema = z.object({
  scheme: z.string(),
  edition: z.int(),
  title: z.string(),
  at: isoInstant,
  status: z
    .enum(STATUS_CODES)
    .nullable()
    .meta({ description: 'Null before the first fact of the record that names the scheme.' }),
  valid: z.boolean().meta({ description: 'Whether the certification holds at that instant.' }),
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
  updateBy: isoInstant.optional().meta({ description: 'By when an update is required, exclusive; only where one is.' }),
  criteriaMet: z.boolean(),
  progress: progressSchema,
  assignment: assignmentSchema.optional(),
  proposal: proposalSchema.optional(),
  ...restrictionShape,
  submissions: z
    .array(submissionSchema)
    .optional()
    .meta({ description: `What was handed in for it, the ${SUBMISSIONS_SHOWN_MAX} newest first.` }),
});

/** What every view of a learner in a scheme begins with. */
export function shownStanding(standing: StandingAt): z.infer<typeof schemeStandingSchema> {
  const { scheme, at, status, record, evaluation, assignment, proposal } = standing;
  const known = standingOf(record, scheme.scheme);
  const { submissions } = known;
  const cycle = known.cycles.find(({ number }) => number === status?.cycle);
  return {
    scheme: scheme.scheme,
    edition: scheme.edition,
    title: scheme.title,
    at,
    status: status?.status ?? null,
    valid: status?.valid ?? false,
    ...optional({ lastValidDay: status?.lastValidDay, endsAt: status?.endsAt, updateBy: updateBy(cycle, status) }),
    criteriaMet: evaluation.satisfied,
    progress: progressOf(evaluation),
    ...(assignment === undefined ? {} : { assignment: shownAssignment(assignment, scheme.timeZone, at) }),
    ...(proposal === undefined ? {} : { proposal: shownProposal(proposal) }),
    ...restrictionsAt(known, cycle, at),
    ...(submissions.length === 0
      ? {}
      : { submissions: submissions.slice(-SUBMISSIONS_SHOWN_MAX).reverse().map(shownSubmission) }),
  };
}

function shownAssignment(assignment: Assignment, zone: string, at: IsoInstant): z.infer<typeof assignmentSchema> {
  const { number, edition, effective: assigned, start, startsAt, due, dueAt, started, lateEvidence } = assignment;
  return {
    number,
    edition,
    effective: assigned,
    ...optional({ start, startsAt, due, dueAt }),
    ...(started !== undefined && hasHappened(started.effective, zone, at) ? { started } : {}),
    ...optional({ expiresInSeconds: expiresInSeconds(assignment, at) }),
    lateEvidence,
  };
}

/** Rule 001-5: the time left to fulfil what was asked; a second that has begun still counts, and nothing is left at the due instant. */
export function expiresInSeconds({ dueAt }: Pick<Assignment, 'dueAt'>, at: IsoInstant): number | undefined {
  if (dueAt === undefined) return undefined;
  return Math.max(0, Math.ceil((instantMilliseconds(dueAt) - instantMilliseconds(at)) / 1_000));
}

const shownProposal = (proposal: Proposal): z.infer<typeof proposalSchema> => ({
  number: proposal.number,
  how: proposal.how,
  effective: proposal.effective,
  since: proposal.recordedAt,
  approvalsNeeded: proposal.approvals,
  approvalsGiven: proposal.approvedBy.length,
  ...optional({ late: proposal.late }),
});
