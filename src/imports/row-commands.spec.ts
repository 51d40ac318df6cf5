import { catalogueCommandOf, recordCommandOf } from './row-commands.js';
import { isLearnerRow, rowSchema, type DefinitionRow } from './rows.js';

const NOW = '2024-06-01T00:00:00.000Z';
const parse = (kind: string, more: object) => rowSchema.parse({ kind, source: 'hr', row: '1', ...more });
const definition = (kind: string, more: object) => catalogueCommandOf(parse(kind, more) as DefinitionRow);
const ofLearner = (kind: string, more: object = {}) =>
  recordCommandOf(parse(kind, { learner: 'emp-1', ...more }) as Parameters<typeof recordCommandOf>[0], NOW);
const at = { instant: '2024-01-01T00:00:00Z' };

describe('the command of a row', () => {
  it('a definition is sent as its route would send it, without what identifies the row', () => {
    expect(definition('course', { course: 'C1', title: 'Course', responsibleParty: 'Dr. Noor' })).toEqual({
      type: 'DefineCourse',
      course: {
        course: 'C1',
        title: 'Course',
        responsibleParty: 'Dr. Noor',
        responsiblePartySubject: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    const plan = { learningPlan: 'P1', title: 'Plan', criteria: { course: 'C1' } };
    expect(definition('learning-plan', plan)).toEqual({ type: 'DefineLearningPlan', learningPlan: plan });
    expect(definition('group', { group: 'G1', title: 'Group' })).toEqual({ type: 'DefineGroup', group: 'G1', title: 'Group' });
  });

  it("rule 000-5: a scheme's validity is perpetual or a duration; its own kind stands in schemeKind", () => {
    const scheme = { scheme: 'S1', title: 'Scheme', published: '2024-01-01', timeZone: 'UTC', criteria: { course: 'C1' } };
    expect(definition('scheme', { ...scheme, validity: 'perpetual', schemeKind: 'external' })).toEqual({
      type: 'DefineScheme',
      scheme: { ...scheme, kind: 'external', validity: { perpetual: true } },
    });
    expect(definition('scheme', { ...scheme, validity: 'P2Y' })).toMatchObject({ scheme: { validity: { duration: 'P2Y' } } });
  });

  it('a further edition says what number it is meant to be; a retirement names one definition', () => {
    expect(definition('course-edition', { course: 'C1', title: 'Uno', responsibleParty: 'Dr. Noor', edition: 2 })).toEqual({
      type: 'ReviseCourse',
      course: {
        course: 'C1',
        title: 'Uno',
        responsibleParty: 'Dr. Noor',
        responsiblePartySubject: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      edition: 2,
    });
    const plan = { learningPlan: 'P1', title: 'Plan', criteria: { course: 'C1' } };
    expect(definition('learning-plan-edition', plan)).toEqual({ type: 'ReviseLearningPlan', learningPlan: plan });
    const scheme = { scheme: 'S1', title: 'Scheme', published: '2024-01-01', timeZone: 'UTC', criteria: { course: 'C1' } };
    expect(definition('scheme-edition', { ...scheme, validity: 'P2Y', schemeKind: 'external', edition: 3 })).toEqual({
      type: 'ReviseScheme',
      scheme: { ...scheme, kind: 'external', validity: { duration: 'P2Y' } },
      edition: 3,
    });
    const certificate = { scheme: 'S9', published: '2024-01-01', timeZone: 'UTC', validity: { perpetual: true } };
    expect(definition('course', { course: 'C1', title: 'One', certificate })).toEqual({
      type: 'DefineCourse',
      course: { course: 'C1', title: 'One' },
      certificate,
    });
    for (const kind of ['course', 'learningPlan', 'scheme'])
      expect(definition('retirement', { [kind]: 'OLD', reasonCode: 'superseded', reason: 'Replaced.' })).toEqual({
        type: 'Retire',
        kind,
        id: 'OLD',
        reason: { code: 'superseded', text: 'Replaced.' },
        reasonSubject: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
  });

  it('a learner is registered with the groups named', () => {
    expect(ofLearner('learner', { name: 'Ada', groups: ['G1'] })).toMatchObject({
      type: 'RegisterLearner',
      learner: 'emp-1',
      name: 'Ada',
      groups: ['G1'],
    });
  });

  const course = 'C1';
  const instants: readonly [kind: string, more: object, command: object][] = [
    ['enrolment', { course, enrolledAt: at.instant }, { type: 'Enrol', course, effective: at }],
    ['withdrawal', { course, withdrawnAt: at.instant }, { type: 'WithdrawEnrolment', course, effective: at }],
    ['completion', { course, completedAt: at.instant }, { type: 'CompleteCourse', course, effective: at }],
    [
      'plan-completion',
      { learningPlan: 'P1', completedAt: at.instant },
      { type: 'CompletePlan', learningPlan: 'P1', effective: at },
    ],
    [
      'activity',
      { course, activity: 'Q1', activityKind: 'quiz', reportedAt: at.instant, score: '7.5' },
      { type: 'ReportActivity', course, activity: 'Q1', kind: 'quiz', effective: at, score: '7.5' },
    ],
  ];
  it.each(instants)('a row of kind %s keeps its instant', (kind, more, command) => {
    expect(ofLearner(kind, more)).toMatchObject(command);
  });

  const why = { reasonCode: 'seen', reason: 'Seen.' };
  const reason = { code: 'seen', text: 'Seen.' };
  const others: readonly [kind: string, more: object, command: object][] = [
    ['completion', { course, completedOn: '2024-01-01', validUntil: '2025-01-01' }, { validUntil: '2025-01-01' }],
    ['correction', { name: 'Ada' }, { type: 'CorrectDetails', name: 'Ada', contact: undefined }],
    ['group-change', { groups: ['G1'] }, { type: 'ChangeGroups', groups: ['G1'] }],
    ['assignment-start', { scheme: 'S1', startedAt: at.instant }, { type: 'StartAssignment', scheme: 'S1', effective: at }],
    ['assignment-withdrawal', { scheme: 'S1', ...why }, { type: 'WithdrawAssignment', scheme: 'S1', reason }],
    [
      'approval',
      { course, presentation: '2024J', label: 'instructor', approvedAt: at.instant, ...why },
      { type: 'Approve', target: { course, presentation: '2024J' }, label: 'instructor', effective: at, reason },
    ],
    [
      'approval',
      { scheme: 'S1', label: 'board', approvedOn: '2024-01-01' },
      { type: 'Approve', target: { scheme: 'S1' }, effective: { date: '2024-01-01' }, reason: undefined },
    ],
    ['award', { scheme: 'S1', awardedAt: at.instant, ...why }, { type: 'AwardByHand', scheme: 'S1', effective: at, reason }],
    ['award-approval', { scheme: 'S1' }, { type: 'ApproveAward', scheme: 'S1', reason: undefined }],
    ['award-approval', { scheme: 'S1', ...why }, { type: 'ApproveAward', scheme: 'S1', reason }],
    ['award-decline', { scheme: 'S1', ...why }, { type: 'DeclineAward', scheme: 'S1', reason }],
    ['revocation', { scheme: 'S1', cycle: 2, ...why }, { type: 'Revoke', scheme: 'S1', cycle: 2, reason }],
    [
      'fact-correction',
      { corrects: { course }, to: { effective: at }, ...why },
      { type: 'CorrectFact', corrects: { course }, to: { effective: at }, reason },
    ],
    ['fact-correction', { corrects: 7, withdraw: true, ...why }, { type: 'CorrectFact', corrects: 7, to: undefined, reason }],
    ['suspension', { scheme: 'S1', ...why }, { type: 'SuspendCertification', scheme: 'S1', reason }],
    ['reinstatement', { scheme: 'S1', ...why }, { type: 'ReinstateCertification', scheme: 'S1', reason }],
    ['scope-reduction', { scheme: 'S1', covers: 'A.', ...why }, { type: 'ReduceScope', scheme: 'S1', covers: 'A.', reason }],
    [
      'waiver',
      { scheme: 'S1', lastDay: '2024-12-31', evidence: 'B.', ...why },
      { type: 'GrantWaiver', scheme: 'S1', lastDay: '2024-12-31', evidence: 'B.', reason },
    ],
    ['waiver-end', { scheme: 'S1', ...why }, { type: 'EndWaiver', scheme: 'S1', reason }],
    ['renewal', { scheme: 'S1' }, { type: 'OpenRenewal', scheme: 'S1', intent: { how: 'renew-now' }, alternative: undefined }],
    [
      'renewal',
      { scheme: 'S1', alternative: '/any/0', openedOn: '2025-01-10', ...why },
      {
        ...{ type: 'OpenRenewal', scheme: 'S1', intent: { how: 'by-admin', reason }, alternative: '/any/0' },
        effective: { date: '2025-01-10' },
      },
    ],
    ['renewal-withdrawal', { scheme: 'S1', ...why }, { type: 'WithdrawRenewal', scheme: 'S1', reason }],
  ];
  it.each(others)('a row of kind %s says %j', (kind, more, command) => {
    expect(ofLearner(kind, more)).toMatchObject(command);
  });

  it('whatever is said of a course may name its presentation', () => {
    const inSpring = { course, presentation: '2024-spring' };
    const time = '2024-01-01';
    const said = [
      ofLearner('enrolment', { ...inSpring, enrolledOn: time }),
      ofLearner('withdrawal', { ...inSpring, withdrawnOn: time }),
      ofLearner('activity', { ...inSpring, activity: 'Q1', activityKind: 'quiz', reportedOn: time }),
      ofLearner('completion', { ...inSpring, completedOn: time }),
    ];
    for (const command of said) expect(command).toMatchObject(inSpring);
    expect(ofLearner('approval', { ...inSpring, label: 'tutor', approvedOn: time })).toMatchObject({ target: inSpring });
  });

  it('a date stays a date and is never made an instant', () => {
    expect(ofLearner('enrolment', { course, enrolledOn: '2024-01-01' })).toMatchObject({ effective: { date: '2024-01-01' } });
  });

  it('a result is carried over or is not; false is the same as absent', () => {
    const activity = { course, activity: 'Q1', activityKind: 'quiz', reportedAt: at.instant };
    expect(ofLearner('activity', { ...activity, carriedOver: true })).toMatchObject({ carriedOver: true });
    expect(ofLearner('activity', { ...activity, carriedOver: false })).toMatchObject({ carriedOver: undefined });
  });

  it('a withdrawal says why with code and text, or not at all', () => {
    const withdrawal = { course, withdrawnOn: '2024-01-01' };
    const reasoned = ofLearner('withdrawal', { ...withdrawal, reasonCode: 'left', reason: 'Left the house.' });
    expect(reasoned).toMatchObject({ reason: { code: 'left', text: 'Left the house.' } });
    expect(ofLearner('withdrawal', withdrawal)).toMatchObject({ reason: undefined });
  });

  it('an assignment takes dates and instants for its times; without one of its own it is made now', () => {
    const terms = { start: '2024-02-01', due: at.instant };
    expect(ofLearner('assignment', { scheme: 'S1', assignedOn: '2024-01-01', ...terms })).toEqual({
      type: 'AssignScheme',
      scheme: 'S1',
      effective: { date: '2024-01-01' },
      start: { date: '2024-02-01' },
      due: at,
      completeWithin: undefined,
    });
    expect(ofLearner('assignment', { scheme: 'S1', completeWithin: 'P30D' })).toMatchObject({
      effective: { instant: NOW },
      completeWithin: 'P30D',
    });
  });

  it('tells rows about a learner from definitions', () => {
    expect(isLearnerRow(parse('learner', { learner: 'emp-1' }))).toBe(true);
    expect(isLearnerRow(parse('group', { group: 'G1', title: 'Group' }))).toBe(false);
  });
});
