import { z } from 'zod';
import { ACTIVITY_COUNT_MAX, GROUPS_PER_LEARNER_MAX } from '../record/published.js';
import { DATE_MISSING, REASON_CHARACTERS_MAX } from './row-parts.js';
import { JSON_COLUMNS, rowSchema } from './rows.js';

type Row = Readonly<Record<string, unknown>>;
const row = (kind: string, more: Row): Row => ({ kind, source: 'hr', row: '1', ...more });
const ofLearner = (kind: string, more: Row): Row => row(kind, { learner: 'emp-1', ...more });

/** A whole row of each kind, with every field that it can have. */
const ofLabel = { scheme: 'S1', label: 'Licence' };
const rows: readonly Row[] = [
  row('course', {
    course: 'C1',
    title: 'Course',
    description: 'What it is about.',
    launchAddress: 'https://learn.example/c1',
    workloadHours: '7.5',
    responsibleParty: 'Dr. Noor',
    institution: 'Institute',
    logo: { digest: 'a'.repeat(64), mediaType: 'image/png' },
    activities: [{ activity: 'Q1', kind: 'quiz', title: 'Quiz', maxScore: '20' }],
    criteria: { quiz: 'Q1', minScore: '12.5' },
    acceptReportedCompletion: true,
    certificate: { scheme: 'S9', title: 'Certificate', published: '2024-01-01', timeZone: 'UTC', validity: { perpetual: true } },
  }),
  row('course-edition', { course: 'C1', title: 'Course, revised', edition: 2 }),
  row('learning-plan-edition', { learningPlan: 'P1', title: 'Plan, revised', criteria: { course: 'C1' }, edition: 2 }),
  row('scheme-edition', {
    scheme: 'S1',
    title: 'Scheme, revised',
    schemeKind: 'internal',
    published: '2024-02-01',
    timeZone: 'UTC',
    validity: 'perpetual',
    criteria: { course: 'C1' },
    edition: 2,
  }),
  ...['course', 'learningPlan', 'scheme'].map((name) =>
    row('retirement', { [name]: 'OLD', reasonCode: 'superseded', reason: 'Replaced.' }),
  ),
  row('learning-plan', {
    learningPlan: 'P1',
    title: 'Plan',
    description: 'What it is for.',
    items: [{ course: 'C1' }],
    criteria: { course: 'C1' },
    acceptReportedCompletion: false,
  }),
  row('scheme', {
    scheme: 'S1',
    title: 'Scheme',
    overview: 'Overview.',
    instructions: 'Instructions.',
    issuer: 'Institute',
    badge: { digest: 'b'.repeat(64), mediaType: 'image/svg+xml' },
    schemeKind: 'external',
    published: '2024-01-01',
    timeZone: 'UTC',
    validity: 'P2Y',
    capByEvidence: true,
    items: [{ course: 'C1' }],
    criteria: { course: 'C1' },
    award: 'on-approval',
    approval: 'award',
    secondApprover: true,
    priorEvidence: 'ignore',
    timeToFulfil: { completeWithin: 'P30D', lateEvidence: 'accept-late' },
    notices: { expiringFrom: 'P60D', notices: [] },
  }),
  row('group', { group: 'G1', title: 'Group' }),
  ofLearner('learner', { name: 'Ada', contact: 'ada@example.org', groups: ['G1'] }),
  ofLearner('enrolment', { course: 'C1', presentation: '2024-spring', enrolledAt: '2024-01-01T00:00:00Z' }),
  ofLearner('withdrawal', {
    course: 'C1',
    presentation: '2024-spring',
    withdrawnOn: '2024-02-01',
    reasonCode: 'left',
    reason: 'Left the house.',
  }),
  ofLearner('activity', {
    course: 'C1',
    presentation: '2024-spring',
    activity: 'Q1',
    activityKind: 'quiz',
    score: '13',
    carriedOver: true,
    reportedOn: '2024-01-02',
  }),
  ofLearner('activity', {
    course: 'C1',
    activity: 'L1',
    activityKind: 'lesson',
    percent: 100,
    reportedAt: '2024-01-02T00:00:00Z',
  }),
  ofLearner('activity', { course: 'C1', activity: 'A1', activityKind: 'attendance', count: 2, reportedOn: '2024-01-02' }),
  ofLearner('completion', {
    course: 'C1',
    presentation: '2024-spring',
    completedOn: '2024-01-03',
    grade: 'A',
    honours: 'Distinction',
  }),
  ofLearner('plan-completion', { learningPlan: 'P1', completedAt: '2024-01-03T00:00:00+02:00' }),
  ofLearner('assignment', { scheme: 'S1', assignedOn: '2024-01-01', start: '2024-02-01', due: '2024-03-01T12:00:00Z' }),
  ofLearner('assignment', { scheme: 'S1', completeWithin: 'P30D' }),
  ofLearner('correction', { name: 'Ada Lovelace' }),
  ofLearner('correction', { contact: 'lovelace@example.org' }),
  ofLearner('group-change', { groups: [] }),
  ofLearner('person-binding', { person: 'ada.lovelace' }),
  ofLearner('assignment-start', { scheme: 'S1', startedOn: '2024-02-01' }),
  ofLearner('assignment-withdrawal', { scheme: 'S1', reasonCode: 'moved', reason: 'Works elsewhere.' }),
  ofLearner('approval', { course: 'C1', presentation: '2024J', label: 'instructor', approvedOn: '2024-02-01' }),
  ofLearner('approval', {
    scheme: 'S1',
    label: 'board',
    approvedAt: '2024-02-01T00:00:00Z',
    reasonCode: 'seen',
    reason: 'Seen in the workshop.',
  }),
  ofLearner('submission', { ...ofLabel, evidenceKind: 'external-training', completedAt: '2024-02-01T00:00:00Z' }),
  ofLearner('submission', {
    ...ofLabel,
    title: 'Scheme',
    evidenceKind: 'credential-document',
    issuedOn: '2024-02-01',
    submittedOn: '2024-02-02',
    validUntil: '2025-02-01',
    attachment: 'ab'.repeat(32),
    note: 'See stamp.',
  }),
  ofLearner('submission-withdrawal', ofLabel),
  ofLearner('submission-approval', { ...ofLabel, reasonCode: 'seen', reason: 'Compared.' }),
  ofLearner('submission-decline', { ...ofLabel, reasonCode: 'unclear', reason: 'Cut off.' }),
  ofLearner('source-check', { ...ofLabel, authority: 'Chamber', how: 'register', checkedOn: '2024-02-01' }),
  ofLearner('award', { scheme: 'S1', awardedOn: '2024-02-01', reasonCode: 'equivalent', reason: 'Holds the like.' }),
  ofLearner('award-approval', { scheme: 'S1' }),
  ofLearner('award-approval', { scheme: 'S1', reasonCode: 'seen', reason: 'Looked at.' }),
  ofLearner('award-decline', { scheme: 'S1', reasonCode: 'unclear', reason: 'Not shown.' }),
  ofLearner('revocation', { scheme: 'S1', cycle: 1, reasonCode: 'issued-in-error', reason: 'Two were mixed up.' }),
  ofLearner('fact-correction', { corrects: 7, to: { validUntil: null }, reasonCode: 'misread', reason: 'It never ends.' }),
  ofLearner('fact-correction', { corrects: { course: 'C1' }, withdraw: true, reasonCode: 'other', reason: 'It was Bob.' }),
  ofLearner('suspension', { scheme: 'S1', reasonCode: 'under-inquiry', reason: 'A complaint came in.' }),
  ofLearner('reinstatement', { scheme: 'S1', reasonCode: 'cleared', reason: 'It was somebody else.' }),
  ofLearner('scope-reduction', { scheme: 'S1', covers: 'Up to 3 m.', reasonCode: 'eyesight', reason: 'By the doctor.' }),
  ofLearner('waiver', { scheme: 'S1', lastDay: '2024-12-31', evidence: 'A letter.', reasonCode: 'leave', reason: 'Away.' }),
  ofLearner('waiver-end', { scheme: 'S1', reasonCode: 'returned', reason: 'Back at work.' }),
  ofLearner('renewal', { scheme: 'S1', alternative: '/any/0', openedOn: '2025-01-10' }),
  ofLearner('renewal', { scheme: 'S1', openedAt: '2025-01-10T09:00:00Z', reasonCode: 'asked', reason: 'By telephone.' }),
  ofLearner('renewal-withdrawal', { scheme: 'S1', reasonCode: 'other-way', reason: 'Takes the other course.' }),
];

const issuesOf = (value: unknown): readonly z.core.$ZodIssue[] => rowSchema.safeParse(value).error?.issues ?? [];
const missesItsDate = (value: unknown): boolean =>
  issuesOf(value).length > 0 && issuesOf(value).every((issue) => issue.code === 'custom' && issue.params === DATE_MISSING);

describe('rows', () => {
  it.each(rows.map((whole) => [whole.kind, whole] as const))('a whole %s row fits', (_kind, whole) => {
    expect(issuesOf(whole)).toEqual([]);
  });

  it.each(rows.map((whole) => [whole.kind, whole] as const))(
    'a %s row with a field that it does not have is refused',
    (_, whole) => {
      expect(issuesOf({ ...whole, colour: 'red' })).toEqual([expect.objectContaining({ code: 'unrecognized_keys' })]);
    },
  );

  const timed = [
    ['enrolment', { course: 'C1' }, 'enrolled'],
    ['withdrawal', { course: 'C1' }, 'withdrawn'],
    ['activity', { course: 'C1', activity: 'Q1', activityKind: 'quiz' }, 'reported'],
    ['completion', { course: 'C1' }, 'completed'],
    ['plan-completion', { learningPlan: 'P1' }, 'completed'],
    ['assignment-start', { scheme: 'S1' }, 'started'],
    ['approval', { course: 'C1', label: 'instructor' }, 'approved'],
    ['award', { scheme: 'S1', reasonCode: 'equivalent', reason: 'Holds the like.' }, 'awarded'],
  ] as const;
  it.each(timed)('%s needs its instant or its date and is told apart without one; both are too much', (kind, more, time) => {
    const at = { [`${time}At`]: '2024-01-01T00:00:00Z' };
    const on = { [`${time}On`]: '2024-01-01' };
    expect(issuesOf(ofLearner(kind, { ...more, ...at }))).toEqual([]);
    expect(issuesOf(ofLearner(kind, { ...more, ...on }))).toEqual([]);
    const [missing] = issuesOf(ofLearner(kind, more));
    expect(missing!.message).toBe(`Give either ${time}At (an instant) or ${time}On (a date).`);
    expect(missesItsDate(ofLearner(kind, more))).toBe(true);
    expect(issuesOf(ofLearner(kind, { ...more, ...at, ...on }))).toHaveLength(1);
    expect(missesItsDate(ofLearner(kind, { ...more, ...at, ...on }))).toBe(false);
    // What is wrong in another way, too, is no row that only lacks its date.
    expect(missesItsDate(ofLearner(kind, { ...more, colour: 'red' }))).toBe(false);
  });

  it('a document has its day of issue, a training the time of its completion, and each was handed in once', () => {
    const row = (evidenceKind: string, more: Row): Row => ofLearner('submission', { ...ofLabel, evidenceKind, ...more });
    expect(issuesOf(row('credential-document', { issuedOn: '2024-01-01' }))).toEqual([]);
    expect(issuesOf(row('external-training', { completedOn: '2024-01-01' }))).toEqual([]);
    expect(missesItsDate(row('credential-document', {}))).toBe(true);
    expect(missesItsDate(row('external-training', {}))).toBe(true);
    for (const [evidenceKind, more] of [
      ['credential-document', { completedOn: '2024-01-01' }],
      ['external-training', { issuedOn: '2024-01-01' }],
      ['external-training', { completedOn: '2024-01-01', completedAt: '2024-01-01T00:00:00Z' }],
    ] as const) {
      expect(issuesOf(row(evidenceKind, more))).toHaveLength(1);
      expect(missesItsDate(row(evidenceKind, more))).toBe(false);
    }
    const twice = { completedOn: '2024-01-01', submittedOn: '2024-01-02', submittedAt: '2024-01-02T00:00:00Z' };
    expect(issuesOf(row('external-training', twice))[0]!.message).toMatch(/only one of submittedAt/);
  });

  it('an assignment may have either time, not both, and one way to say when it is due', () => {
    const assignment = (more: Row): Row => ofLearner('assignment', { scheme: 'S1', ...more });
    expect(issuesOf(assignment({}))).toEqual([]);
    expect(issuesOf(assignment({ assignedOn: '2024-01-01', assignedAt: '2024-01-01T00:00:00Z' }))).toHaveLength(1);
    expect(issuesOf(assignment({ due: '2024-03-01', completeWithin: 'P1M' }))).toHaveLength(1);
    expect(issuesOf(assignment({ due: 'next week' }))[0]!.message).toMatch(/date \(YYYY-MM-DD\) or an RFC 3339 instant/);
  });

  it('what must be one of several is exactly one', () => {
    const reason = { reasonCode: 'superseded', reason: 'Replaced.' };
    const messagesOf = (value: unknown): readonly string[] => issuesOf(value).map(({ message }) => message);
    const ofThree = 'Give exactly one of course, learningPlan and scheme: what is retired.';
    expect(messagesOf(row('retirement', reason))).toEqual([ofThree]);
    expect(messagesOf(row('retirement', { course: 'C1', scheme: 'S1', ...reason }))).toEqual([ofThree]);
    const ofTwo = 'Give either the course or the scheme whose criteria ask for the approval.';
    const approval = { label: 'board', approvedOn: '2024-02-01' };
    expect(messagesOf(ofLearner('approval', approval))).toEqual([ofTwo]);
    expect(messagesOf(ofLearner('approval', { course: 'C1', scheme: 'S1', ...approval }))).toEqual([ofTwo]);
    const run = { scheme: 'S1', presentation: '2024J', ...approval };
    expect(messagesOf(ofLearner('approval', run))).toEqual(['Only a course has presentations.']);
    expect(messagesOf(ofLearner('correction', {}))).toEqual(['Give a name, a contact or both.']);
  });

  it.each(['award', 'award-decline', 'revocation', 'suspension', 'reinstatement', 'waiver-end', 'assignment-withdrawal'])(
    '%s says why, with a code and a text',
    (kind) => {
      const whole = {
        scheme: 'S1',
        reasonCode: 'seen',
        reason: 'Seen.',
        ...(kind === 'award' ? { awardedOn: '2024-01-01' } : {}),
      };
      expect(issuesOf(ofLearner(kind, whole))).toEqual([]);
      const { reasonCode: _, ...withoutCode } = whole;
      expect(issuesOf(ofLearner(kind, withoutCode)).map(({ path }) => path)).toEqual([['reasonCode']]);
      expect(issuesOf(ofLearner(kind, { ...whole, reason: '' })).map(({ path }) => path)).toEqual([['reason']]);
      expect(issuesOf(ofLearner(kind, { ...whole, reasonCode: 'Two Words' })).map(({ path }) => path)).toEqual([['reasonCode']]);
    },
  );

  it.each(['approval', 'award-approval'])('%s says why with both, or not at all', (kind) => {
    const whole = { scheme: 'S1', ...(kind === 'approval' ? { label: 'board', approvedOn: '2024-01-01' } : {}) };
    expect(issuesOf(ofLearner(kind, whole))).toEqual([]);
    expect(issuesOf(ofLearner(kind, { ...whole, reason: 'Seen.' }))).toEqual([
      expect.objectContaining({ message: 'Give both reasonCode and reason, or neither.' }),
    ]);
  });

  it.each(['NaN', '-1', '1e2', '1,5', '.5', '1234567', '1.23456', '', '014', '00.5'])('a score of %j is no score', (score) => {
    const activity = { course: 'C1', activity: 'Q1', activityKind: 'quiz', reportedOn: '2024-01-01', score };
    expect(issuesOf(ofLearner('activity', activity))).toEqual([expect.objectContaining({ path: ['score'] })]);
  });

  it('an id that no address can hold is refused where it is new, and only there', () => {
    for (const learner of ['..', ' emp-1']) {
      expect(issuesOf(row('learner', { learner }))).toEqual([expect.objectContaining({ path: ['learner'] })]);
      expect(issuesOf(row('enrolment', { learner, course: 'C1', enrolledOn: '2024-01-01' }))).toEqual([]);
    }
  });

  it('lists and reasons end where they are said to end', () => {
    const groups = (count: number): Row => ofLearner('learner', { groups: Array.from({ length: count }, (_, at) => `G${at}`) });
    expect(issuesOf(groups(GROUPS_PER_LEARNER_MAX))).toEqual([]);
    expect(issuesOf(groups(GROUPS_PER_LEARNER_MAX + 1))).toHaveLength(1);
    const changed = (count: number): Row => ({ ...groups(count), kind: 'group-change' });
    expect(issuesOf(changed(GROUPS_PER_LEARNER_MAX))).toEqual([]);
    expect(issuesOf(changed(GROUPS_PER_LEARNER_MAX + 1))).toHaveLength(1);
    const visits = (count: number): Row =>
      ofLearner('activity', { course: 'C1', activity: 'A1', activityKind: 'attendance', count, reportedOn: '2024-01-02' });
    expect(issuesOf(visits(ACTIVITY_COUNT_MAX))).toEqual([]);
    expect(issuesOf(visits(ACTIVITY_COUNT_MAX + 1))).toHaveLength(1);
    const reason = (length: number): Row =>
      ofLearner('withdrawal', { course: 'C1', withdrawnOn: '2024-02-01', reasonCode: 'left', reason: 'x'.repeat(length) });
    expect(issuesOf(reason(REASON_CHARACTERS_MAX))).toEqual([]);
    expect(issuesOf(reason(REASON_CHARACTERS_MAX + 1))).toHaveLength(1);
    const { reason: _, ...codeOnly } = reason(1);
    expect(issuesOf(codeOnly)[0]!.message).toBe('Give both reasonCode and reason, or neither.');
  });

  it('every field that is no text is a column of JSON in a CSV, and no text is', () => {
    const { oneOf = [], anyOf = oneOf } = z.toJSONSchema(rowSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    const isText = (schema: z.core.JSONSchema.BaseSchema): boolean =>
      schema.type === 'string' ||
      typeof schema.const === 'string' ||
      (schema.anyOf ?? []).some((option) => isText(option as z.core.JSONSchema.BaseSchema));
    const fields = anyOf.flatMap((kind) => Object.entries((kind as z.core.JSONSchema.BaseSchema).properties ?? {}));
    expect(fields.length).toBeGreaterThan(60);
    const others = fields.filter(([, schema]) => !isText(schema as z.core.JSONSchema.BaseSchema)).map(([name]) => name);
    expect([...new Set(others)].sort()).toEqual([...JSON_COLUMNS].sort());
  });
});
