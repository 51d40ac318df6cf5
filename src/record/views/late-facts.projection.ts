import type { Projection } from '../../projections/define-projection.js';
import { effectiveMilliseconds, instantMilliseconds, type Effective } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';
import type { DataOf, RecordEvent } from '../domain/events.js';

/** A fact that is recorded more than so many days after it was true is late; within them a platform that reports weekly is in time. */
export const LATE_AFTER_DAYS = 7;
const DAY_MILLISECONDS = 24 * 60 * 60_000;
/** ◆ A date counts as the day's start in UTC, for schemes in any zone, as the lag is counted in days. */
const LAG_ZONE = 'UTC';

/** The facts that somebody reports or decides with an effective time of their own; what follows from them by itself is as late as they are. */
export const DATED_FACTS = [
  'LearnerEnrolled',
  'EnrolmentWithdrawn',
  'ActivityReported',
  'CourseCompleted',
  'LearningPlanCompleted',
  'ApprovalGiven',
  'SchemeAssigned',
  'AssignmentStarted',
  'EvidenceSubmitted',
  'SourceChecked',
  'AwardProposed',
  'CertificationAwarded',
  'RenewalOpened',
  'FactCorrected',
  'SubmissionCorrected',
] as const satisfies readonly RecordEvent['type'][];
export type DatedFact = (typeof DATED_FACTS)[number];

/** One document per fact that was late when it was recorded; it stays as it was, whatever is corrected later. */
export interface LateFactDocument {
  readonly organization: string;
  /** The record's stream. */
  readonly record: string;
  readonly revision: number;
  readonly fact: DatedFact;
  readonly scheme?: string;
  readonly course?: string;
  readonly learningPlan?: string;
  readonly effective: Effective;
  readonly recordedAt: string;
  readonly lagDays: number;
}

export const lateFacts: Projection = {
  name: 'late-facts',
  version: 1,
  indexes: {
    byTime: ['organization', 'recordedAt'],
    bySchemeAndTime: ['organization', 'scheme', 'recordedAt'],
    byCourseAndTime: ['organization', 'course', 'recordedAt'],
  },
  keyOf: ({ event, stored, stream }) =>
    stream.kind === 'record' && lateFact(event as RecordEvent, stored.metadata.recordedAt) !== undefined
      ? `${stored.stream}~${stored.revision}`
      : undefined,
  fold(_, { event, stored, stream }) {
    const { revision, metadata } = stored;
    const late = lateFact(event as RecordEvent, metadata.recordedAt)!;
    const place = { organization: stream.organization, record: stored.stream, revision, recordedAt: metadata.recordedAt };
    return { ...place, ...late } as unknown as JsonObject;
  },
};

type Late = Omit<LateFactDocument, 'organization' | 'record' | 'revision' | 'recordedAt'>;

function lateFact(event: RecordEvent, recordedAt: string): Late | undefined {
  const effective = statedTime(event);
  if (effective === undefined) return undefined;
  const lag = instantMilliseconds(recordedAt) - effectiveMilliseconds(effective, LAG_ZONE);
  if (lag <= LATE_AFTER_DAYS * DAY_MILLISECONDS) return undefined;
  const { scheme, course, learningPlan } = event.data as { scheme?: string; course?: string; learningPlan?: string };
  return {
    fact: event.type as DatedFact,
    ...(scheme === undefined ? {} : { scheme }),
    ...(course === undefined ? {} : { course }),
    ...(learningPlan === undefined ? {} : { learningPlan }),
    effective,
    lagDays: Math.floor(lag / DAY_MILLISECONDS),
  };
}

const always = ({ effective }: { readonly effective: Effective }): Effective => effective;
const corrected = ({ to, ground }: Pick<DataOf<'FactCorrected'>, 'to' | 'ground'>): Effective | undefined =>
  ground === undefined ? to?.effective : undefined;
const when =
  <Data extends { readonly effective: Effective; readonly how: string }>(how: Data['how']) =>
  (data: Data): Effective | undefined =>
    data.how === how ? data.effective : undefined;

/** When a fact of each type was true, where somebody said so of this fact itself. */
const STATED_TIMES: { readonly [Type in DatedFact]: (data: DataOf<Type>) => Effective | undefined } = {
  LearnerEnrolled: always,
  EnrolmentWithdrawn: always,
  ActivityReported: always,
  CourseCompleted: when('reported'),
  LearningPlanCompleted: when('reported'),
  ApprovalGiven: always,
  SchemeAssigned: always,
  AssignmentStarted: when('explicit'),
  EvidenceSubmitted: always,
  SourceChecked: always,
  AwardProposed: when('by-hand'),
  // That of a proposal was said with the proposal.
  CertificationAwarded: (data) => (data.proposal === undefined ? when<typeof data>('by-hand')(data) : undefined),
  RenewalOpened: always,
  FactCorrected: corrected,
  SubmissionCorrected: corrected,
};

const statedTime = ({ type, data }: RecordEvent): Effective | undefined =>
  Object.hasOwn(STATED_TIMES, type) ? STATED_TIMES[type as DatedFact](data as never) : undefined;
