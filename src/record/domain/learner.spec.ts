import {
  catalogueOf,
  catalogueWith,
  courseOf,
  LEARNER,
  PureRecord,
  REASON,
  scheme,
  SECOND,
  SERVICE,
  SUBJECT,
  typesOf,
} from '../../../test/support/pure-record.js';
import { emptyCatalogue } from '../../catalogue/published.js';
import { isRejection } from '../../shared/result.js';
import type { Of, RecordCommand } from './commands.js';

const facts = catalogueOf(
  { type: 'DefineGroup', group: 'north', title: 'North' },
  { type: 'DefineGroup', group: 'south', title: 'South' },
  courseOf('C1', {}),
  { type: 'DefineScheme', scheme: scheme('S', { course: 'C1' }) },
);
const effective = { date: '2024-03-01' };
const register = (groups?: readonly string[]): Of<'RegisterLearner'> => ({
  type: 'RegisterLearner',
  subject: SUBJECT,
  learner: 'emp-1',
  groups,
});
const place = (record: PureRecord, command: RecordCommand, actor = SECOND) => {
  const answer = record.ask(command, actor);
  return isRejection(answer) ? [answer.code, answer.pointer] : undefined;
};

describe('groups', () => {
  test('are given at the registration or changed later, sorted and each once', () => {
    const record = new PureRecord(facts);
    expect(record.do(register(['south', 'north', 'south'])).map(({ data }) => data)).toEqual([
      { subject: SUBJECT, learner: 'emp-1' },
      { groups: ['north', 'south'] },
    ]);
    expect(record.do({ type: 'ChangeGroups', groups: ['south', 'north'] })).toEqual([]);
    expect(typesOf(record.do({ type: 'ChangeGroups', groups: [] }))).toEqual(['LearnerGroupsChanged']);
    expect(record.state.groups).toEqual([]);
    expect(typesOf(new PureRecord(facts).do(register([])))).toEqual(['LearnerRegistered']);
  });

  test('that nobody defined are refused, each in its place', () => {
    expect(place(new PureRecord(facts), register(['north', 'west']))).toEqual(['GROUP_UNKNOWN', '/groups/1']);
    expect(place(PureRecord.registered(facts), { type: 'ChangeGroups', groups: ['west'] })).toEqual([
      'GROUP_UNKNOWN',
      '/groups/0',
    ]);
  });
});

describe('the responsibility of an administrator', () => {
  const responsibility = ['north'];
  const commands: readonly RecordCommand[] = [
    { type: 'CorrectDetails', name: 'Eve' },
    { type: 'Enrol', course: 'C1', effective },
    { type: 'AssignScheme', scheme: 'S', effective },
    { type: 'AwardByHand', scheme: 'S', effective, reason: REASON },
    { type: 'ChangeGroups', groups: ['north'] },
  ];

  test.each<[string, readonly string[], boolean]>([
    ['reaches a learner in one of the groups', ['north', 'south'], true],
    ['does not reach a learner in other groups', ['south'], false],
    ['does not reach a learner in no group', [], false],
  ])('%s', (_, groups, reaches) => {
    const record = new PureRecord(facts);
    record.do(register(groups));
    record.facts = { ...facts, responsibility };
    for (const command of commands) expect(record.refusal(command)).toBe(reaches ? undefined : 'OUTSIDE_RESPONSIBILITY');
  });

  test('registers into its own groups only', () => {
    const record = new PureRecord({ ...facts, responsibility });
    expect(place(record, register())).toEqual(['OUTSIDE_RESPONSIBILITY', '/groups']);
    expect(place(record, register(['south']))).toEqual(['OUTSIDE_RESPONSIBILITY', '/groups']);
    expect(place(record, register(['south', 'north']))).toBeUndefined();
  });
});

describe('the person who is the learner', () => {
  test('is bound once; the same again is nothing new, another one is refused', () => {
    const record = PureRecord.registered(facts);
    expect(record.do({ type: 'BindToPerson', person: LEARNER.person! })).toEqual([
      { type: 'LearnerBoundToPerson', data: { person: LEARNER.person } },
    ]);
    expect(record.do({ type: 'BindToPerson', person: LEARNER.person! })).toEqual([]);
    expect(record.refusal({ type: 'BindToPerson', person: SECOND.person! })).toBe('LEARNER_BOUND');
  });

  test('acts on the own record only; another one is as unknown as one that is not there', () => {
    const enrol: RecordCommand = { type: 'Enrol', course: 'C1', effective };
    const other = { ...LEARNER, person: 'e'.repeat(64) };
    expect(PureRecord.bound(facts).refusal(enrol, LEARNER)).toBeUndefined();
    for (const record of [PureRecord.bound(facts), new PureRecord(facts)])
      expect(record.ask(enrol, other)).toEqual(new PureRecord(facts).ask(enrol, LEARNER));
    // A record that nobody is bound to belongs to no learner, not even to one without a person.
    expect(PureRecord.registered(facts).refusal(enrol, LEARNER)).toBe('LEARNER_UNKNOWN');
    expect(PureRecord.registered(facts).refusal(enrol, { ...SERVICE, role: 'learner' })).toBe('LEARNER_UNKNOWN');
  });

  test('is not limited by a responsibility, which is an administrator’s', () => {
    const record = PureRecord.bound(facts);
    record.facts = { ...facts, responsibility: ['north'] };
    expect(record.refusal({ type: 'Enrol', course: 'C1', effective }, LEARNER)).toBeUndefined();
  });

  test('003-12: corrects the own name where the organization says so, and never the contact', () => {
    const rules = { ...emptyCatalogue.rules, learnersCorrectOwnNames: true };
    const free = PureRecord.bound(catalogueWith(facts, { type: 'ChangeRules', rules }));
    expect(free.refusal({ type: 'CorrectDetails', name: 'Eve' }, LEARNER)).toBeUndefined();
    expect(free.refusal({ type: 'CorrectDetails', contact: 'x@y' }, LEARNER)).toBe('NAME_CORRECTED_BY_ADMIN');
    const strict = PureRecord.bound(facts);
    expect(strict.refusal({ type: 'CorrectDetails', name: 'Eve' }, LEARNER)).toBe('NAME_CORRECTED_BY_ADMIN');
    expect(strict.refusal({ type: 'CorrectDetails', name: 'Eve', contact: 'x@y' }, SECOND)).toBeUndefined();
  });
});
