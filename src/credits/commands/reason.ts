import { z } from 'zod';
import { reasonCode, text } from '../../shared/text.js';

/** Why a human decided as they did: a code in the clear, a text that is sealed. */
export const reasonSchema = z.strictObject({ code: reasonCode, text: text(2_000) });
