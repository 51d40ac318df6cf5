import type { Effective } from '../../shared/calendar.js';
import type { Evidence } from './evaluate.js';
import type { Secret } from '../../ledger/sealed.js';
import type { RecordEvent, ValidityInterval } from './events.js';

export interface Enrolment {
  readonly number: number;
  readonly edition: number;
  readonly open: boolean;
}

export interface Completion extends Evidence {
  readonly edition: number;
  readonly enrolment: number;
}

/** One award with its interval; an earlier one is never overwritten. */
export interface Cycle {
  readonly number: number;
  readonly kind: 'initial' | 'renewal';
  readonly how: 'automatic' | 'by-hand';
  readonly edition: number;
  readonly awarded: { readonly revision: number; readonly effective: Effective; readonly recordedAt: string };
  readonly validity: ValidityInterval;
  readonly revoked?: {
    readonly revision: number;
    readonly effective: Effective;
    readonly reasonCode: string;
    readonly recordedAt: string;
  };
  /** The revision of the policy's observation; bookkeeping, from which no status is made. */
  readonly expiryObserved?: number;
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
  readonly revision: number;
  readonly enrolments: Readonly<Record<string, readonly Enrolment[]>>;
  readonly completions: readonly Completion[];
  readonly cycles: Readonly<Record<string, readonly Cycle[]>>;
}

export const emptyRecord: RecordState = { revision: -1, enrolments: {}, completions: [], cycles: {} };

/** Facts are stored, never a status: what a status is follows from them and an instant. */
export function evolve(state: RecordState, event: RecordEvent, at: { revision: number; recordedAt: string }): RecordState {
  const next = { ...state, revision: at.revision };
  switch (event.type) {
    case 'LearnerRegistered': {
      const { subject, learner, name, contact } = event.data;
      return { ...next, profile: { subject, learner, ...present({ name, contact }), revision: at.revision } };
    }
    case 'LearnerDetailsCorrected': {
      const { name, contact } = event.data;
      return { ...next, profile: { ...state.profile!, ...present({ name, contact }), revision: at.revision } };
    }
    case 'LearnerEnrolled': {
      const { course, edition, enrolment } = event.data;
      return {
        ...next,
        enrolments: {
          ...state.enrolments,
          [course]: [...enrolmentsOf(state, course), { number: enrolment, edition, open: true }],
        },
      };
    }
    case 'CourseCompleted': {
      const { course, edition, enrolment, effective } = event.data;
      const enrolments = enrolmentsOf(state, course).map((known) =>
        known.number === enrolment ? { ...known, open: false } : known,
      );
      const completion = { course, edition, enrolment, effective, revision: at.revision };
      return {
        ...next,
        enrolments: { ...state.enrolments, [course]: enrolments },
        completions: [...state.completions, completion],
      };
    }
    case 'CertificationAwarded': {
      const { scheme, edition, cycle, kind, how, effective, validity } = event.data;
      const awarded = { revision: at.revision, effective, recordedAt: at.recordedAt };
      return withCycles(next, scheme, [...cyclesOf(state, scheme), { number: cycle, kind, how, edition, awarded, validity }]);
    }
    case 'CertificationRevoked': {
      const { scheme, cycle, effective, reasonCode } = event.data;
      const revoked = { revision: at.revision, effective, reasonCode, recordedAt: at.recordedAt };
      return withCycles(next, scheme, changeCycle(state, scheme, cycle, { revoked }));
    }
    case 'CertificationExpired':
      return withCycles(
        next,
        event.data.scheme,
        changeCycle(state, event.data.scheme, event.data.cycle, { expiryObserved: at.revision }),
      );
  }
}

// Looked up as own names only, because `constructor` is a valid id of a course or a scheme.
export const cyclesOf = (state: RecordState, scheme: string): readonly Cycle[] =>
  Object.hasOwn(state.cycles, scheme) ? state.cycles[scheme]! : [];
export const enrolmentsOf = (state: RecordState, course: string): readonly Enrolment[] =>
  Object.hasOwn(state.enrolments, course) ? state.enrolments[course]! : [];

function withCycles(state: RecordState, scheme: string, cycles: readonly Cycle[]): RecordState {
  return { ...state, cycles: { ...state.cycles, [scheme]: cycles } };
}

function changeCycle(state: RecordState, scheme: string, number: number, change: Partial<Cycle>): readonly Cycle[] {
  return cyclesOf(state, scheme).map((cycle) => (cycle.number === number ? { ...cycle, ...change } : cycle));
}

function present(fields: { name?: Secret | undefined; contact?: Secret | undefined }): { name?: Secret; contact?: Secret } {
  return {
    ...(fields.name === undefined ? {} : { name: fields.name }),
    ...(fields.contact === undefined ? {} : { contact: fields.contact }),
  };
}
