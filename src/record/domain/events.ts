import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema } from '../../ledger/sealed.js';
import { decimalScore, definitionId, effective, isoDate, isoInstant, reasonCode, text } from '../../shared/text.js';
import { certificationEvents, type CertificationEvent } from './certification-events.js';
import { boundariesSchema, checklistSchema, courseChecklist, validityInterval } from './checklist.js';
import { sealing, type Holding } from './sealed-data.js';
import { submissionEvents, type SubmissionEvent } from './submission-events.js';

export { checklistSchema, type Boundaries, type ChecklistLeaf, type ValidityInterval } from './checklist.js';

const subject = z.uuid();
const edition = z.int().min(1);
const number = z.int().min(1);
const revision = z.int().min(0);

export const ACTIVITY_KINDS = ['lesson', 'quiz', 'participation', 'project', 'assessment', 'attendance'] as const;
export const GROUPS_PER_LEARNER_MAX = 50;
/** How often one report may say that somebody took part. */
export const ACTIVITY_COUNT_MAX = 10_000;

const reason = { reasonCode, reason: sealedSchema };
const optionalReason = { reasonCode: reasonCode.optional(), reason: sealedSchema.optional() };

const registered = z.strictObject({
  subject,
  learner: sealedSchema,
  name: sealedSchema.optional(),
  contact: sealedSchema.optional(),
});
const detailsCorrected = z.strictObject({
  subject,
  corrects: revision,
  name: sealedSchema.optional(),
  contact: sealedSchema.optional(),
});
const groupsChanged = z.strictObject({ groups: z.array(definitionId).max(GROUPS_PER_LEARNER_MAX) });
const boundToPerson = z.strictObject({ person: z.string().regex(/^[0-9a-f]{64}$/) });

const enrolled = z.strictObject({
  course: definitionId,
  edition,
  enrolment: number,
  effective,
  /** The run of the course; absent where the caller tells none apart. Other events name the enrolment and so its run. */
  presentation: definitionId.optional(),
});
const enrolmentWithdrawn = z.strictObject({ subject, course: definitionId, enrolment: number, effective, ...optionalReason });
const activityReported = z.strictObject({
  course: definitionId,
  enrolment: number,
  activity: definitionId,
  kind: z.enum(ACTIVITY_KINDS),
  effective,
  /** How far a lesson was watched, 0 to 100. */
  percent: z.int().min(0).max(100).optional(),
  score: decimalScore.optional(),
  count: z.int().min(1).optional(),
  /** A result of an earlier presentation that was carried over to this one. */
  carriedOver: z.literal(true).optional(),
  /** Recorded, and why it does not count in this enrolment. */
  notCounted: z.enum(['after-withdrawal', 'after-completion']).optional(),
});
const completed = z.strictObject({
  subject,
  course: definitionId,
  edition,
  enrolment: number,
  effective,
  grade: sealedSchema.optional(),
  honours: sealedSchema.optional(),
  /** By the learning platform's word or by the course's own criteria, whose checklist then stands beside it. */
  how: z.enum(['reported', 'criteria']),
  checklist: courseChecklist.optional(),
  validUntil: isoDate.optional(),
});
const planCompleted = z.strictObject({
  learningPlan: definitionId,
  edition,
  effective,
  how: z.enum(['reported', 'criteria']),
  checklist: courseChecklist.optional(),
});
const approvalGiven = z.strictObject({
  subject,
  course: definitionId.optional(),
  enrolment: number.optional(),
  scheme: definitionId.optional(),
  edition,
  label: text(100),
  effective,
  ...optionalReason,
});

const assigned = z.strictObject({
  scheme: definitionId,
  edition,
  assignment: number,
  effective,
  start: effective.optional(),
  startsAt: isoInstant.optional(),
  due: effective.optional(),
  /** The exact instant from which it is late: due is exclusive (rule 001-4). */
  dueAt: isoInstant.optional(),
  lateEvidence: z.enum(['refuse', 'accept-late']),
  priorEvidence: z.enum(['count', 'ignore']),
});
const started = z.strictObject({ scheme: definitionId, assignment: number, effective, how: z.enum(['explicit', 'by-evidence']) });
const assignmentWithdrawn = z.strictObject({ subject, scheme: definitionId, assignment: number, effective, ...reason });

const proposed = z.strictObject({
  subject,
  scheme: definitionId,
  edition,
  proposal: number,
  how: z.enum(['on-approval', 'by-hand']),
  effective,
  checklist: checklistSchema,
  assignment: number.optional(),
  late: z.literal(true).optional(),
  /** The renewal that it would end, where it is one. */
  renewal: number.optional(),
  /** How many persons must approve before it is awarded; who proposed by hand is not among them. */
  approvals: z.int().min(1).max(2),
  ...optionalReason,
});
const endorsed = z.strictObject({ subject, scheme: definitionId, proposal: number, effective, ...optionalReason });
const declined = z.strictObject({ subject, scheme: definitionId, proposal: number, effective, ...reason });
const awarded = z.strictObject({
  subject,
  scheme: definitionId,
  edition,
  cycle: number,
  /** An update meets a new edition and keeps the end of the cycle that it comes after (domain.md, Editions). */
  kind: z.enum(['initial', 'renewal', 'update']),
  how: z.enum(['automatic', 'by-hand', 'on-approval']),
  /** The cycle that it renews or updates, and the renewal that it ends. */
  renews: number.optional(),
  renewal: number.optional(),
  boundaries: boundariesSchema.optional(),
  effective,
  validity: validityInterval,
  checklist: checklistSchema,
  reasonCode: reasonCode.optional(),
  reason: sealedSchema.optional(),
  assignment: number.optional(),
  proposal: number.optional(),
  /** Fulfilled at or after the due instant, where that is accepted. */
  late: z.literal(true).optional(),
});
const revocationProposed = z.strictObject({ subject, scheme: definitionId, cycle: number, effective, ...reason });
const revoked = z.strictObject({ subject, scheme: definitionId, cycle: number, effective, ...reason });
const expired = z.strictObject({ scheme: definitionId, cycle: number, effective, observes: revision });

export type RecordEvent =
  | LedgerEvent<'LearnerRegistered', Holding<typeof registered, 'learner' | 'name' | 'contact'>>
  | LedgerEvent<'LearnerDetailsCorrected', Holding<typeof detailsCorrected, 'name' | 'contact'>>
  | LedgerEvent<'LearnerGroupsChanged', Holding<typeof groupsChanged>>
  | LedgerEvent<'LearnerBoundToPerson', Holding<typeof boundToPerson>>
  | LedgerEvent<'LearnerEnrolled', Holding<typeof enrolled>>
  | LedgerEvent<'EnrolmentWithdrawn', Holding<typeof enrolmentWithdrawn, 'reason'>>
  | LedgerEvent<'ActivityReported', Holding<typeof activityReported>>
  | LedgerEvent<'CourseCompleted', Holding<typeof completed, 'grade' | 'honours'>>
  | LedgerEvent<'LearningPlanCompleted', Holding<typeof planCompleted>>
  | LedgerEvent<'ApprovalGiven', Holding<typeof approvalGiven, 'reason'>>
  | LedgerEvent<'SchemeAssigned', Holding<typeof assigned>>
  | LedgerEvent<'AssignmentStarted', Holding<typeof started>>
  | LedgerEvent<'AssignmentWithdrawn', Holding<typeof assignmentWithdrawn, 'reason'>>
  | LedgerEvent<'AwardProposed', Holding<typeof proposed, 'reason'>>
  | LedgerEvent<'AwardEndorsed', Holding<typeof endorsed, 'reason'>>
  | LedgerEvent<'AwardDeclined', Holding<typeof declined, 'reason'>>
  | LedgerEvent<'CertificationAwarded', Holding<typeof awarded, 'reason'>>
  | LedgerEvent<'RevocationProposed', Holding<typeof revocationProposed, 'reason'>>
  | LedgerEvent<'CertificationRevoked', Holding<typeof revoked, 'reason'>>
  /** An observation of time passing, made by a policy; no status depends on it. */
  | LedgerEvent<'CertificationExpired', z.infer<typeof expired>>
  | CertificationEvent
  | SubmissionEvent;

/** What one event type holds. */
export type DataOf<Type extends RecordEvent['type']> = Extract<RecordEvent, { type: Type }>['data'];

export const recordEvents = [
  defineEvent('LearnerRegistered', registered, sealing('learner', 'name', 'contact')),
  defineEvent('LearnerDetailsCorrected', detailsCorrected, sealing('name', 'contact')),
  defineEvent('LearnerGroupsChanged', groupsChanged),
  defineEvent('LearnerBoundToPerson', boundToPerson),
  // Version 2 only adds the presentation, which may be absent.
  defineEvent('LearnerEnrolled', enrolled, { version: 2, upcasters: [(data) => data] }),
  defineEvent('EnrolmentWithdrawn', enrolmentWithdrawn, sealing('reason')),
  defineEvent('ActivityReported', activityReported),
  defineEvent('CourseCompleted', completed, {
    ...sealing('grade', 'honours'),
    version: 2,
    // Before courses had criteria every completion was the learning platform's word.
    upcasters: [(data) => ({ ...data, how: 'reported' })],
  }),
  defineEvent('LearningPlanCompleted', planCompleted),
  defineEvent('ApprovalGiven', approvalGiven, sealing('reason')),
  defineEvent('SchemeAssigned', assigned),
  defineEvent('AssignmentStarted', started),
  defineEvent('AssignmentWithdrawn', assignmentWithdrawn, sealing('reason')),
  // Version 2 says of submissions, too, what is missing; version 3 adds the renewal, which may be absent.
  defineEvent('AwardProposed', proposed, { ...sealing('reason'), version: 3, upcasters: [(data) => data, (data) => data] }),
  defineEvent('AwardEndorsed', endorsed, sealing('reason')),
  defineEvent('AwardDeclined', declined, sealing('reason')),
  // Every version only adds what may be absent, or another word for a kind or a way.
  defineEvent('CertificationAwarded', awarded, {
    ...sealing('reason'),
    version: 4,
    upcasters: [(data) => data, (data) => data, (data) => data],
  }),
  defineEvent('RevocationProposed', revocationProposed, sealing('reason')),
  defineEvent('CertificationRevoked', revoked, sealing('reason')),
  defineEvent('CertificationExpired', expired),
  ...certificationEvents,
  ...submissionEvents,
];
