import { z } from 'zod';
import type { IsoDate } from '../../shared/calendar.js';
import { effective, isoDate, isoInstant } from '../../shared/text.js';
import { CORRECTABLE } from '../domain/certification-events.js';
import { optional } from '../domain/circumstances.js';
import { aboutOf, type Correctable, type Correction } from '../domain/corrected-facts.js';
import type { RecordState } from '../domain/state.js';
import type { SubmissionCorrection } from '../domain/submission.js';

/** How many corrections of one learner an answer shows, the newest; all of them stand in the history. */
export const CORRECTIONS_SHOWN_MAX = 200;

const stoodBefore = z.object({ effective, validUntil: isoDate.optional() });
const correctedSchema = z.object({
  revision: z.int(),
  recordedAt: isoInstant,
  reasonCode: z.string(),
  before: stoodBefore.meta({ description: 'What stood until then.' }),
});
/** Of a fact that stands: what was said of it before, oldest first. */
export const correctedShape = { corrected: z.array(correctedSchema).optional() };

export const correctionSchema = z.object({
  ...correctedSchema.shape,
  corrects: z.int().meta({ description: 'The revision of the fact, which stays in the history as it was recorded.' }),
  fact: z.enum(CORRECTABLE),
  course: z.string().optional(),
  learningPlan: z.string().optional(),
  scheme: z.string().optional(),
  label: z.string().optional(),
  to: z
    .object({ effective: effective.optional(), validUntil: isoDate.nullable().optional() })
    .optional()
    .meta({ description: 'What was corrected; absent where the fact was taken back.' }),
  ground: z.int().optional().meta({ description: 'The revision of the correction from which it follows.' }),
});
type ShownCorrection = z.infer<typeof correctionSchema>;
type Corrected = z.infer<typeof correctedSchema>;

const before = ({ effective: time, validUntil }: Pick<Correctable, 'effective' | 'validUntil'>): Corrected['before'] => ({
  effective: time,
  ...optional({ validUntil: validUntil as IsoDate | undefined }),
});

/** What stood of a fact before each of its corrections. */
export function shownCorrected(
  corrections: readonly (Pick<Correction, 'revision' | 'recordedAt' | 'reasonCode'> & {
    readonly before: Correctable | SubmissionCorrection['before'];
  })[],
): { readonly corrected?: Corrected[] } {
  const corrected = corrections.map(({ revision, recordedAt, reasonCode, before: stood }) => ({
    revision,
    recordedAt,
    reasonCode,
    before: before(stood),
  }));
  return corrected.length === 0 ? {} : { corrected };
}

export const correctionsOf = ({ corrections }: RecordState, fact: number): readonly Correction[] =>
  corrections.filter(({ corrects }) => corrects === fact);

/** All corrections of completions and approvals, those of what was taken back among them, the newest first. */
export const shownCorrections = ({ corrections }: RecordState): ShownCorrection[] =>
  corrections.slice(-CORRECTIONS_SHOWN_MAX).reverse().map(shownCorrection);

function shownCorrection(correction: Correction): ShownCorrection {
  const { revision, recordedAt, reasonCode, corrects, fact: type, to, ground, before: fact } = correction;
  return {
    revision,
    recordedAt,
    reasonCode,
    before: before(fact),
    corrects,
    fact: type,
    ...aboutOf(fact),
    ...('label' in fact ? { label: fact.label } : {}),
    ...optional({ to, ground }),
  };
}
