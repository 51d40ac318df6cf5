import { z } from 'zod';
import { isCalendarDuration, isDate, isInstant, isTimeZone } from './calendar.js';
import { isPadded } from './decimal.js';

/** The schemas that every door shares: HTTP, command line, import and events. */

// Control characters but tab and line breaks have no place in a record; U+0000 is what truncates texts in other systems.
const printable = (text: string): boolean => text.isWellFormed() && !hasControlCharacter(text);

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f) return true;
  }
  return false;
}

const MESSAGE = 'Must be well-formed text without control characters.';

/** A caller's text of 1 to `max` UTF-16 units. */
export const text = (max: number) => z.string().min(1).max(max).refine(printable, { message: MESSAGE });

/** An id that a caller gave to a person: any printable characters, kept exactly. */
export const callerId = text(200);
/**
 * The same where it is first given. An address with `.` or `..` in it is shortened on its way by whoever sends it, and white space at
 * an end is lost there or by whoever copies it, so that the person could be registered and never be asked for again.
 */
export const newCallerId = callerId.refine((id) => !/^\.+$/.test(id) && id.trim() === id, {
  message: 'Must neither consist of dots only nor begin or end with white space, as such an id cannot stand in an address.',
});
/** An id of a definition: stands readable in events and addresses. */
export const definitionId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'Must be 1 to 64 letters, digits, dots, underscores or hyphens, the first a letter or digit.',
  );
/** One run of a course; the program knows no list of them and takes the learning platform's word. */
export const presentation = definitionId.meta({
  description: 'One run of the course (its offering or session). Needed where a learner may be in several.',
});
export const isoDate = z
  .string()
  .refine(isDate, { message: 'Must be a date that exists, as YYYY-MM-DD, from year 0001 to 9999.' })
  .meta({ format: 'date' });
export const isoInstant = z
  .string()
  .refine(isInstant, { message: 'Must be an RFC 3339 instant with its offset, for example 2024-03-15T09:30:00Z.' })
  .meta({ format: 'date-time' });
export const calendarDuration = z
  .string()
  .refine(isCalendarDuration, { message: 'Must be an ISO 8601 duration in years, months, weeks or days, for example P2Y.' });
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { message: 'Must be an IANA time zone name, for example Europe/Berlin.' });
export const effective = z.union(
  [z.strictObject({ date: isoDate }), z.strictObject({ instant: isoInstant, zone: timeZone.optional() })],
  { error: 'Must be {"date": "2024-03-15"} or {"instant": "2024-03-15T09:30:00Z"}; an instant may have a "zone" beside it.' },
);
/** A score, exact: a decimal in a string, as binary fractions cannot hold it. */
export const decimalScore = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,4})?$/, 'Must be a score as a decimal in a string, for example "70" or "69.5".');
export const UNPADDED = 'Must be a score without zeros before it, for example "14" instead of "014".';
/** The same where it is first given; what was recorded before stays readable as it is. */
export const newScore = decimalScore.refine((score) => !isPadded(score), { message: UNPADDED });
/** A reason where a human decides: a code in the clear, a text that is sealed. */
export const reasonCode = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'Must be a lower-case code such as issued-in-error.');
export const reasonSchema = z.strictObject({ code: reasonCode, text: text(2_000) });
/** Any JSON that can be kept exactly: integers, and texts without unpaired surrogates. Decimals are strings. */
export const anyJson = z.unknown().superRefine((value, context) => {
  for (const path of inexact(value, [])) context.addIssue({ code: 'custom', path: [...path], message: INEXACT });
});
const INEXACT = 'Must be JSON with safe integers and well-formed texts; write a decimal as a string.';

function inexact(value: unknown, path: readonly PropertyKey[]): readonly (readonly PropertyKey[])[] {
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value === 'number') return Number.isSafeInteger(value) ? [] : [path];
  if (typeof value === 'string') return value.isWellFormed() ? [] : [path];
  if (typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([name, child]) => inexact(child, [...path, name]));
}
