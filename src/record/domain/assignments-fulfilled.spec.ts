import { assigned, C1, data, facts, on, retire } from '../../../test/support/assignments.js';
import { catalogueWith, PureRecord, scheme, typesOf } from '../../../test/support/pure-record.js';
import type { SchemeContent } from '../../catalogue/domain/content.js';
import { latest } from '../../catalogue/published.js';
import { windowOf } from './earning.js';
import type { AssignmentTerms } from './commands.js';
import { evaluateRecord } from './scheme-evidence.js';
import { standingOf } from './state.js';

describe('which evidence fulfils it', () => {
  interface Case {
    readonly name: string;
    readonly terms: AssignmentTerms;
    readonly more?: Partial<SchemeContent>;
    readonly days: readonly [string, string];
    readonly award: object | undefined;
    readonly status: string;
  }
  test.each<Case>([
    {
      name: '001-4: all items before the due instant',
      terms: { due: on('2024-05-01') },
      days: ['2024-03-01', '2024-04-30'],
      award: { assignment: 1 },
      status: 'certified',
    },
    {
      name: '001-4: due is exclusive: the last item done at the due instant is late, and refused it is missed',
      terms: { due: on('2024-05-01') },
      days: ['2024-03-01', '2024-05-01'],
      award: undefined,
      status: 'missed',
    },
    {
      name: '001-4: late evidence that is accepted is flagged',
      terms: { due: on('2024-05-01') },
      more: { timeToFulfil: { lateEvidence: 'accept-late' } },
      days: ['2024-03-01', '2024-05-01'],
      award: { assignment: 1, late: true },
      status: 'certified',
    },
    {
      name: 'recorded late but done in time is in time, whatever is recorded of later days',
      terms: { due: on('2024-05-01') },
      more: { timeToFulfil: { lateEvidence: 'accept-late' } },
      days: ['2024-04-30', '2024-04-29'],
      award: { assignment: 1 },
      status: 'certified',
    },
    {
      name: '001-3: evidence from before a start is ignored, where the scheme says nothing else',
      terms: { start: on('2024-03-01') },
      days: ['2024-02-29', '2024-03-02'],
      award: undefined,
      status: 'in-progress',
    },
    {
      name: 'evidence from before the start counts, where the scheme says so',
      terms: { start: on('2024-03-01') },
      more: { priorEvidence: 'count' },
      days: ['2024-02-29', '2024-03-02'],
      award: { assignment: 1, effective: on('2024-03-02') },
      status: 'certified',
    },
    {
      name: 'without a start evidence from before the assignment is ignored, where the scheme says so',
      terms: {},
      more: { priorEvidence: 'ignore' },
      days: ['2024-01-31', '2024-02-01'],
      award: undefined,
      status: 'in-progress',
    },
    {
      name: 'overdue, where late is still accepted',
      terms: { due: on('2024-05-01') },
      more: { timeToFulfil: { lateEvidence: 'accept-late' } },
      days: ['2024-03-01', '2024-03-02'],
      award: { assignment: 1 },
      status: 'certified',
    },
  ])('$name', ({ terms, more, days, award, status }) => {
    const record = assigned(terms, facts(more));
    record.complete('C1', days[0]);
    const isOverdue = more?.timeToFulfil?.lateEvidence === 'accept-late';
    if (isOverdue) expect(record.statusAt('S', '2024-05-01T00:00:00Z')?.status).toBe('overdue');
    record.complete('C2', days[1]);
    expect(record.statusAt('S', record.now)?.status).toBe(status);
    const awarded = data(record, 'CertificationAwarded');
    if (award === undefined) expect(awarded).toBeUndefined();
    else expect(awarded).toMatchObject(award);
    expect(awarded === undefined || 'late' in awarded).toBe(award === undefined || 'late' in award);
  });

  test('003-11: what is missing says why: done only before the start, or only when it was too late', () => {
    const record = assigned({ start: on('2024-03-01'), due: on('2024-05-01') });
    record.complete('C1', '2024-02-15');
    record.complete('C2', '2024-05-01');
    const [edition, { assignments }] = [latest(record.facts.schemes, 'S')!, standingOf(record.state, 'S')];
    const window = windowOf(edition, assignments[0]);
    expect(evaluateRecord(edition.criteria, 'S', record.state, 'UTC', window)).toMatchObject({
      satisfied: false,
      percent: 0,
      checklist: [
        { course: 'C1', missing: 'only-before' },
        { course: 'C2', missing: 'only-late' },
      ],
    });
  });

  test('it is pinned to the edition that was assigned; a later edition changes nothing', () => {
    const record = assigned();
    record.facts = catalogueWith(facts(), { type: 'ReviseScheme', scheme: scheme('S', C1, { perpetual: true }) });
    expect(typesOf(record.complete('C1', '2024-03-01'))).not.toContain('CertificationAwarded');
    expect(record.ask({ type: 'Reevaluate', kind: 'scheme', id: 'S' })).toEqual([]);
    record.complete('C2', '2024-03-02');
    expect(data(record, 'CertificationAwarded')).toMatchObject({ edition: 1, assignment: 1 });
  });

  test('what was asked before the scheme was retired may still be fulfilled', () => {
    const record = assigned();
    record.facts = catalogueWith(facts(), retire);
    record.complete('C1', '2024-03-01');
    expect(typesOf(record.complete('C2', '2024-03-02'))).toContain('CertificationAwarded');
    const other = PureRecord.registered(record.facts);
    other.complete('C1', '2024-03-01');
    expect(typesOf(other.complete('C2', '2024-03-02'))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
  });
});
