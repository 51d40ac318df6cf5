import { z } from 'zod';
import { definitionId, isoDate, text } from '../shared/text.js';
import { ofLearner, reason, REASON_CHARACTERS_MAX } from './row-parts.js';

const decided = { ...ofLearner, scheme: definitionId };

const suspensionRow = z.strictObject({ kind: z.literal('suspension'), ...decided, ...reason });
const reinstatementRow = z.strictObject({ kind: z.literal('reinstatement'), ...decided, ...reason });
const scopeReductionRow = z.strictObject({
  kind: z.literal('scope-reduction'),
  ...decided,
  covers: text(REASON_CHARACTERS_MAX),
  ...reason,
});
const waiverRow = z.strictObject({
  kind: z.literal('waiver'),
  ...decided,
  lastDay: isoDate,
  evidence: text(REASON_CHARACTERS_MAX),
  ...reason,
});
const waiverEndRow = z.strictObject({ kind: z.literal('waiver-end'), ...decided, ...reason });

/** What a person decided about a certification after its award; an appeal has no row, as a file knows no revision of a decision. */
export const certificationRows = [suspensionRow, reinstatementRow, scopeReductionRow, waiverRow, waiverEndRow] as const;
