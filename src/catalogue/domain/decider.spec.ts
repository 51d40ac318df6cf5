import { ADMIN, catalogueOf, catalogueWith, definitions, NOW, scheme } from '../../../test/support/pure-record.js';
import type { Actor } from '../../ledger/envelope.js';
import { isRejection } from '../../shared/result.js';
import type { OpenedParty } from './commands.js';
import { catalogueDecider, latest, type Catalogue, type CatalogueCommand } from './decider.js';
import { editionOf, retirementOf } from './state.js';

const AUTHOR: Actor = { ...ADMIN, key: 'k-author', role: 'author' };
const SUBJECT = '0190a1b2-0000-7000-8000-000000000009';
const DRAFT = '0190a1b2-0000-7000-8000-00000000000d';
const ask = (state: Catalogue, command: CatalogueCommand, actor = ADMIN, facts?: OpenedParty) =>
  catalogueDecider.decide(command, state, { facts, now: NOW, actor, origin: { kind: 'api' } });
const refusal = (state: Catalogue, command: CatalogueCommand, actor = ADMIN): readonly unknown[] | undefined => {
  const answer = ask(state, command, actor);
  return isRejection(answer) ? [answer.code, answer.pointer] : undefined;
};
const course = { course: 'C1', title: 'One' };
const defineCourse = (id: string): CatalogueCommand => ({ type: 'DefineCourse', course: { course: id, title: id } });
const simple = scheme('S', { course: 'C1' });
const plan = { learningPlan: 'P', title: 'Plan', criteria: { course: 'C1' } };
const retire = (kind: 'course' | 'learningPlan' | 'scheme', id: string): CatalogueCommand => ({
  type: 'Retire',
  kind,
  id,
  reason: { code: 'superseded', text: 'Replaced.' },
  reasonSubject: SUBJECT,
});

describe('editions', () => {
  test('a course is defined once; a revision is the next edition, and the first stays as it was', () => {
    const revised = catalogueOf({ type: 'DefineCourse', course }, { type: 'ReviseCourse', course: { ...course, title: 'Uno' } });
    expect(revised.courses.get('C1')).toEqual([
      { ...course, edition: 1 },
      { course: 'C1', title: 'Uno', edition: 2 },
    ]);
    expect([latest(revised.courses, 'C1')?.edition, editionOf(revised.courses, 'C1', 1)?.title]).toEqual([2, 'One']);
    expect(refusal(revised, { type: 'DefineCourse', course })).toEqual(['COURSE_EXISTS', undefined]);
    expect(refusal(revised, { type: 'ReviseCourse', course: { ...course, course: 'C2' } })).toEqual([
      'COURSE_UNKNOWN',
      undefined,
    ]);
  });

  test('001-9: a plan lists the courses that its criteria name unless it lists more', () => {
    const before = catalogueOf(defineCourse('C1'), defineCourse('C2'));
    expect(ask(before, { type: 'DefineLearningPlan', learningPlan: plan })).toEqual([
      { type: 'LearningPlanPublished', data: { ...plan, items: [{ course: 'C1' }], edition: 1 } },
    ]);
    const longer = { ...plan, items: [{ course: 'C2' }, { course: 'C1' }] };
    const after = catalogueOf(defineCourse('C1'), defineCourse('C2'), { type: 'DefineLearningPlan', learningPlan: longer });
    expect(latest(after.learningPlans, 'P')?.items).toEqual(longer.items);
    expect(refusal(after, { type: 'DefineLearningPlan', learningPlan: plan })).toEqual(['LEARNING_PLAN_EXISTS', undefined]);
    expect(refusal(before, { type: 'ReviseLearningPlan', learningPlan: plan })).toEqual(['LEARNING_PLAN_UNKNOWN', undefined]);
  });

  test('a scheme says what its author left out, so that later defaults change no edition', () => {
    const before = definitions(['C1'], simple);
    const { award: _, ...bare } = simple;
    const filledIn = { kind: 'internal', items: [{ course: 'C1' }], award: 'automatic' };
    expect(ask(before, { type: 'ReviseScheme', scheme: { ...bare, title: 'New' } })).toEqual([
      { type: 'SchemePublished', data: { ...bare, title: 'New', ...filledIn, edition: 2 } },
    ]);
    expect(before.schemes.get('S')).toEqual([{ ...simple, ...filledIn, edition: 1 }]);
    const waiting = ask(before, { type: 'ReviseScheme', scheme: { ...bare, award: 'on-approval' } });
    expect(waiting).toMatchObject([{ data: { award: 'on-approval', approval: 'award' } }]);
    expect(refusal(before, { type: 'DefineScheme', scheme: simple })).toEqual(['SCHEME_EXISTS', undefined]);
    expect(refusal(before, { type: 'ReviseScheme', scheme: scheme('T', { course: 'C1' }) })).toEqual([
      'SCHEME_UNKNOWN',
      undefined,
    ]);
  });

  test('an edition is the next one or refused, published twice or out of order', () => {
    const state = definitions(['C1'], simple);
    const revise = (edition: number): CatalogueCommand => ({
      type: 'ReviseScheme',
      scheme: { ...simple, title: 'New' },
      edition,
    });
    expect(ask(state, revise(2))).toMatchObject([{ data: { edition: 2 } }]);
    for (const edition of [1, 3]) expect(refusal(state, revise(edition))).toEqual(['EDITION_OUT_OF_ORDER', '/edition']);
    expect(refusal(state, { type: 'ReviseScheme', scheme: { ...simple, published: '2019-12-31' } })).toEqual([
      'EDITION_OUT_OF_ORDER',
      '/published',
    ]);
  });

  test('a scheme is published today or earlier, alone, revised or with its course; the day is that of its time zone', () => {
    const state = definitions(['C1'], simple);
    const [today, tomorrow] = ['2024-06-01', '2024-06-02'];
    const publish = (published: string): readonly CatalogueCommand[] => [
      { type: 'DefineScheme', scheme: { ...scheme('T', { course: 'C1' }), published } },
      { type: 'ReviseScheme', scheme: { ...simple, published } },
      {
        type: 'DefineCourse',
        course: { course: 'C2', title: 'Two' },
        certificate: { scheme: 'T', published, timeZone: 'UTC', validity: { perpetual: true } },
      },
    ];
    for (const command of publish(today)) expect(refusal(state, command)).toBeUndefined();
    const refusals = publish(tomorrow).map((command) => refusal(state, command));
    const [at, within] = ['/published', '/certificate/published'];
    expect(refusals).toEqual([at, at, within].map((pointer) => ['PUBLISHED_IN_FUTURE', pointer]));
    // At noon in UTC it is tomorrow already where the day begins first.
    const early = scheme('T', { course: 'C1' }, { perpetual: true }, 'Pacific/Kiritimati', { published: tomorrow });
    expect(refusal(state, { type: 'DefineScheme', scheme: early })).toBeUndefined();
  });

  test('an edition that says nothing new is not recorded, however it is written', () => {
    const state = catalogueOf(
      defineCourse('C1'),
      { type: 'DefineLearningPlan', learningPlan: plan },
      { type: 'DefineScheme', scheme: simple },
    );
    const same: readonly CatalogueCommand[] = [
      { type: 'ReviseCourse', course: { title: 'C1', course: 'C1', description: undefined } },
      { type: 'ReviseLearningPlan', learningPlan: { ...plan, items: [{ course: 'C1' }] } },
      { type: 'ReviseScheme', scheme: { ...simple, kind: 'internal', items: [{ course: 'C1' }] } },
    ];
    for (const command of same) expect(ask(state, command)).toEqual([]);
  });

  test('a sealed responsible party is compared by its text, which comes with the circumstances', () => {
    const party = { responsibleParty: 'Dr. Who', responsiblePartySubject: SUBJECT };
    const state = catalogueOf({ type: 'DefineCourse', course: { ...course, ...party } });
    const revise = (more: object): CatalogueCommand => ({ type: 'ReviseCourse', course: { ...course, ...more } });
    const opened = { edition: 1, responsibleParty: 'Dr. Who' };
    expect(ask(state, revise(party), ADMIN, opened)).toEqual([]);
    for (const [more, known] of [
      [{ ...party, responsibleParty: 'Dr. No' }, opened],
      [{}, undefined],
      [party, undefined],
      [party, { ...opened, edition: 2 }],
    ] as const)
      expect(ask(state, revise(more), ADMIN, known)).toHaveLength(1);
  });

  test('001-8: what could never or would always be satisfied is refused at the offending node, new or revised', () => {
    const before = definitions(['C1'], simple);
    const bad = { all: [{ course: 'C1' }, { any: [] }] };
    for (const command of [
      { type: 'DefineScheme', scheme: scheme('T', bad) },
      { type: 'ReviseScheme', scheme: scheme('S', bad) },
    ] as const)
      expect(refusal(before, command)).toEqual(['CRITERIA_NEVER_SATISFIED', '/criteria/all/1']);
    expect(refusal(before, { type: 'DefineScheme', scheme: scheme('T', { course: 'C2' }) })).toEqual([
      'COURSE_UNKNOWN',
      '/criteria',
    ]);
  });
});

describe('a course with a certificate of its own', () => {
  const certificate = { scheme: 'CERT', published: '2024-01-01', timeZone: 'UTC', validity: { perpetual: true as const } };

  test('003-1: is defined with it in one step, a scheme over that one course', () => {
    const events = ask(catalogueOf(), { type: 'DefineCourse', course, certificate });
    expect(events).toEqual([
      { type: 'CoursePublished', data: { ...course, edition: 1 } },
      {
        type: 'SchemePublished',
        data: {
          ...certificate,
          title: 'One',
          criteria: { all: [{ course: 'C1' }] },
          items: [{ course: 'C1' }],
          kind: 'internal',
          award: 'automatic',
          edition: 1,
        },
      },
    ]);
  });

  test('is refused as a whole where the scheme cannot be, and to whoever may not define schemes', () => {
    const command: CatalogueCommand = { type: 'DefineCourse', course, certificate: { ...certificate, scheme: 'S' } };
    expect(refusal(definitions(['C9'], scheme('S', { course: 'C9' })), command)).toEqual(['SCHEME_EXISTS', '/certificate']);
    expect(refusal(catalogueOf(), command, AUTHOR)).toEqual(['FORBIDDEN', undefined]);
  });
});

describe('retirement', () => {
  const known = catalogueOf(
    defineCourse('C1'),
    { type: 'DefineLearningPlan', learningPlan: plan },
    { type: 'DefineScheme', scheme: simple },
  );

  test.each([
    ['course', 'C1', { type: 'ReviseCourse', course: { ...course, title: 'New' } }],
    ['learningPlan', 'P', { type: 'ReviseLearningPlan', learningPlan: { ...plan, title: 'New' } }],
    ['scheme', 'S', { type: 'ReviseScheme', scheme: { ...simple, title: 'New' } }],
  ] as const)('of a %s ends its editions, once, and keeps those that stand', (kind, id, revise) => {
    const events = ask(known, retire(kind, id));
    expect(events).toEqual([
      {
        type: 'DefinitionRetired',
        data: { kind, id, reasonCode: 'superseded', reason: 'Replaced.', reasonSubject: SUBJECT },
      },
    ]);
    const retired = catalogueWith(known, retire(kind, id));
    expect(retirementOf(retired, kind, id)).toEqual({ at: NOW, reasonCode: 'superseded' });
    expect([retired.courses, retired.learningPlans, retired.schemes]).toEqual([
      known.courses,
      known.learningPlans,
      known.schemes,
    ]);
    expect(ask(retired, retire(kind, id))).toEqual([]);
    expect(refusal(retired, revise)).toEqual(['DEFINITION_RETIRED', undefined]);
  });

  test('is refused for what is not defined', () => {
    expect((['course', 'learningPlan', 'scheme'] as const).map((kind) => refusal(known, retire(kind, 'X'))?.[0])).toEqual([
      'COURSE_UNKNOWN',
      'LEARNING_PLAN_UNKNOWN',
      'SCHEME_UNKNOWN',
    ]);
  });

  test('keeps a course out of new definitions and new editions', () => {
    const retired = catalogueOf(defineCourse('C1'), { type: 'DefineScheme', scheme: simple }, retire('course', 'C1'));
    expect(refusal(retired, { type: 'DefineScheme', scheme: scheme('T', { course: 'C1' }) })).toEqual([
      'DEFINITION_RETIRED',
      '/criteria',
    ]);
    expect(refusal(retired, { type: 'ReviseScheme', scheme: { ...simple, title: 'New' } })).toEqual([
      'DEFINITION_RETIRED',
      '/criteria',
    ]);
    expect(ask(retired, { type: 'ReviseScheme', scheme: simple })).toEqual([]);
  });
});

test('002-2, 002-11: authors define courses and plans, only administrators define and retire schemes and all else', () => {
  const state = catalogueOf(defineCourse('C1'), { type: 'DefineScheme', scheme: simple });
  const forAuthors: readonly CatalogueCommand[] = [
    defineCourse('C2'),
    { type: 'ReviseCourse', course },
    { type: 'DefineLearningPlan', learningPlan: plan },
    retire('course', 'C1'),
  ];
  const forAdmins: readonly CatalogueCommand[] = [
    { type: 'DefineScheme', scheme: scheme('T', { course: 'C1' }) },
    { type: 'ReviseScheme', scheme: { ...simple, title: 'New' } },
    retire('scheme', 'S'),
    { type: 'DefineGroup', group: 'G', title: 'Group' },
    { type: 'ChangeRules', rules: { learnersCorrectOwnNames: true, secondApprover: true } },
  ];
  for (const command of [...forAuthors, ...forAdmins]) expect(ask(state, command)).toHaveLength(1);
  for (const command of forAuthors) expect(ask(state, command, AUTHOR)).toHaveLength(1);
  for (const command of forAdmins) expect(refusal(state, command, AUTHOR)).toEqual(['FORBIDDEN', undefined]);
});

test('a group is defined by its first title and renamed by another', () => {
  const define = (title: string): CatalogueCommand => ({ type: 'DefineGroup', group: 'G', title });
  const state = catalogueOf(define('Night'), define('Late'));
  expect([...state.groups.values()]).toEqual([{ group: 'G', title: 'Late' }]);
  expect(ask(state, define('Late'))).toEqual([]);
});

test('003-12: nobody corrects their own name and nobody needs a second approver until the organization says so', () => {
  const change = (learnersCorrectOwnNames: boolean): CatalogueCommand => ({
    type: 'ChangeRules',
    rules: { learnersCorrectOwnNames, secondApprover: false },
  });
  expect(catalogueOf().rules).toMatchObject({ learnersCorrectOwnNames: false, secondApprover: false });
  expect(ask(catalogueOf(), change(false))).toEqual([]);
  expect(catalogueOf(change(true)).rules.learnersCorrectOwnNames).toBe(true);
});

test('001-16: reviews take what they take by default until the organization says otherwise, and again when it says nothing', () => {
  const change = (more: object): CatalogueCommand => ({
    type: 'ChangeRules',
    rules: { learnersCorrectOwnNames: false, secondApprover: false, ...more },
  });
  expect(catalogueOf().rules).toMatchObject({ reviewAgesAfter: 'P3D', reviewEscalatesAfter: 'P7D' });
  const quick = change({ reviewAgesAfter: 'P1D' });
  expect(catalogueOf(quick).rules).toMatchObject({ reviewAgesAfter: 'P1D', reviewEscalatesAfter: 'P7D' });
  expect(catalogueOf(quick, change({})).rules).toMatchObject({ reviewAgesAfter: 'P3D' });
});

test('a draft is published once, and the edition says from which it came', () => {
  const publish: CatalogueCommand = { type: 'DefineCourse', course, draft: DRAFT };
  const state = catalogueOf(publish);
  expect(latest(state.courses, 'C1')).toEqual({ ...course, edition: 1, draft: DRAFT });
  expect(refusal(state, { type: 'ReviseCourse', course: { ...course, title: 'New' }, draft: DRAFT })).toEqual([
    'DRAFT_PUBLISHED',
    undefined,
  ]);
});
