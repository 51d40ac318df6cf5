import { listedLine } from './reviews.js';

/** A reviewer sees in the list what an approval would be refused for. */
describe('a line of the reviews that wait', () => {
  const about = {
    learner: 'E-1',
    submission: 1,
    scheme: 'trade',
    label: 'Licence',
    kind: 'credential-document',
    age: 'new',
  } as const;
  const line = (more: object): string =>
    listedLine({ ...about, since: '2024-06-01T12:00:00.000Z', sourceCheck: false, ...more }).replace(/^.*Z/, '');

  it.each([
    [{}, ''],
    [{ scan: 'clean' }, ''],
    [{ scan: 'awaited' }, '  scan: awaited'],
    [{ scan: 'infected', sourceCheck: true }, '  to be checked at its source  scan: infected'],
  ])('tells of %j', (more, told) => {
    expect(line(more)).toBe(told);
  });
});
