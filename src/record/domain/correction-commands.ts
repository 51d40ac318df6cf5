import type { Effective } from '../../shared/calendar.js';
import type { InCourse, Reason } from './commands.js';

/** Which fact: by its revision or, for who knows no revision, the last completion of a course or of a learning plan. */
export type FactName = number | InCourse | { readonly learningPlan: string };

/** A person says that a recorded fact was otherwise, or never was one. */
export interface CorrectionCommand {
  readonly type: 'CorrectFact';
  readonly corrects: FactName;
  /** What was wrong, as it should be; null takes an end away. Absent where the fact is taken back whole. */
  readonly to?: { readonly effective?: Effective | undefined; readonly validUntil?: string | null | undefined } | undefined;
  readonly reason: Reason;
}

export type CorrectionRejectionCode = 'FACT_UNKNOWN' | 'FACT_NOT_CORRECTABLE' | 'CORRECTION_OF_CORRECTION' | 'NOTHING_CORRECTED';
