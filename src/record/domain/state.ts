import type { Effective } from '../../shared/calendar.js';
import type { Secret } from '../../ledger/sealed.js';
import { withCorrection, type Correction } from './corrected-facts.js';
import type { DataOf, RecordEvent } from './events.js';
import type { Evidence } from './scheme-evidence.js';
import { evolveStanding, isStandingEvent } from './evolve-standing.js';
import { emptyStanding, groundsOf, type At, type Cycle, type Standing } from './standing.js';
import type { Submission } from './submission.js';

/** One report of an activity, as it was made; none replaces another. */
export interface Report {
  readonly activity: string;
  readonly kind: DataOf<'ActivityReported'>['kind'];
  readonly effective: Effective;
  readonly revision: number;
  readonly percent?: number | undefined;
  readonly score?: string | undefined;
  readonly count?: number | undefined;
  readonly carriedOver?: true | undefined;
  readonly notCounted?: 'after-withdrawal' | 'after-completion' | undefined;
}

/** A learner in a course; `closed` says how it ended and when. */
export interface Enrolment {
  readonly number: number;
  readonly edition: number;
  readonly effective: Effective;
  /** The run of the course, where it is told apart from others. */
  readonly presentation?: string | undefined;
  readonly reports: readonly Report[];
  readonly closed?: { readonly how: 'completed' | 'withdrawn'; readonly effective: Effective };
}

export interface Completion extends Evidence {
  readonly course: string;
  readonly edition: number;
  readonly enrolment: number;
  readonly presentation?: string | undefined;
  readonly how: 'reported' | 'criteria';
}

export interface PlanCompletion extends Evidence {
  readonly learningPlan: string;
  readonly edition: number;
  readonly how: 'reported' | 'criteria';
  /** Revisions of the completions by which its criteria were met, where they were. */
  readonly by?: readonly number[] | undefined;
}

/** What a person approved: a course's label in one enrolment, or a scheme's. */
export interface Approval extends Evidence {
  readonly label: string;
  readonly course?: string | undefined;
  readonly enrolment?: number | undefined;
  readonly scheme?: string | undefined;
}

export interface Profile {
  readonly subject: string;
  readonly learner: Secret;
  readonly name?: Secret | undefined;
  readonly contact?: Secret | undefined;
  /** The revision that last set the name or contact. */
  readonly revision: number;
}

/** All that the ledger knows of one learner, as plain JSON, so that a read model may hold the same thing. */
export interface RecordState {
  readonly profile?: Profile;
  readonly groups: readonly string[];
  /** The pseudonym of the person who is this learner, where one is bound. */
  readonly person?: string;
  readonly revision: number;
  readonly enrolments: Readonly<Record<string, readonly Enrolment[]>>;
  readonly completions: readonly Completion[];
  readonly planCompletions: readonly PlanCompletion[];
  readonly approvals: readonly Approval[];
  readonly schemes: Readonly<Record<string, Standing>>;
  /** What was said of a fact before each correction, oldest first. */
  readonly corrections: readonly Correction[];
}

export const emptyRecord: RecordState = {
  groups: [],
  revision: -1,
  enrolments: {},
  completions: [],
  planCompletions: [],
  approvals: [],
  schemes: {},
  corrections: [],
};

/** Facts are stored, never a status: what a status is follows from them and an instant. */
export function evolve(state: RecordState, event: RecordEvent, at: At): RecordState {
  const next = { ...state, revision: at.revision };
  if (isStandingEvent(event)) {
    const { scheme } = event.data;
    return { ...next, schemes: { ...state.schemes, [scheme]: evolveStanding(standingOf(state, scheme), event, at) } };
  }
  switch (event.type) {
    case 'LearnerRegistered': {
      const { subject, learner, name, contact } = event.data;
      return { ...next, profile: { subject, learner, ...present({ name, contact }), revision: at.revision } };
    }
    case 'LearnerDetailsCorrected': {
      const { name, contact } = event.data;
      return { ...next, profile: { ...state.profile!, ...present({ name, contact }), revision: at.revision } };
    }
    case 'LearnerGroupsChanged':
      return { ...next, groups: event.data.groups };
    case 'LearnerBoundToPerson':
      return { ...next, person: event.data.person };
    case 'LearnerEnrolled': {
      const { course, edition, enrolment: number, effective, presentation } = event.data;
      const made = { number, edition, effective, presentation, reports: [] };
      return withEnrolments(next, course, [...enrolmentsOf(state, course), made]);
    }
    case 'EnrolmentWithdrawn': {
      const { course, enrolment, effective } = event.data;
      return changeEnrolment(next, course, enrolment, { closed: { how: 'withdrawn', effective } });
    }
    case 'ActivityReported': {
      const { course, enrolment, ...report } = event.data;
      const { reports } = enrolmentNumbered(state, course, enrolment);
      return changeEnrolment(next, course, enrolment, { reports: [...reports, { ...report, revision: at.revision }] });
    }
    case 'CourseCompleted': {
      const { course, edition, enrolment, effective, how, validUntil } = event.data;
      const { presentation } = enrolmentNumbered(state, course, enrolment);
      const completion = { course, edition, enrolment, presentation, effective, how, revision: at.revision, validUntil };
      const closed = changeEnrolment(next, course, enrolment, { closed: { how: 'completed', effective } });
      return { ...closed, completions: [...state.completions, completion] };
    }
    case 'LearningPlanCompleted': {
      const { learningPlan, edition, effective, how, checklist } = event.data;
      const by = checklist === undefined ? undefined : groundsOf({ checklist });
      const completion = { learningPlan, edition, effective, how, by, revision: at.revision };
      return { ...next, planCompletions: [...state.planCompletions, completion] };
    }
    case 'ApprovalGiven': {
      const { course, enrolment, scheme, label, effective } = event.data;
      const approval = { label, course, enrolment, scheme, effective, revision: at.revision };
      return { ...next, approvals: [...state.approvals, approval] };
    }
    case 'FactCorrected':
      return withCorrection(next, event.data, at);
  }
}

// Looked up as own names only, because `constructor` is a valid id of a course or a scheme.
export const standingOf = (state: RecordState, scheme: string): Standing =>
  Object.hasOwn(state.schemes, scheme) ? state.schemes[scheme]! : emptyStanding;
export const cyclesOf = (state: RecordState, scheme: string): readonly Cycle[] => standingOf(state, scheme).cycles;
/** All that the learner handed in, in order, with the scheme that each is for. */
export const submissionsOf = (state: RecordState): readonly (Submission & { readonly scheme: string })[] =>
  Object.entries(state.schemes)
    .flatMap(([scheme, { submissions }]) => submissions.map((submission) => ({ ...submission, scheme })))
    .sort((a, b) => a.number - b.number);
/** Those in one presentation of a course; where none is named, all of them. */
export function enrolmentsOf(state: RecordState, course: string, presentation?: string): readonly Enrolment[] {
  const all = Object.hasOwn(state.enrolments, course) ? state.enrolments[course]! : [];
  return presentation === undefined ? all : all.filter((known) => known.presentation === presentation);
}
/** At most one of each presentation, and one of none. */
export const openEnrolments = (state: RecordState, course: string, presentation?: string): readonly Enrolment[] =>
  enrolmentsOf(state, course, presentation).filter(({ closed }) => closed === undefined);
const enrolmentNumbered = (state: RecordState, course: string, number: number): Enrolment =>
  enrolmentsOf(state, course).find((known) => known.number === number)!;

/** What is approved in one enrolment of a course. */
export const approvalsOf = (state: RecordState, course: string, enrolment: number): readonly Approval[] =>
  state.approvals.filter((known) => known.course === course && known.enrolment === enrolment);

/** Several events of one decision on top of a state, as the log will fold them. */
export function foldAll(state: RecordState, events: readonly RecordEvent[], recordedAt: string, person?: string): RecordState {
  return events.reduce((folded, event) => evolve(folded, event, { revision: folded.revision + 1, recordedAt, person }), state);
}

function withEnrolments(state: RecordState, course: string, enrolments: readonly Enrolment[]): RecordState {
  return { ...state, enrolments: { ...state.enrolments, [course]: enrolments } };
}

function changeEnrolment(state: RecordState, course: string, number: number, change: Partial<Enrolment>): RecordState {
  const enrolments = enrolmentsOf(state, course).map((known) => (known.number === number ? { ...known, ...change } : known));
  return withEnrolments(state, course, enrolments);
}

function present(fields: { name?: Secret | undefined; contact?: Secret | undefined }): { name?: Secret; contact?: Secret } {
  return {
    ...(fields.name === undefined ? {} : { name: fields.name }),
    ...(fields.contact === undefined ? {} : { contact: fields.contact }),
  };
}
