import { dateAt } from '../../shared/calendar.js';
import { entriesOf } from '../domain/entries.js';
import type { EntryDocument } from './credit-entries.projection.js';
import { statementOf } from './statement.js';

const bought = (revision: number, credits: number, recordedAt: string): EntryDocument => ({
  account: 'account-acme',
  revision,
  position: `00000001-${revision.toString(16).padStart(16, '0')}`,
  event: '0190a1b2-0000-7000-8000-000000000001',
  what: 'CreditsPurchased',
  recordedAt,
  who: { key: 'k', role: 'operator' },
  entries: entriesOf({ type: 'CreditsPurchased', data: { credits } }),
});
const documents = [
  bought(0, 1, '2024-05-31T21:59:59.999Z'),
  bought(1, 2, '2024-05-31T22:00:00.000Z'),
  bought(2, 4, '2024-06-02T12:00:00.000Z'),
  // The clock was set back.
  bought(3, 8, '2024-06-01T12:00:00.000Z'),
  bought(4, 16, '2024-07-01T00:00:00.000Z'),
];
const statement = (from: string, to: string, zone = 'UTC') => {
  const { opening, lines, closing } = statementOf(documents, (instant) => dateAt(instant, zone), { from, to });
  return [opening.available, lines.map(({ document, after }) => [document.revision, after.available]), closing.available];
};

describe('a statement', () => {
  it('holds what was recorded on its days, both included, between what was before and what is after', () => {
    expect(statement('2024-06-01', '2024-06-30')).toEqual([
      3,
      [
        [2, 7],
        [3, 15],
      ],
      15,
    ]);
    expect(statement('2024-06-03', '2024-06-03')).toEqual([15, [], 15]);
    expect(statement('2024-01-01', '2024-01-31')).toEqual([0, [], 0]);
  });

  it('begins and ends its days in the zone that is asked for', () => {
    expect(statement('2024-06-01', '2024-06-01', 'Europe/Berlin')).toEqual([
      1,
      [
        [1, 3],
        [3, 11],
      ],
      11,
    ]);
  });

  it('closes with what the next one opens with, also where the clock was set back', () => {
    for (const day of ['2024-05-31', '2024-06-01', '2024-06-02', '2024-06-30']) {
      const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
      expect(statement('2024-01-01', day)[2]).toBe(statement(next, '2024-12-31')[0]);
    }
    expect(statement('2024-01-01', '2024-12-31')[2]).toBe(31);
  });
});
