import { catalogueOf, NOW } from '../../../test/support/pure-record.js';
import type { AskedScheme, CatalogueCommand, Fault } from './commands.js';
import { ITEMS_MAX } from './content.js';
import type { Criteria } from './criteria.js';
import { LEAVES_PER_COURSE_MAX, lintScheme, SCHEMES_PER_COURSE_MAX } from './lint.js';
import type { HoldersPolicy, RenewalBasis, RenewalPolicy } from './renewal.js';
import { latest, type Catalogue } from './state.js';

const [c1, c2] = [{ course: 'C1' }, { course: 'C2' }];
const scheme = (parts: Partial<AskedScheme>): AskedScheme => ({
  scheme: 'S',
  title: 'S',
  published: '2024-01-01',
  timeZone: 'Europe/Berlin',
  validity: { duration: 'P1Y' },
  criteria: c1,
  ...parts,
});
const define = (parts: Partial<AskedScheme>): CatalogueCommand => ({ type: 'DefineScheme', scheme: scheme(parts) });
const COURSES: readonly CatalogueCommand[] = [
  { type: 'DefineCourse', course: { course: 'C1', title: 'C1' } },
  { type: 'DefineCourse', course: { course: 'C2', title: 'C2' } },
  { type: 'DefineLearningPlan', learningPlan: { learningPlan: 'P2', title: 'P2', criteria: c2 } },
];
const catalogue = catalogueOf(...COURSES);
const lint = (parts: Partial<AskedScheme>, given: Catalogue = catalogue): readonly Fault[] =>
  lintScheme(scheme(parts), given, NOW);
const shown = (faults: readonly Fault[]) => faults.map(({ code, pointer }) => [code, pointer]);
const lintRenewal = (renewal: RenewalPolicy, duration: string) => shown(lint({ renewal, validity: { duration } }));
const contradictory = (pointer: string) => [['RENEWAL_CONTRADICTORY', `/renewal${pointer}`]];
const anchor = (day: string, minimumActive?: string): RenewalBasis => ({ kind: 'fixed-anchor', day, minimumActive });

describe('the linter of renewal policies', () => {
  test.each<[string, RenewalPolicy, string?]>([
    ['nothing but that it may be renewed', {}],
    ['a window of almost the whole validity', { opensBefore: 'P11M', closesAfter: 'P10Y' }],
    ['early renewal without a window before the end', { early: 'accept' }],
    ['every basis: from the completion', { basis: { kind: 'from-completion' } }],
    ['every basis: from the prior expiry', { basis: { kind: 'from-prior-expiry' }, opensBefore: 'P2M' }],
    ['every basis: a fixed anchor', { basis: anchor('12-31') }],
    ['every basis: the window in which the anniversary is kept', { basis: { kind: 'keep-anniversary-window', within: 'P3M' } }],
    ['every basis: the base month', { basis: { kind: 'base-month' } }],
    ['the base month of a validity in years and months', { basis: { kind: 'base-month' } }, 'P2Y6M0D'],
    ['29 February as an anchor', { basis: anchor('02-29') }],
    ['a minimum active period as long as the cycle', { basis: anchor('03-15', 'P12M') }],
    ['graces as long as the window', { closesAfter: 'P1M', validityGrace: 'P1M', anniversaryGrace: 'P1M' }],
    ['graces of a window that never closes', { validityGrace: 'P5Y', anniversaryGrace: 'P11M' }],
  ])('finds nothing wrong with %s', (_, renewal, duration = 'P1Y') => {
    expect(lintRenewal(renewal, duration)).toEqual([]);
  });

  test.each<[string, RenewalPolicy, string, string?]>([
    ['a window that opens before the validity begins', { opensBefore: 'P13M' }, '/opensBefore'],
    ['a window that opens as the validity begins', { opensBefore: 'P1Y' }, '/opensBefore'],
    ['a window that does so in February only', { opensBefore: 'P28D' }, '/opensBefore', 'P1M'],
    ['a window that does so in leap years only', { opensBefore: 'P366D' }, '/opensBefore', 'P1Y1D'],
    ['30 February', { basis: anchor('02-30') }, '/basis/day'],
    ['31 April', { basis: anchor('04-31') }, '/basis/day'],
    ['an anchor of a validity shorter than a year', { basis: anchor('03-15') }, '/basis', 'P6M'],
    ['an anchor of a validity that is shorter in leap years only', { basis: anchor('03-15') }, '/basis', 'P365D'],
    ['a minimum active period longer than the cycle', { basis: anchor('03-15', 'P13M') }, '/basis/minimumActive'],
    ['one that is longer by a day in most years', { basis: anchor('03-15', 'P366D') }, '/basis/minimumActive'],
    ['a last part that is the whole', { basis: { kind: 'keep-anniversary-window', within: 'P12M' } }, '/basis/within'],
    ['a base month of a validity in days', { basis: { kind: 'base-month' } }, '/basis', 'P365D'],
    ['a base month of a validity in weeks', { basis: { kind: 'base-month' } }, '/basis', 'P1Y1W'],
    ['a validity grace beyond the window', { closesAfter: 'P30D', validityGrace: 'P1M' }, '/validityGrace'],
    ['an anniversary grace beyond the window', { closesAfter: 'P30D', anniversaryGrace: 'P31D' }, '/anniversaryGrace'],
    ['an anniversary grace of a whole cycle', { anniversaryGrace: 'P1Y' }, '/anniversaryGrace'],
  ])('refuses %s', (_, renewal, pointer, duration = 'P1Y') => {
    expect(lintRenewal(renewal, duration)).toEqual(contradictory(pointer));
  });

  test('names every fault, each with what it contradicts and how to mend it', () => {
    const renewal = { opensBefore: 'P2Y', basis: anchor('06-31', 'P3Y'), closesAfter: 'P1D', validityGrace: 'P2D' };
    const faults = lint({ renewal });
    expect(shown(faults)).toEqual(
      ['/opensBefore', '/basis/day', '/basis/minimumActive', '/validityGrace'].flatMap(contradictory),
    );
    expect(faults.map(({ detail }) => detail)).toEqual([
      'A window that opens P2Y before the end can open before the validity of P1Y begins. Give less.',
      'No year has a day 06-31. Give a day that its month has, for example 02-28.',
      'A minimum of P3Y can be longer than the validity of P1Y. Give less.',
      'A grace of P2D can be longer than the window, which closes P1D after the end. Give less.',
    ]);
  });

  describe('of what is perpetual', () => {
    const perpetual = (renewal: RenewalPolicy, capByEvidence?: boolean) =>
      shown(lint({ renewal, capByEvidence, validity: { perpetual: true } }));

    test('refuses to renew what never ends', () => {
      expect([perpetual({}), perpetual({}, false)]).toEqual([contradictory(''), contradictory('')]);
    });

    test('lets renew what its evidence ends, counted from the completion', () => {
      const policy: RenewalPolicy = { opensBefore: 'P9Y', anniversaryGrace: 'P9Y', basis: { kind: 'from-completion' } };
      expect(perpetual(policy, true)).toEqual([]);
      expect(perpetual({ basis: { kind: 'base-month' } }, true)).toEqual(contradictory('/basis'));
      expect(perpetual({ closesAfter: 'P1D', validityGrace: 'P2D' }, true)).toEqual(contradictory('/validityGrace'));
    });
  });
});

describe('the linter of renewal criteria', () => {
  const renewable = (criteria: Criteria, more: Partial<AskedScheme> = {}, given = catalogue) =>
    shown(lint({ renewal: { criteria }, ...more }, given));

  test('finds nothing wrong with alternatives of their own', () => {
    expect(renewable({ any: [c1, c2, { learningPlan: 'P2' }, { submission: 'Refresher', kind: 'external-training' }] })).toEqual(
      [],
    );
  });

  test.each<[string, Criteria, string, string]>([
    ['an alternative that can never be met', { any: [c1, { any: [] }] }, 'CRITERIA_NEVER_SATISFIED', '/any/1'],
    ['what is always met', { atLeast: 0, of: [c1] }, 'CRITERIA_ALWAYS_SATISFIED', ''],
    ['the same alternative twice', { any: [c2, c2] }, 'CRITERIA_REPEATED', '/any/1'],
    ['a course that there is not', { any: [c1, { course: 'C9' }] }, 'COURSE_UNKNOWN', '/any/1'],
    ['an edition that there is not', { course: 'C2', minEdition: 2 }, 'EDITION_UNKNOWN', ''],
    ['a plan that there is not', { all: [{ learningPlan: 'P9' }] }, 'LEARNING_PLAN_UNKNOWN', '/all/0'],
    [
      'a document without a review',
      { submission: 'Licence', kind: 'credential-document', review: 'none' },
      'DOCUMENT_UNREVIEWED',
      '',
    ],
  ])('refuses %s', (_, criteria, code, pointer) => {
    expect(renewable(criteria)).toEqual([[code, `/renewal/criteria${pointer}`]]);
  });

  test('001-7: what a renewal asks for is listed as well, where anything is', () => {
    const criteria = { any: [c1, c2] };
    expect(renewable(criteria, { items: [c1] })).toEqual([['ITEM_MISSING', '/renewal/criteria/any/1']]);
    expect(renewable(criteria, { items: [c1, c2] })).toEqual([]);
  });

  test('001-7: items that nobody gave are those of the first award and then those of the renewal, each once', () => {
    const known = catalogueOf(...COURSES, define({ renewal: { criteria: { any: [{ submission: 'Refresher' }, c2, c1] } } }));
    expect(latest(known.schemes, 'S')?.items).toEqual([c1, { submission: 'Refresher' }, c2]);
  });

  test(`first award and renewal together name at most ${ITEMS_MAX} items`, () => {
    const labels = (count: number, name: string): Criteria => ({
      any: Array.from({ length: count }, (_, index) => ({ approval: `${name} ${index}` })),
    });
    const both = (count: number) =>
      shown(lint({ criteria: labels(ITEMS_MAX / 2, 'first'), renewal: { criteria: labels(count, 'again') } }));
    expect(both(ITEMS_MAX / 2)).toEqual([]);
    expect(both(ITEMS_MAX / 2 + 1)).toEqual([['CRITERIA_TOO_LARGE', '/renewal/criteria']]);
  });
});

describe('what bears on one course', () => {
  const crowd = (count: number, criteria: Criteria): Catalogue =>
    catalogueOf(
      ...COURSES,
      ...Array.from({ length: count }, (_, index) => define({ scheme: `S${index}`, renewal: { criteria } })),
    );
  const crowded = (at: string) => [['COURSE_IN_TOO_MANY_SCHEMES', at]];

  test('counts the schemes whose renewal alone names it, also through a learning plan', () => {
    const roomy = crowd(SCHEMES_PER_COURSE_MAX - 1, c2);
    const full = crowd(SCHEMES_PER_COURSE_MAX, { learningPlan: 'P2' });
    const renewedByC2 = { criteria: { approval: 'board' }, renewal: { criteria: c2 } };
    expect(shown(lint(renewedByC2, roomy))).toEqual([]);
    expect(shown(lint({ criteria: c2 }, roomy))).toEqual([]);
    expect(shown(lint(renewedByC2, full))).toEqual(crowded('/renewal/criteria'));
    expect(shown(lint({ criteria: c2 }, full))).toEqual(crowded('/criteria'));
  });

  test('counts the leaves of both', () => {
    const large: Criteria = { any: [c2, ...Array.from({ length: 398 }, (_, index) => ({ approval: `board ${index}` }))] };
    const known = crowd(LEAVES_PER_COURSE_MAX / 400 - 1, large);
    expect(shown(lint({ renewal: { criteria: large } }, known))).toEqual([]);
    const more = { any: [...(large as { any: Criteria[] }).any, { sitting: 'T' }] };
    expect(shown(lint({ renewal: { criteria: more } }, known))).toEqual([
      ...crowded('/criteria'),
      ...crowded('/renewal/criteria'),
    ]);
  });
});

describe('the linter of what becomes of holders', () => {
  const first = catalogueOf(...COURSES, define({}));
  const second = (holders: HoldersPolicy, given = first) => shown(lint({ title: 'S2', published: '2024-03-01', holders }, given));
  const contradicts = (pointer: string) => [['HOLDERS_CONTRADICTORY', pointer]];

  test.each<[string, HoldersPolicy]>([
    ['keep', { kind: 'keep' }],
    ['an update by the day of the publication', { kind: 'must-update', by: { date: '2024-03-01' } }],
    ['an end at its first instant', { kind: 'void', at: { instant: '2024-02-29T23:00:00Z' } }],
    ['an update by a day long after', { kind: 'must-update', by: { date: '2034-03-01' } }],
  ])('finds nothing wrong with %s', (_, holders) => expect(second(holders)).toEqual([]));

  test.each<[string, HoldersPolicy, string]>([
    ['an update by the day before the publication', { kind: 'must-update', by: { date: '2024-02-29' } }, '/holders/by'],
    ['an end one second before it', { kind: 'void', at: { instant: '2024-02-29T22:59:59Z' } }, '/holders/at'],
  ])('refuses %s', (_, holders, pointer) => expect(second(holders)).toEqual(contradicts(pointer)));

  test('refuses anything but to keep on a first edition, which nobody held before', () => {
    expect(second({ kind: 'void', at: { date: '2024-04-01' } }, catalogue)).toEqual(contradicts('/holders'));
    expect(second({ kind: 'must-update', by: { date: '2024-04-01' } }, catalogue)).toEqual(contradicts('/holders'));
    expect(second({ kind: 'keep' }, catalogue)).toEqual([]);
  });
});
