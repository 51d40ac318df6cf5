import { retirementOf, type Catalogue, type DefinitionKind } from '../../catalogue/published.js';
import type { Circumstances } from '../../ledger/decider.js';
import type { Actor } from '../../ledger/envelope.js';
import { effectiveMilliseconds, instantMilliseconds, latestDateOnEarth, type Effective } from '../../shared/calendar.js';
import { reject, type Rejection } from '../../shared/result.js';
import type { RecordRejectionCode } from './commands.js';
import type { RecordEvent } from './events.js';
import type { RecordState } from './state.js';

/** What a decision about a learner may know: the definitions, and the groups to which who acts is limited. */
export type RecordFacts = Catalogue & {
  /** Groups of learners to which an administrator's responsibility is limited; absent: the whole organization. */
  readonly responsibility?: readonly string[] | undefined;
  /** Whether attachments are scanned before they are approved. */
  readonly scans?: boolean | undefined;
};
export type Given = Circumstances<RecordFacts>;
export type Refusal = Rejection<RecordRejectionCode>;
export type Decision = readonly RecordEvent[] | Refusal;

/** How far ahead of our clock a caller's instant may lie: clocks of two machines never agree exactly. */
export const CLOCK_TOLERANCE_MILLISECONDS = 5 * 60_000;

export const refuse = (code: RecordRejectionCode, detail: string, pointer?: string): Refusal => reject(code, detail, pointer);

/** A date is in the future when it is tomorrow everywhere on Earth. */
export function futureEffective(effective: Effective, now: string, pointer = '/effective'): Refusal | undefined {
  const isFuture =
    'date' in effective
      ? effective.date > latestDateOnEarth(now)
      : instantMilliseconds(effective.instant) > instantMilliseconds(now) + CLOCK_TOLERANCE_MILLISECONDS;
  return isFuture
    ? refuse(
        'EFFECTIVE_IN_FUTURE',
        'A fact cannot be recorded before it is true. Give an effective time that has passed.',
        pointer,
      )
    : undefined;
}

export const courseUnknown = (): Refusal =>
  refuse('COURSE_UNKNOWN', 'There is no course with this id. Define it first.', '/course');
export const schemeUnknown = (): Refusal => refuse('SCHEME_UNKNOWN', 'There is no scheme with this id. Define it first.');
export const learnerUnknown = (): Refusal =>
  refuse('LEARNER_UNKNOWN', 'No learner with this id is registered. Register the learner first.');

/** Whether a definition was retired at or before an effective time; a fact from before its retirement is still a fact. */
export function retiredAt(facts: Catalogue, kind: DefinitionKind, id: string, effective: Effective): boolean {
  const retirement = retirementOf(facts, kind, id);
  return retirement !== undefined && effectiveMilliseconds(effective, 'UTC') >= instantMilliseconds(retirement.at);
}

export const definitionRetired = (what: string): Refusal =>
  refuse('DEFINITION_RETIRED', `This ${what} is retired: it takes nothing new. What is held already stays.`);

/** A human decision needs a person, and nobody decides about themselves (domain.md, Who acts). */
export function humanRefusal(given: Given, state: RecordState): Refusal | undefined {
  const { person } = given.actor;
  if (person === undefined) return refuse('PERSON_REQUIRED', 'This decision needs a person. Use a key that is bound to one.');
  return person === state.person ? ownCase() : undefined;
}

/** Whether somebody speaks of themselves with a key of their own; what a trusted service says for them is the service's word. */
export const isOwnWord = (state: RecordState, { asserted, person }: Actor): boolean =>
  asserted !== true && person !== undefined && person === state.person;

export const ownCase = (): Refusal => refuse('FOUR_EYES', 'Nobody decides about themselves. Ask another person to decide.');

/** Whose record this caller may touch: a learner the own one, an administrator those within the responsibility. */
export function outOfReach(
  state: RecordState,
  given: { readonly actor: Actor; readonly facts: Pick<RecordFacts, 'responsibility'> },
): Refusal | undefined {
  if (given.actor.role === 'learner') {
    const isOwn = state.person !== undefined && state.person === given.actor.person;
    return isOwn ? undefined : learnerUnknown();
  }
  const { responsibility } = given.facts;
  if (responsibility === undefined || state.groups.some((group) => responsibility.includes(group))) return undefined;
  return refuse(
    'OUTSIDE_RESPONSIBILITY',
    'This learner is in none of the groups that you answer for. Ask an administrator who answers for one of them.',
  );
}

/** Leaves out what is not there, because an absent field is not a field that holds nothing. */
export function optional<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}

export const reasonFields = (reason: { code: string; text: string } | undefined) =>
  reason === undefined ? {} : { reasonCode: reason.code, reason: reason.text };
