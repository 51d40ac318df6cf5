import type { Actor } from '../../src/ledger/envelope.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { submissionsOf } from '../../src/record/domain/state.js';
import { stateOf } from '../../src/record/domain/submission.js';
import { isRejection } from '../../src/shared/result.js';
import { fc } from '../support/property.js';
import {
  ADMIN,
  definitions,
  LEARNER,
  LEARNER_AS_ADMIN,
  PureRecord,
  REASON,
  scheme,
  SECOND,
  SERVICE,
  typesOf,
} from '../support/pure-record.js';
import { ReferenceSubmissions, type ReferenceTask, type Told } from '../support/reference-submissions.js';
import { FILE } from '../support/submissions.js';

const LABEL = 'Licence';
const TASKS: readonly ReferenceTask[] = [
  { id: 'plain', asksReview: true, approvers: 1, asksCourse: false },
  { id: 'both', asksReview: true, approvers: 2, asksCourse: true },
  { id: 'trusting', asksReview: false, approvers: 1, asksCourse: false },
];
const facts = definitions(
  ['C1'],
  ...TASKS.map(({ id, asksReview, approvers, asksCourse }) => {
    const leaf = { submission: LABEL, ...(asksReview ? {} : { review: 'none' as const }) };
    const criteria = asksCourse ? { all: [leaf, { course: 'C1' }] } : leaf;
    return scheme(id, criteria, { perpetual: true }, 'UTC', { secondApprover: approvers === 2 });
  }),
);
const REVIEWER: Actor = { key: 'k-reviewer', person: 'd'.repeat(64), role: 'reviewer' };
const ACTORS: readonly Actor[] = [LEARNER, LEARNER_AS_ADMIN, ADMIN, SECOND, { ...SECOND, key: 'k-again' }, REVIEWER, SERVICE];
const START = Date.UTC(2024, 0, 1);
const instantOf = (day: number): string => new Date(START + Math.round(day * 86_400_000)).toISOString();
const dateOf = (day: number): string => instantOf(day).slice(0, 10);

const actor = fc.constantFrom(...ACTORS);
const task = fc.constantFrom(...TASKS);
/** Most of the time one of the few that there are. */
const number = fc.integer({ min: 1, max: 4 });
const day = fc.integer({ min: 140, max: 156 });
/** Most of the time somebody who may. */
const decider = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(SECOND, REVIEWER) }, { weight: 2, arbitrary: actor });
const onSubmission = <Do extends string>(act: Do) => fc.record({ do: fc.constant(act), actor: decider, number });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      actor,
      task,
      kind: fc.constantFrom('training' as const, 'document' as const),
      hasFile: fc.boolean(),
      day,
    }),
  },
  { weight: 6, arbitrary: onSubmission('approve' as const) },
  { weight: 3, arbitrary: onSubmission('decline' as const) },
  { weight: 2, arbitrary: onSubmission('withdraw' as const) },
  { weight: 3, arbitrary: onSubmission('claim' as const) },
  { weight: 3, arbitrary: onSubmission('release' as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('complete' as const), day }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 40 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const history = fc.record({
  due: fc.option(fc.integer({ min: 151, max: 155 })),
  steps: fc.array(step, { maxLength: 30, size: 'max' }),
});

/** The command and what the reference says of it; undefined where only time passes. */
function asked(taken: Step, reference: ReferenceSubmissions): { command: RecordCommand; told: Told } | undefined {
  switch (taken.do) {
    case 'wait':
      reference.now += taken.hours / 24;
      return undefined;
    case 'complete':
      return {
        command: { type: 'CompleteCourse', course: 'C1', effective: { date: dateOf(taken.day) } },
        told: reference.complete(taken.day, TASKS),
      };
    case 'submit':
      return {
        command: {
          type: 'SubmitEvidence',
          scheme: taken.task.id,
          label: LABEL,
          kind: taken.kind === 'training' ? 'external-training' : 'credential-document',
          effective: { date: dateOf(taken.day) },
          ...(taken.hasFile ? { attachment: FILE } : {}),
        },
        told: reference.submit(whoIs(taken.actor), taken.task, taken.kind, taken.hasFile, taken.day),
      };
    case 'approve':
      return {
        command: { type: 'ApproveSubmission', of: taken.number },
        told: reference.approve(whoIs(taken.actor), taken.number),
      };
    case 'decline':
      return {
        command: { type: 'DeclineSubmission', of: taken.number, reason: REASON },
        told: reference.decline(whoIs(taken.actor), taken.number),
      };
    case 'withdraw':
      return {
        command: { type: 'WithdrawSubmission', of: taken.number },
        told: reference.withdraw(whoIs(taken.actor), taken.number),
      };
    case 'claim':
      return { command: { type: 'ClaimReview', of: taken.number }, told: reference.claim(whoIs(taken.actor), taken.number) };
    case 'release':
      return { command: { type: 'ReleaseReview', of: taken.number }, told: reference.release(whoIs(taken.actor), taken.number) };
  }
}
const whoIs = ({ person, role }: Actor) => ({ ...(person === undefined ? {} : { person }), isAdmin: role === 'admin' });

interface Done {
  readonly type: string;
  readonly data: {
    readonly submission?: number;
    readonly scheme?: string;
    readonly resubmits?: number;
    readonly review?: string;
  };
  readonly by: string | undefined;
}

/** What holds of any history, whatever was asked. */
function holds(done: readonly Done[]): void {
  const submitted = done.filter(({ type }) => type === 'EvidenceSubmitted');
  expect(submitted.map(({ data }) => data.submission)).toEqual(submitted.map((_, index) => index + 1));
  const endings = ['SubmissionApproved', 'SubmissionDeclined', 'SubmissionWithdrawn'];
  for (const [index, { data, by }] of submitted.entries()) {
    const own = done.filter((event) => event.data.submission === index + 1);
    // One decision for each, and nothing after it.
    expect(own.findIndex(({ type }) => endings.includes(type))).toBe(
      own.some(({ type }) => endings.includes(type)) ? own.length - 1 : -1,
    );
    const approvers = own
      .filter(({ type }) => type === 'SubmissionApproved' || type === 'SubmissionEndorsed')
      .map((event) => event.by);
    expect(approvers.every((person) => person !== undefined && person !== by && person !== LEARNER.person)).toBe(true);
    expect(new Set(approvers).size).toBe(approvers.length);
    if (data.resubmits === undefined) continue;
    const before = submitted[data.resubmits - 1]!;
    expect([before.data.scheme, data.resubmits < data.submission!]).toEqual([data.scheme, true]);
    expect(done.some(({ type, data: of }) => type === 'SubmissionDeclined' && of.submission === data.resubmits)).toBe(true);
  }
  for (const [index, { type, data }] of done.entries()) {
    if (type !== 'CertificationAwarded') continue;
    const counted = done.slice(0, index).filter((event) => event.data.scheme === data.scheme);
    expect(counted.some((event) => event.type === 'SubmissionApproved' || event.data.review === 'none')).toBe(true);
  }
}

test('001-12 to 001-17: any history of submissions and reviews by any persons is answered as the reference model says', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(history, ({ due, steps }) => {
      const record = PureRecord.bound(facts, instantOf(150.5));
      const assigned = due === null ? undefined : { task: 'plain', due };
      const reference = new ReferenceSubmissions(LEARNER.person!, assigned, 150.5);
      if (due !== null)
        record.do({ type: 'AssignScheme', scheme: 'plain', effective: { date: dateOf(150) }, due: { date: dateOf(due) } });
      const done: Done[] = [];
      for (const taken of steps) {
        const next = asked(taken, reference);
        if (next === undefined) continue;
        record.now = instantOf(reference.now);
        const by = 'actor' in taken ? taken.actor : ADMIN;
        const answer = record.ask(next.command, by);
        if (isRejection(answer)) {
          expect('refused' in next.told ? next.told.refused : [`${answer.code} was refused`]).toContain(answer.code);
          seen.add(answer.code);
          continue;
        }
        expect({ happens: typesOf(answer) }).toEqual(next.told);
        for (const event of record.do(next.command, by)) {
          seen.add(event.type);
          done.push({ type: event.type, data: event.data as Done['data'], by: by.person });
        }
      }
      holds(done);
      const states = submissionsOf(record.state).map((known) => [known.number, stateOf(known), known.resubmits]);
      expect(states).toEqual(
        reference.all.map(({ number: of, state, after }) => [of, state === 'waiting' ? 'submitted' : state, after]),
      );
      for (const { id } of TASKS) {
        const from = reference.awarded.get(id);
        const expected = from === undefined ? [] : [{ date: dateOf(from) }];
        expect(record.cycles(id).map(({ validity }) => validity.from)).toEqual(expected);
        const due = assigned?.task === id ? assigned.due : Infinity;
        const waiting = reference.all.filter(({ task: of, state }) => of.id === id && state === 'waiting');
        const waits = waiting.some((known) => reference.isInTime(known, due));
        if (from === undefined) expect(record.statusAt(id, record.now)?.status === 'awaiting-review').toBe(waits);
      }
    }),
    { numRuns: 300 },
  );
  // A property over nothing would prove nothing.
  const refusals = ['EFFECTIVE_IN_FUTURE', 'ATTACHMENT_REQUIRED', 'SUBMISSION_OPEN', 'SUBMISSION_UNKNOWN', 'SUBMISSION_DECIDED'];
  const ofPersons = ['FOUR_EYES', 'PERSON_REQUIRED', 'REVIEW_CLAIMED', 'NOT_SUBMITTER'];
  const happened = ['EvidenceSubmitted', 'SubmissionApproved', 'SubmissionEndorsed', 'SubmissionDeclined', 'SubmissionWithdrawn'];
  const more = [
    'ReviewClaimed',
    'ReviewReleased',
    'AssignmentStarted',
    'CertificationAwarded',
    'CourseCompleted',
    'LearnerEnrolled',
  ];
  expect([...seen].sort()).toEqual([...refusals, ...ofPersons, ...happened, ...more].sort());
});
