import { z } from 'zod';
import { definitionId, effective, isoDate, presentation } from '../../shared/text.js';

/** Which fact a correction is about. */
export const factName = z
  .union(
    [
      z.int().min(0),
      z.strictObject({ course: definitionId, presentation: presentation.optional() }),
      z.strictObject({ learningPlan: definitionId }),
    ],
    { error: 'Must be the revision of a fact, { "course": … } or { "learningPlan": … }.' },
  )
  .meta({
    description:
      'The revision of the fact, as the history of the learner lists it; or a course or a learning plan, of which the last completion is meant.',
  });

/** What was wrong of a fact, as it should be. */
export const correctedTo = z
  .strictObject({
    effective: effective.optional(),
    validUntil: isoDate.nullable().optional().meta({ description: 'The last day on which it counts; null takes an end away.' }),
  })
  .refine(({ effective: time, validUntil }) => time !== undefined || validUntil !== undefined, {
    message: 'Give effective, validUntil or both: what is left out stays as it stands.',
  });

export const isOneWay = ({ to, withdraw }: { to?: unknown; withdraw?: unknown }): boolean =>
  (to === undefined) !== (withdraw === undefined);
export const TO_OR_WITHDRAW = { message: 'Give either to (what is true) or withdraw, not both.' };
