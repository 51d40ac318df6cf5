import { renewalPolicy, type RenewalBasis } from '../../src/catalogue/domain/renewal.js';
import { renewedEnd } from '../../src/record/domain/renewal-dates.js';
import { refusalsOf } from '../support/refusals.js';
import { course, scheme, Service, TestClock } from '../support/service.js';
import { readRepositoryFile } from '../support/source-tree.js';

const c1 = { course: 'C1' };
const policy = {
  opensBefore: 'P3M',
  closesAfter: 'P6M',
  criteria: { any: [{ course: 'C2' }, { submission: 'Refresher' }] },
  basis: { kind: 'fixed-anchor', day: '02-29', minimumActive: 'P6M' },
  early: 'accept',
  validityGrace: 'P1M',
  anniversaryGrace: 'P30D',
};
const renewable = (renewal: object, more: object = {}) => scheme('S', c1, { renewal, ...more });
const anchor = (more: object) => ({ basis: { kind: 'fixed-anchor', day: '03-15', ...more } });

/** Bad input is refused with its code, its place and how to mend it; what is sound is kept as it was given. */
describe('renewal policies', () => {
  let service: Service;
  const { post } = refusalsOf(() => service);

  beforeAll(async () => {
    service = await Service.memory(new TestClock());
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/courses', course('C2'));
    await service.write('/v1/schemes', scheme('HELD', c1));
  });
  afterAll(() => service.stop());

  it.each<[what: string, scheme: object, pointer: string, detail: RegExp]>([
    ['a window that opens before the validity begins', renewable({ opensBefore: 'P13M' }), '/opensBefore', /Give less/],
    ['a window as long as the validity', renewable({ opensBefore: 'P1Y' }), '/opensBefore', /Give less/],
    ['an anchor on 30 February', renewable(anchor({ day: '02-30' })), '/basis/day', /No year has a day 02-30/],
    ['a minimum active period longer than the cycle', renewable(anchor({ minimumActive: 'P2Y' })), '/basis/minimumActive', /P2Y/],
    ['an anchor of a validity of half a year', renewable(anchor({}), { validity: { duration: 'P6M' } }), '/basis', /once a year/],
    [
      'an anniversary window as long as the validity',
      renewable({ basis: { kind: 'keep-anniversary-window', within: 'P1Y' } }),
      '/basis/within',
      /Give less/,
    ],
    [
      'a base month of a validity in days',
      renewable({ basis: { kind: 'base-month' } }, { validity: { duration: 'P365D' } }),
      '/basis',
      /years and months/,
    ],
    ['a validity grace beyond the window', renewable({ closesAfter: 'P1M', validityGrace: 'P2M' }), '/validityGrace', /P1M/],
    ['an anniversary grace of a whole cycle', renewable({ anniversaryGrace: 'P1Y' }), '/anniversaryGrace', /Give less/],
    ['the renewal of what never ends', renewable({}, { validity: { perpetual: true } }), '', /nothing to renew/],
  ])('refuses a policy that contradicts itself: %s', async (_, body, pointer, detail) => {
    const problem = await post('/v1/schemes', body);
    expect(problem).toMatchObject({ status: 422, code: 'RENEWAL_CONTRADICTORY', pointer: `/renewal${pointer}` });
    expect(problem.detail).toMatch(detail);
  });

  it.each<[what: string, renewal: object, pointer: string, detail: RegExp]>([
    ['a window of no time', { opensBefore: 'P0D' }, '/opensBefore', /ISO 8601 duration/],
    ['a window of less than no time, so that it would open after its end', { opensBefore: '-P1M' }, '/opensBefore', /ISO 8601/],
    ['a window that would close before the end', { closesAfter: '-P1M' }, '/closesAfter', /ISO 8601 duration/],
    ['a grace of hours', { validityGrace: 'PT12H' }, '/validityGrace', /years, months, weeks or days/],
    ['an anniversary grace of no time', { anniversaryGrace: 'P0M' }, '/anniversaryGrace', /ISO 8601 duration/],
    ['a minimum active period of no time', anchor({ minimumActive: 'P0D' }), '/basis/minimumActive', /ISO 8601 duration/],
    [
      'an anniversary window of no time',
      { basis: { kind: 'keep-anniversary-window', within: 'P0M' } },
      '/basis/within',
      /ISO 8601/,
    ],
    ['an anniversary window of unsaid length', { basis: { kind: 'keep-anniversary-window' } }, '/basis/within', /string/],
    ['an anchor without its day', { basis: { kind: 'fixed-anchor' } }, '/basis/day', /string/],
    ['an anchor in a thirteenth month', anchor({ day: '13-01' }), '/basis/day', /month and a day/],
    ['an anchor in one year', anchor({ day: '2025-03-15' }), '/basis/day', /month and a day/],
    ['a basis that there is not', { basis: { kind: 'from-birth' } }, '/basis/kind', /from-completion/],
    ['a field of another basis', { basis: { kind: 'base-month', day: '03-15' } }, '/basis', /day/],
    ['an answer to early renewal that there is not', { early: 'maybe' }, '/early', /refuse/],
    ['a criterion that there is not', { criteria: { exam: 'E' } }, '/criteria', /Must be all, any/],
  ])('refuses what is no policy: %s', async (_, renewal, pointer, detail) => {
    const problem = await post('/v1/schemes', renewable(renewal));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect(problem.errors).toEqual([{ pointer: `/renewal${pointer}`, detail: expect.stringMatching(detail) }]);
  });

  it.each<[what: string, url: string, more: object, code: string, pointer: string]>([
    [
      'a course that there is not',
      '/v1/schemes',
      { renewal: { criteria: { any: [{ course: 'C9' }] } } },
      'COURSE_UNKNOWN',
      '/renewal/criteria/any/0',
    ],
    [
      'what its items lack',
      '/v1/schemes',
      { items: [c1], renewal: { criteria: { course: 'C2' } } },
      'ITEM_MISSING',
      '/renewal/criteria',
    ],
    [
      'an update of nobody',
      '/v1/schemes',
      { holders: { kind: 'must-update', by: { date: '2025-01-01' } } },
      'HOLDERS_CONTRADICTORY',
      '/holders',
    ],
    [
      'an end before the publication',
      '/v1/schemes/HELD/editions',
      { holders: { kind: 'void', at: { date: '2023-12-31' } } },
      'HOLDERS_CONTRADICTORY',
      '/holders/at',
    ],
  ])('refuses %s', async (_, url, more, code, pointer) => {
    const { scheme: id, ...content } = scheme('S', c1, more);
    const problem = await post(url, url === '/v1/schemes' ? { scheme: id, ...content } : content);
    expect(problem).toMatchObject({ code, pointer });
  });

  it('keeps a sound policy as it was given, and lists what a renewal asks for', async () => {
    await service.write('/v1/schemes', scheme('KEPT', c1, { renewal: policy, holders: { kind: 'keep' } }));
    const { editions } = (await service.get('/v1/schemes/KEPT')).json<{ editions: object[] }>();
    const items = [c1, { course: 'C2' }, { submission: 'Refresher' }];
    expect(editions).toEqual([expect.objectContaining({ edition: 1, renewal: policy, holders: { kind: 'keep' }, items })]);
  });

  it('publishes an edition that says what becomes of holders; the same edition again changes nothing', async () => {
    const policies = {
      renewal: { basis: { kind: 'base-month' } },
      holders: { kind: 'must-update', by: { instant: '2025-01-01T00:00:00+01:00', zone: 'Europe/Berlin' } },
    };
    const { scheme: _, ...content } = scheme('HELD', c1, policies);
    await service.write('/v1/schemes/HELD/editions', content);
    const { editions } = (await service.get('/v1/schemes/HELD')).json<{ editions: object[] }>();
    expect(editions).toHaveLength(2);
    expect(editions[1]).toMatchObject(policies);
    const again = await service.post('/v1/schemes/HELD/editions', content);
    expect(again.json()).toMatchObject({ outcome: 'unchanged' });
  });

  it('drafts are told of every fault with its place and advice, and published as they are', async () => {
    const { scheme: id, ...bad } = scheme('DRAFTED', c1, {
      renewal: { ...policy, opensBefore: 'P2Y', ...anchor({ day: '04-31' }) },
    });
    const linted = (await service.post('/v1/lint', { kind: 'scheme', id, content: bad })).json<{ faults: object[] }>();
    const fault = (pointer: string) => ({ code: 'RENEWAL_CONTRADICTORY', pointer, advice: expect.stringContaining('Mend') });
    expect(linted.faults).toEqual([
      expect.objectContaining(fault('/renewal/opensBefore')),
      expect.objectContaining(fault('/renewal/basis/day')),
    ]);
    const content = { ...bad, renewal: policy };
    const saved = await service.post('/v1/drafts', { kind: 'scheme', id, content });
    await service.write(`/v1/drafts/${saved.json<{ draft: string }>().draft}/publication`, {});
    const { editions } = (await service.get('/v1/schemes/DRAFTED')).json<{ editions: object[] }>();
    expect(editions).toEqual([expect.objectContaining({ renewal: policy })]);
  });

  it('rows to import say the same', async () => {
    const { validity: _, ...content } = scheme('IMPORTED', c1, { validity: 'P1Y', renewal: policy });
    const row = { kind: 'scheme', source: 'hr', row: '1', ...content, validity: 'P1Y' };
    const bad = { ...row, row: '2', scheme: 'OTHER', renewal: { ...policy, opensBefore: 'P1Y' } };
    const answer = await service.post('/v1/imports/b1/rows', { rows: [row, bad] });
    expect(answer.json<{ rows: object[] }>().rows).toEqual([
      expect.objectContaining({ row: '1', outcome: 'recorded' }),
      expect.objectContaining({ row: '2', outcome: 'refused', code: 'RENEWAL_CONTRADICTORY', pointer: '/renewal/opensBefore' }),
    ]);
    const { editions } = (await service.get('/v1/schemes/IMPORTED')).json<{ editions: object[] }>();
    expect(editions).toEqual([expect.objectContaining({ renewal: policy })]);
  });

  it('the OpenAPI document describes every field of a policy', async () => {
    const document = (await service.get('/openapi.json')).text;
    const fields = [...Object.keys(policy), 'minimumActive', 'within', 'must-update', 'keep-anniversary-window'];
    expect(fields.filter((field) => !document.includes(`"${field}"`))).toEqual([]);
  });
});

describe('the page about renewal', () => {
  const page = readRepositoryFile('docs/renewal.md');
  // What becomes of holders has tables of its own.
  const rows = page
    .split('## A new edition')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('shows a scheme that is published as it stands', async () => {
    const service = await Service.memory(new TestClock());
    for (const id of ['rope-basics', 'rope-practice', 'rope-refresher']) await service.write('/v1/courses', course(id));
    const [, example] = /```json\n(.*?)```/s.exec(page)!;
    const answer = await service.post('/v1/schemes', JSON.parse(example!));
    expect(answer.status).toBe(200);
    await service.stop();
  });

  it('lists every field of a policy', () => {
    const fields = rows.flatMap(([, first]) => (/^`\w+`$/.test(first!) ? [first!.slice(1, -1)] : []));
    expect(fields.sort()).toEqual(Object.keys(renewalPolicy.shape).sort());
  });

  it('lists every basis with the days to which it leads', () => {
    const bases = rows.filter(([, first]) => first!.startsWith('`{'));
    const DONE = ['2024-11-20', '2025-01-10', '2025-03-30'];
    const lastDays = (basis: RenewalBasis): (string | undefined)[] =>
      DONE.map((completedOn) => {
        const [validity, timeZone, priorLastValidDay] = [{ duration: 'P12M' }, 'Europe/Berlin', '2025-03-15'];
        const end = renewedEnd({ policy: { basis }, validity, timeZone, priorLastValidDay, completedOn });
        return end !== undefined && 'lastValidDay' in end ? end.lastValidDay : undefined;
      });
    const kinds = bases.map(([, basis, , ...days]) => {
      const parsed = renewalPolicy.shape.basis.parse(JSON.parse(basis!.slice(1, -1)))!;
      expect(days.slice(0, 3)).toEqual(lastDays(parsed));
      return parsed.kind;
    });
    expect(kinds).toEqual(['from-completion', 'from-prior-expiry', 'fixed-anchor', 'keep-anniversary-window', 'base-month']);
    expect(page).toContain(DONE.map((day) => `done ${day}`).join(' | '));
  });
});
