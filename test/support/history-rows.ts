import { JSON_COLUMNS } from '../../src/imports/rows.js';

export type HistoryRow = Readonly<Record<string, unknown>> & { readonly kind: string; readonly row: string };

const APPROVAL = { approval: 'instructor' };
const WHY = { reasonCode: 'seen', reason: 'Seen by Ms. Åkerblom.' };

const LABELS = ['Licence', 'Passport', 'Diploma'];
const handedIn = (label: string) => ({
  label,
  evidenceKind: 'external-training',
  completedOn: '2024-04-10',
  submittedOn: '2024-04-12',
  note: 'See Ms. Åkerblom.',
});

/** What nobody decides of what they handed in themselves: such rows come from another importer than the others. */
export const OF_A_SECOND_IMPORTER: ReadonlySet<string> = new Set(['submission-decline', 'source-check', 'submission-approval']);

/** The rows in their order, in parts that one importer sends. */
export function partsOf<Some extends object>(
  rows: readonly Some[],
): readonly { readonly isOfSecond: boolean; readonly rows: Some[] }[] {
  const parts: { isOfSecond: boolean; rows: Some[] }[] = [];
  for (const row of rows) {
    const isOfSecond = OF_A_SECOND_IMPORTER.has((row as { kind?: string }).kind ?? '');
    if (parts.at(-1)?.isOfSecond !== isOfSecond) parts.push({ isOfSecond, rows: [] });
    parts.at(-1)!.rows.push(row);
  }
  return parts;
}

/**
 * The history of one learner with a row of every kind, each of which records something when they come in order. `name` tells the
 * ids of several histories in one ledger apart, `person` is who the learner is.
 */
export function historyOf(name: string, person: string): readonly HistoryRow[] {
  const id = (short: string): string => `${short}-${name}`;
  const row = (number: string, kind: string, more: object): HistoryRow => ({ kind, source: name, row: number, ...more });
  const learner = (number: string, kind: string, more: object): HistoryRow => row(number, kind, { learner: name, ...more });
  const ofScheme = (title: string, scheme: string, course: string, more: object = {}) => ({
    scheme: id(scheme),
    title,
    published: '2024-01-01',
    timeZone: 'UTC',
    validity: 'P1Y',
    criteria: { course: id(course) },
    ...more,
  });
  const awaited = { award: 'on-approval' };
  const quiz = { activities: [{ activity: 'Q', kind: 'quiz' }], criteria: { all: [{ quiz: 'Q', minScore: '50' }, APPROVAL] } };
  const certificate = { scheme: id('CERT'), published: '2024-01-01', timeZone: 'UTC', validity: { perpetual: true } };
  const plan = { learningPlan: id('P'), criteria: { course: id('D') }, acceptReportedCompletion: true };
  return [
    row('1', 'group', { group: id('G'), title: 'Nurses' }),
    row('2', 'course', { course: id('C'), title: 'With a certificate of its own', ...quiz, certificate }),
    row('3', 'course-edition', { course: id('C'), title: 'Revised', ...quiz, edition: 2 }),
    row('4', 'course', { course: id('D'), title: 'By word' }),
    row('5', 'course', { course: id('OLD'), title: 'Old' }),
    row('6', 'retirement', { course: id('OLD'), ...WHY }),
    row('7', 'learning-plan', { ...plan, title: 'Plan' }),
    row('8', 'learning-plan-edition', { ...plan, title: 'Plan, revised', edition: 2 }),
    row('9', 'scheme', ofScheme('Approved', 'S', 'D', awaited)),
    row('10', 'scheme-edition', ofScheme('Approved, revised', 'S', 'D', { ...awaited, edition: 2 })),
    row('11', 'scheme', ofScheme('Declined', 'T', 'D', awaited)),
    row('45', 'scheme', ofScheme('Renewed', 'V', 'D', { renewal: { early: 'accept' } })),
    learner('12', 'learner', { name: 'Ada' }),
    learner('13', 'correction', { name: 'Ada Lovelace' }),
    learner('14', 'group-change', { groups: [id('G')] }),
    learner('15', 'person-binding', { person }),
    learner('16', 'enrolment', { course: id('C'), enrolledOn: '2024-02-01' }),
    learner('17', 'activity', { course: id('C'), activity: 'Q', activityKind: 'quiz', score: '60', reportedOn: '2024-02-02' }),
    learner('18', 'approval', { course: id('C'), label: 'instructor', approvedOn: '2024-02-03', ...WHY }),
    learner('19', 'assignment', { scheme: id('S'), assignedOn: '2024-02-10', due: '2025-01-01' }),
    learner('20', 'assignment-start', { scheme: id('S'), startedOn: '2024-02-11' }),
    learner('21', 'assignment', { scheme: id('T'), assignedOn: '2024-02-10' }),
    learner('22', 'assignment-withdrawal', { scheme: id('T'), ...WHY }),
    learner('23', 'plan-completion', { learningPlan: id('P'), completedOn: '2024-02-19' }),
    learner('24', 'completion', { course: id('D'), completedOn: '2024-02-20', validUntil: '2025-02-20' }),
    learner('25', 'award-approval', { scheme: id('S') }),
    learner('26', 'award-decline', { scheme: id('T'), ...WHY }),
    learner('27', 'revocation', { scheme: id('S'), cycle: 1, ...WHY }),
    learner('28', 'award', { scheme: id('T'), awardedOn: '2024-03-01', ...WHY }),
    learner('29', 'enrolment', { course: id('C'), presentation: '2024J', enrolledOn: '2024-04-01' }),
    learner('30', 'withdrawal', { course: id('C'), presentation: '2024J', withdrawnOn: '2024-04-02', ...WHY }),
    row('31', 'scheme', ofScheme('Handed in', 'U', 'D', { criteria: { all: LABELS.map((label) => ({ submission: label })) } })),
    ...LABELS.map((label, at) => learner(`${32 + at}`, 'submission', { ...handedIn(label), scheme: id('U') })),
    learner('35', 'submission-withdrawal', { scheme: id('U'), label: 'Licence', ...WHY }),
    learner('36', 'submission-decline', { scheme: id('U'), label: 'Passport', ...WHY }),
    learner('37', 'source-check', {
      ...{ scheme: id('U'), label: 'Diploma', authority: 'University of Lund', how: 'register' },
      ...{ checkedOn: '2024-05-20', dueAgain: '2025-05-20', reference: 'Roll of 1832, Åkerblom' },
    }),
    learner('38', 'submission-approval', { scheme: id('U'), label: 'Diploma' }),
    learner('39', 'suspension', { scheme: id('T'), ...WHY }),
    learner('40', 'scope-reduction', { scheme: id('T'), covers: 'All but Ms. Åkerblom’s site.', ...WHY }),
    learner('41', 'reinstatement', { scheme: id('T'), ...WHY }),
    learner('42', 'waiver', { scheme: id('U'), lastDay: '2024-12-31', evidence: 'A letter of Ms. Åkerblom.', ...WHY }),
    learner('43', 'waiver-end', { scheme: id('U'), ...WHY }),
    learner('46', 'renewal', { scheme: id('V'), openedOn: '2024-05-01' }),
    learner('47', 'renewal-withdrawal', { scheme: id('V'), ...WHY }),
    learner('44', 'fact-correction', { corrects: { course: id('D') }, to: { validUntil: '2025-02-19' }, ...WHY }),
  ];
}

/** The same rows as NDJSON. */
export const ndjsonOf = (rows: readonly HistoryRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The same rows as CSV with a column for every field; what is no text stands in its cell as JSON. */
export function csvOf(rows: readonly HistoryRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  const cellOf = (row: HistoryRow, column: string): string => {
    const value = row[column];
    if (value === undefined) return '';
    return quoted(JSON_COLUMNS.has(column) ? JSON.stringify(value) : (value as string));
  };
  return [columns.join(','), ...rows.map((row) => columns.map((column) => cellOf(row, column)).join(','))].join('\n');
}
