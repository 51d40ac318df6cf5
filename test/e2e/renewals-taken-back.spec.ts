import { course, scheme, Service, TestClock, type ReceiptAnswer } from '../support/service.js';

/** Early renewal never loses anything, also where its evidence turns out to be wrong: taken back over HTTP, and done again. */
const REASON = { code: 'misread', text: 'It was the list of another course.' };
const AT = '/v1/learners/emp-1/schemes/guard';

interface Status {
  readonly status: string;
  readonly valid: boolean;
  readonly lastValidDay: string;
  readonly gaps: readonly object[];
  readonly renewal?: { readonly open?: { readonly number: number } };
  readonly cycles: readonly {
    readonly number: number;
    readonly kind: string;
    readonly status: string;
    readonly renews?: number;
  }[];
}
interface Ends {
  readonly items: readonly { readonly learner: string; readonly lastValidDay: string }[];
}

test('a renewal whose evidence is taken back leaves the cycle before it, is open again, and is done again', async () => {
  const clock = new TestClock();
  const service = await Service.memory(clock);
  const status = async (at?: string): Promise<Status> =>
    (await service.get(at === undefined ? AT : `${AT}?at=${at}`)).json<Status>();
  const completed = (date: string): Promise<ReceiptAnswer> => {
    clock.set(`${date}T09:00:00.000Z`);
    return service.write('/v1/learners/emp-1/completions', { course: 'C1', effective: { date } });
  };
  await service.write('/v1/courses', course('C1'));
  await service.write(
    '/v1/schemes',
    scheme(
      'guard',
      { course: 'C1' },
      { renewal: { opensBefore: 'P3M', closesAfter: 'P1M', basis: { kind: 'from-prior-expiry' } } },
    ),
  );
  await service.write('/v1/learners', { learner: 'emp-1' });
  await completed('2024-03-15');
  clock.set('2025-01-10T08:00:00.000Z');
  await service.write(`${AT}/renewals`, {});
  await completed('2025-01-10');
  expect(await status()).toMatchObject({ status: 'certified', lastValidDay: '2026-03-15' });

  clock.set('2025-01-15T09:00:00.000Z');
  await service.write('/v1/learners/emp-1/fact-corrections', { corrects: { course: 'C1' }, withdraw: true, reason: REASON });
  expect(await status()).toMatchObject({
    status: 'renewing',
    valid: true,
    lastValidDay: '2025-03-15',
    gaps: [],
    renewal: { open: { number: 1 } },
    cycles: [
      { number: 1, status: 'current' },
      { number: 2, status: 'revoked' },
    ],
  });
  expect(await status('2025-01-15T08:59:59Z')).toMatchObject({ status: 'certified', lastValidDay: '2026-03-15' });
  const ends = (await service.get('/v1/expiry-dates?from=2025-03-01&to=2025-03-31')).json<Ends>();
  expect(ends.items).toMatchObject([{ learner: 'emp-1', lastValidDay: '2025-03-15' }]);

  await completed('2025-02-01');
  expect(await status()).toMatchObject({
    status: 'certified',
    valid: true,
    lastValidDay: '2026-03-15',
    cycles: [
      { number: 1, status: 'superseded' },
      { number: 2, status: 'revoked' },
      { number: 3, kind: 'renewal', renews: 1, status: 'current' },
    ],
  });
  await service.stop();
});
