import { z } from 'zod';
import { callerId, isoDate, isoInstant, reasonCode, text } from '../shared/text.js';

/** What every row carries: its source system and the source's own id of the row, which make the row repeatable. */
export const identity = {
  source: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'Must be a lower-case name of the source system.'),
  row: text(200),
};

/** What every row about a learner carries. */
export const ofLearner = { ...identity, learner: callerId };
export const instant = isoInstant.optional();
export const date = isoDate.optional();
export const time = z.union([isoDate, isoInstant], {
  error: 'Must be a date (YYYY-MM-DD) or an RFC 3339 instant with its offset.',
});

/** A missing time is told apart from other faults: it is what real data lack, and nobody may guess at it. */
export const DATE_MISSING = { code: 'DATE_MISSING' } as const;

export const oneTime =
  <At extends string, On extends string>(at: At, on: On) =>
  (row: { [Name in At | On]?: unknown }, context: z.RefinementCtx): void => {
    const given = [row[at], row[on]].filter((time) => time !== undefined).length;
    if (given === 1) return;
    const message = `Give ${given === 0 ? 'either' : 'only one of'} ${at} (an instant) or ${on} (a date).`;
    context.addIssue({ code: 'custom', message, ...(given === 0 ? { params: DATE_MISSING } : {}) });
  };

export const REASON_CHARACTERS_MAX = 2_000;

/** Why somebody decided so: over HTTP an object, here a column for its code and one for its text. */
export const reason = { reasonCode, reason: text(REASON_CHARACTERS_MAX) };
export const optionalReason = { reasonCode: reason.reasonCode.optional(), reason: reason.reason.optional() };
export const isWholeReason = (row: { reasonCode?: unknown; reason?: unknown }): boolean =>
  (row.reasonCode === undefined) === (row.reason === undefined);
export const REASON_IN_PART = { message: 'Give both reasonCode and reason, or neither.' };
