import type { Of } from './commands.js';
import { optional, refuse, type Decision, type Given, type Refusal } from './circumstances.js';
import type { RecordState } from './state.js';

/** Who a learner is: registered once, corrected in the open, in groups, bound to the person who acts as this learner. */
export function registerLearner(
  { subject, learner, name, contact, groups }: Of<'RegisterLearner'>,
  state: RecordState,
  given: Given,
): Decision {
  if (state.profile !== undefined)
    return refuse('LEARNER_EXISTS', 'A learner with this id is registered already. Correct the details instead.');
  const unknown = unknownGroup(groups ?? [], given);
  if (unknown !== undefined) return unknown;
  const { responsibility } = given.facts;
  if (responsibility !== undefined && !(groups ?? []).some((group) => responsibility.includes(group))) {
    return refuse('OUTSIDE_RESPONSIBILITY', 'You answer for some groups only. Register the learner in one of them.', '/groups');
  }
  return [
    { type: 'LearnerRegistered', data: { subject, learner, ...optional({ name, contact }) } },
    ...(groups === undefined || groups.length === 0
      ? []
      : [{ type: 'LearnerGroupsChanged' as const, data: { groups: sorted(groups) } }]),
  ];
}

/** An organization says whether learners may correct their own names (rule 003-12, domain.md). */
export function correctDetails({ name, contact }: Of<'CorrectDetails'>, state: RecordState, given: Given): Decision {
  const isLearner = given.actor.role === 'learner';
  if (isLearner && (!given.facts.rules.learnersCorrectOwnNames || contact !== undefined))
    return refuse('NAME_CORRECTED_BY_ADMIN', 'An administrator of your organization corrects these details. Ask one.');
  const profile = state.profile!;
  return [
    {
      type: 'LearnerDetailsCorrected',
      data: { subject: profile.subject, corrects: profile.revision, ...optional({ name, contact }) },
    },
  ];
}

export function changeGroups({ groups }: Of<'ChangeGroups'>, state: RecordState, given: Given): Decision {
  const unknown = unknownGroup(groups, given);
  if (unknown !== undefined) return unknown;
  const wanted = sorted(groups);
  const isSame = wanted.length === state.groups.length && wanted.every((group, index) => group === state.groups[index]);
  return isSame ? [] : [{ type: 'LearnerGroupsChanged', data: { groups: wanted } }];
}

/** From here on this person may act as the learner, and is the subject that four eyes compares with. */
export function bindToPerson({ person }: Of<'BindToPerson'>, state: RecordState): Decision {
  if (state.person === person) return [];
  if (state.person !== undefined)
    return refuse('LEARNER_BOUND', 'This learner is bound to another person already. A record belongs to one person.');
  return [{ type: 'LearnerBoundToPerson', data: { person } }];
}

function unknownGroup(groups: readonly string[], given: Given): Refusal | undefined {
  const index = groups.findIndex((group) => !given.facts.groups.has(group));
  return index === -1
    ? undefined
    : refuse('GROUP_UNKNOWN', `There is no group ${groups[index]!}. Define the group first.`, `/groups/${index}`);
}

const sorted = (groups: readonly string[]): string[] => [...new Set(groups)].sort();
