import {
  ADMIN,
  catalogueOf,
  catalogueWith,
  courseOf,
  definitions,
  LEARNER,
  LEARNER_AS_ADMIN,
  NOW,
  PureRecord,
  REASON,
  scheme,
  SECOND,
  SERVICE,
  SUBJECT,
  typesOf,
} from '../../../test/support/pure-record.js';
import type { SchemeContent } from '../../catalogue/domain/content.js';
import { emptyCatalogue, latest } from '../../catalogue/published.js';
import { windowOf } from './earning.js';
import type { Of } from './commands.js';
import { evaluateScheme } from './scheme-evidence.js';
import { standingOf } from './state.js';

const C1 = { course: 'C1' };
const on = (date: string) => ({ date });
const THIRD = { ...SECOND, key: 'k-third', person: 'd'.repeat(64) };
const facts = (more: Partial<SchemeContent> = {}) => definitions(['C1', 'C2'], scheme('S', C1, { duration: 'P1Y' }, 'UTC', more));
const approve: Of<'ApproveAward'> = { type: 'ApproveAward', scheme: 'S' };
const decline: Of<'DeclineAward'> = { type: 'DeclineAward', scheme: 'S', reason: REASON };
const byHand: Of<'AwardByHand'> = { type: 'AwardByHand', scheme: 'S', effective: on('2024-02-01'), reason: REASON };
const revoke: Of<'Revoke'> = { type: 'Revoke', scheme: 'S', reason: REASON };

describe('an award on approval', () => {
  const proposed = (more: Partial<SchemeContent> = {}): PureRecord => {
    const record = PureRecord.bound(facts({ award: 'on-approval', ...more }));
    record.complete('C1', '2024-03-15');
    return record;
  };

  test('waits for a person; its validity counts from the completion and not from the approval', () => {
    const record = proposed();
    expect(record.events.at(-1)).toMatchObject({
      type: 'AwardProposed',
      data: {
        proposal: 1,
        how: 'on-approval',
        approvals: 1,
        effective: on('2024-03-15'),
        checklist: [{ satisfied: true, by: 3 }],
      },
    });
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'awaiting-review', valid: false, proposal: 1 });
    expect(record.do({ ...approve, reason: REASON })).toMatchObject([
      {
        type: 'CertificationAwarded',
        data: {
          how: 'on-approval',
          proposal: 1,
          effective: on('2024-03-15'),
          validity: { lastValidDay: '2025-03-15' },
          checklist: [{ satisfied: true, by: 3 }],
          reason: REASON.text,
        },
      },
    ]);
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'certified', valid: true });
    expect(record.refusal(approve)).toBe('NO_PROPOSAL');
  });

  test('four eyes: neither the learner nor a key without a person approves or declines', () => {
    const record = proposed();
    for (const command of [approve, decline]) {
      expect(record.refusal(command, LEARNER)).toBe('FOUR_EYES');
      expect(record.refusal(command, LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
      expect(record.refusal(command, SERVICE)).toBe('PERSON_REQUIRED');
      expect(record.refusal({ ...command, scheme: 'X' })).toBe('SCHEME_UNKNOWN');
    }
  });

  test('with a second approver: another person, neither twice the same nor the same by another key', () => {
    const record = proposed({ secondApprover: true });
    expect(record.do({ ...approve, reason: REASON })).toMatchObject([
      { type: 'AwardEndorsed', data: { proposal: 1, reasonCode: REASON.code } },
    ]);
    expect(record.statusAt('S', NOW)?.status).toBe('awaiting-review');
    expect(record.refusal(approve)).toBe('FOUR_EYES');
    expect(record.refusal(approve, { ...ADMIN, key: 'k-other' })).toBe('FOUR_EYES');
    expect(typesOf(record.do(approve, SECOND))).toEqual(['CertificationAwarded']);
  });

  test('the organization asks for a second approver wherever the scheme says nothing', () => {
    const rules = { ...emptyCatalogue.rules, secondApprover: true };
    const asks = (more: Partial<SchemeContent>): readonly string[] => {
      const record = PureRecord.registered(
        catalogueWith(facts({ award: 'on-approval', ...more }), { type: 'ChangeRules', rules }),
      );
      record.complete('C1', '2024-03-15');
      return typesOf(record.do(approve));
    };
    expect(asks({})).toEqual(['AwardEndorsed']);
    expect(asks({ secondApprover: false })).toEqual(['CertificationAwarded']);
  });

  test('declined it stays open: new evidence proposes it again, and the first stays declined', () => {
    const record = proposed();
    expect(record.do(decline)).toMatchObject([{ type: 'AwardDeclined', data: { proposal: 1, reason: REASON.text } }]);
    expect(record.refusal(approve)).toBe('NO_PROPOSAL');
    expect(record.statusAt('S', NOW)).toBeUndefined();
    expect(record.complete('C1', '2024-04-01').at(-1)).toMatchObject({ type: 'AwardProposed', data: { proposal: 2 } });
    record.do(approve);
    expect(record.state.schemes['S']?.proposals.map(({ closed }) => closed)).toEqual(['declined', 'awarded']);
  });

  test('while one waits, further evidence proposes nothing more, and nobody awards it by hand', () => {
    const record = proposed();
    expect(typesOf(record.complete('C1', '2024-04-01'))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
    expect(record.refusal(byHand)).toBe('PROPOSAL_OPEN');
  });

  test('is awarded under the edition that proposed it, whatever came since', () => {
    const record = proposed();
    const next = scheme('S', C1, { perpetual: true }, 'UTC', { award: 'on-approval' });
    record.facts = catalogueWith(record.facts, { type: 'ReviseScheme', scheme: next });
    expect(record.do(approve)).toMatchObject([{ data: { edition: 1, validity: { lastValidDay: '2025-03-15' } } }]);
  });

  test('late stays with the proposal until it is awarded', () => {
    const more = { award: 'on-approval', timeToFulfil: { due: on('2024-03-01'), lateEvidence: 'accept-late' } } as const;
    const record = PureRecord.registered(facts(more));
    record.do({ type: 'AssignScheme', scheme: 'S', effective: on('2024-01-01') });
    record.complete('C1', '2024-03-15');
    record.do(approve);
    expect(record.events.slice(-2)).toMatchObject([
      { type: 'AwardProposed', data: { assignment: 1, late: true } },
      { type: 'CertificationAwarded', data: { assignment: 1, late: true } },
    ]);
  });
});

describe('000-1d: an award by hand', () => {
  test('000-1d: with a second approver it is a proposal, which who proposed it does not approve', () => {
    const record = PureRecord.bound(facts({ secondApprover: true }));
    expect(record.do(byHand)).toMatchObject([
      { type: 'AwardProposed', data: { how: 'by-hand', approvals: 1, reason: REASON.text, checklist: [{ satisfied: false }] } },
    ]);
    expect(record.refusal(approve)).toBe('FOUR_EYES');
    expect(record.do(approve, SECOND)).toMatchObject([
      { type: 'CertificationAwarded', data: { how: 'by-hand', proposal: 1, effective: on('2024-02-01') } },
    ]);
  });

  test('000-1d: nobody awards oneself', () => {
    const record = PureRecord.bound(facts());
    expect(record.refusal(byHand, LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
    expect(record.refusal(byHand, ADMIN)).toBeUndefined();
  });

  test('000-1d: it fulfils what is assigned, even what was missed', () => {
    const record = PureRecord.registered(facts());
    record.do({ type: 'AssignScheme', scheme: 'S', effective: on('2024-01-01'), due: on('2024-01-15') });
    expect(record.statusAt('S', NOW)?.status).toBe('missed');
    expect(record.do(byHand)).toMatchObject([{ data: { assignment: 1 } }]);
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'certified', cycle: 1 });
  });
});

describe('a revocation with a second approver', () => {
  const held = (): PureRecord => {
    const record = PureRecord.bound(facts({ secondApprover: true }));
    record.complete('C1', '2024-03-15');
    return record;
  };

  test('waits for another person who asks for the same; until then the certification holds', () => {
    const record = held();
    expect(record.refusal(revoke, LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
    expect(record.do(revoke)).toMatchObject([{ type: 'RevocationProposed', data: { cycle: 1, reason: REASON.text } }]);
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'certified', valid: true });
    expect(record.refusal(revoke)).toBe('FOUR_EYES');
    expect(typesOf(record.do(revoke, SECOND))).toEqual(['CertificationRevoked']);
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'revoked', valid: false });
    expect(record.refusal(revoke, THIRD)).toBe('ALREADY_REVOKED');
  });
});

describe('validity', () => {
  const capped = (validity: SchemeContent['validity'], more: Partial<SchemeContent> = { capByEvidence: true }) =>
    PureRecord.registered(
      definitions(['C1', 'C2'], scheme('S', { all: [C1, { course: 'C2' }] }, validity, 'Europe/Berlin', more)),
    );
  const complete = (record: PureRecord, course: string, validUntil?: string) =>
    record.do({ type: 'CompleteCourse', course, effective: on('2024-03-15'), validUntil }).at(-1)?.data;

  test.each<[string, SchemeContent['validity'], readonly (string | undefined)[], object]>([
    [
      'its own end, where all evidence is valid longer',
      { duration: 'P1Y' },
      ['2025-03-16', undefined],
      { lastValidDay: '2025-03-15' },
    ],
    [
      'the end of the evidence that ends first',
      { duration: 'P1Y' },
      ['2024-12-31', '2024-10-26'],
      { lastValidDay: '2024-10-26', endsAt: '2024-10-27T00:00:00+02:00' },
    ],
    ['a perpetual one ends with its evidence', { perpetual: true }, [undefined, '2027-02-28'], { lastValidDay: '2027-02-28' }],
  ])('001-19: capped by evidence: %s', (_, validity, [first, second], expected) => {
    const record = capped(validity);
    complete(record, 'C1', first);
    expect(complete(record, 'C2', second)).toMatchObject({ validity: { from: on('2024-03-15'), ...expected } });
  });

  test('001-19: capped by evidence: what had ended when the criteria were met is no ground, and a newer completion is', () => {
    const record = capped({ duration: 'P1Y' });
    const done = (course: string, date: string, validUntil?: string) =>
      record.do({ type: 'CompleteCourse', course, effective: on(date), validUntil }).at(-1);
    done('C1', '2024-01-10', '2024-03-14');
    expect(done('C2', '2024-03-15')?.type).toBe('CourseCompleted');
    expect(record.ask({ type: 'Reevaluate', kind: 'scheme', id: 'S' })).toEqual([]);
    // Reported later, it still was there on the day on which it ends.
    expect(done('C1', '2024-03-10', '2024-03-15')?.data).toMatchObject({
      effective: on('2024-03-15'),
      validity: { from: on('2024-03-15'), lastValidDay: '2024-03-15', endsAt: '2024-03-16T00:00:00+01:00' },
      checklist: [{ course: 'C1', effective: on('2024-03-10') }, { course: 'C2' }],
    });
  });

  test('001-19: capped by evidence: what is newer may make the rest too old in turn, until nothing is left that fits', () => {
    const record = capped({ perpetual: true });
    const done = (course: string, date: string, validUntil?: string) =>
      record.do({ type: 'CompleteCourse', course, effective: on(date), validUntil }).at(-1);
    done('C1', '2024-01-01', '2024-01-31');
    done('C2', '2024-02-01', '2024-02-29');
    expect(done('C1', '2024-03-01', '2024-03-31')?.type).toBe('CourseCompleted');
    const [edition, { assignments }] = [latest(record.facts.schemes, 'S')!, standingOf(record.state, 'S')];
    const { evaluation } = evaluateScheme(edition, record.state, windowOf(edition, assignments[0]));
    expect(evaluation).toMatchObject({
      satisfied: false,
      checklist: [
        { course: 'C1', satisfied: true },
        { course: 'C2', satisfied: false, missing: 'only-before' },
      ],
    });
    expect(done('C2', '2024-03-20', '2024-12-31')?.data).toMatchObject({
      validity: { from: on('2024-03-20'), lastValidDay: '2024-03-31' },
    });
  });

  test('001-19: an award by hand is neither supported nor ended by what had ended on its day', () => {
    const record = capped({ duration: 'P1Y' });
    complete(record, 'C1', '2024-04-30');
    const byHand = { type: 'AwardByHand', scheme: 'S', reason: REASON } as const;
    expect(record.ask({ ...byHand, effective: on('2024-04-30') })).toMatchObject([
      { data: { validity: { lastValidDay: '2024-04-30' }, checklist: [{ satisfied: true }, { satisfied: false }] } },
    ]);
    expect(record.ask({ ...byHand, effective: on('2024-05-01') })).toMatchObject([
      { data: { validity: { lastValidDay: '2025-05-01' }, checklist: [{ satisfied: false }, { satisfied: false }] } },
    ]);
  });

  test('001-19: what the evidence says changes nothing where the scheme is not capped by it', () => {
    const record = capped({ duration: 'P1Y' }, {});
    complete(record, 'C1', '2024-04-01');
    expect(complete(record, 'C2', '2024-04-01')).toMatchObject({ validity: { lastValidDay: '2025-03-15' } });
  });

  test('002-1: with a period it is recurring and ends, without one it is perpetual', () => {
    const record = PureRecord.registered(
      definitions(['C1'], scheme('R', C1, { duration: 'P1M' }), scheme('P', C1, { perpetual: true })),
    );
    record.complete('C1', '2024-01-31');
    expect(record.statusAt('R', NOW)).toMatchObject({ status: 'expired', lastValidDay: '2024-02-29' });
    expect(record.statusAt('P', '9999-01-01T00:00:00Z')).toMatchObject({ status: 'certified', valid: true });
  });

  test('001-18: the completion keeps its date and time as it was told', () => {
    const effective = { instant: '2024-03-15T23:30:00-05:00', zone: 'America/New_York' };
    const record = PureRecord.registered(facts());
    record.do({ type: 'CompleteCourse', course: 'C1', effective });
    expect(record.events.at(-1)?.data).toMatchObject({ effective, validity: { from: effective, lastValidDay: '2025-03-16' } });
  });
});

describe('which edition of a course counts', () => {
  test('a leaf that asks for a later edition tells an earlier one from none at all', () => {
    const first = definitions(['C1']);
    const record = PureRecord.registered(first);
    record.complete('C1', '2024-01-01');
    record.facts = catalogueWith(
      first,
      { type: 'ReviseCourse', course: { course: 'C1', title: 'Second' } },
      { type: 'DefineScheme', scheme: scheme('S', { course: 'C1', minEdition: 2 }) },
    );
    expect(record.ask({ type: 'Reevaluate', kind: 'scheme', id: 'S' })).toEqual([]);
    record.do({ ...byHand, effective: on('2023-01-01') });
    expect(record.events.at(-1)?.data).toMatchObject({
      checklist: [{ course: 'C1', minEdition: 2, satisfied: false, missing: 'only-earlier-edition' }],
    });
    const other = PureRecord.registered(record.facts);
    expect(other.complete('C1', '2024-02-01').at(-1)).toMatchObject({
      type: 'CertificationAwarded',
      data: { checklist: [{ minEdition: 2, satisfied: true }] },
    });
  });
});

describe('003-3: an approval that the criteria of a scheme name', () => {
  const record = () =>
    PureRecord.bound(definitions(['C1'], scheme('S', { all: [C1, { approval: 'interview' }] }, { duration: 'P1Y' })));
  const give: Of<'Approve'> = { type: 'Approve', target: { scheme: 'S' }, label: 'interview', effective: on('2024-04-01') };

  test('counts like any other evidence, once, and by another person only', () => {
    const held = record();
    held.complete('C1', '2024-03-15');
    expect(held.refusal({ ...give, label: 'Interview' })).toBe('APPROVAL_UNKNOWN');
    expect(held.refusal({ ...give, target: { scheme: 'X' } })).toBe('SCHEME_UNKNOWN');
    expect(held.refusal(give, LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
    expect(held.do(give)).toMatchObject([
      { type: 'ApprovalGiven', data: { scheme: 'S', edition: 1, label: 'interview' } },
      {
        type: 'CertificationAwarded',
        data: { effective: on('2024-04-01'), checklist: [{ by: 3 }, { approval: 'interview', by: 4 }] },
      },
    ]);
    expect(held.do(give)).toEqual([]);
  });

  test('is work on an assignment, unless it was given before', () => {
    const early = record();
    early.do(give);
    expect(typesOf(early.do({ type: 'AssignScheme', scheme: 'S', effective: on('2024-05-01') }))).toEqual(['SchemeAssigned']);
    const later = record();
    later.do({ type: 'AssignScheme', scheme: 'S', effective: on('2024-03-01') });
    expect(typesOf(later.do(give))).toEqual(['ApprovalGiven', 'AssignmentStarted']);
  });
});

describe('evidence and publication', () => {
  const done = (): PureRecord => {
    const record = PureRecord.registered(definitions(['C1']));
    record.complete('C1', '2024-01-15');
    return record;
  };
  const look: Of<'Reevaluate'> = { type: 'Reevaluate', kind: 'scheme', id: 'S' };
  const published = (more: Partial<SchemeContent>) =>
    definitions(['C1'], { ...scheme('S', C1, { duration: 'P1Y' }, 'UTC', more), published: '2024-01-15' });

  test('000-2: looking again after a publication awards what the evidence earns already, once', () => {
    const record = done();
    record.facts = published({});
    expect(record.do(look)).toMatchObject([{ type: 'CertificationAwarded', data: { effective: on('2024-01-15') } }]);
    expect(record.do(look)).toEqual([]);
    expect(record.do({ ...look, id: 'X' })).toEqual([]);
  });

  test('prior evidence is ignored where the edition says so: effective before its published date, not on it', () => {
    const record = done();
    record.facts = published({ priorEvidence: 'ignore' });
    expect(typesOf(record.do(look))).toEqual(['CertificationAwarded']);
    const earlier = done();
    earlier.facts = definitions(['C1'], {
      ...scheme('S', C1, undefined, 'UTC', { priorEvidence: 'ignore' }),
      published: '2024-01-16',
    });
    expect(earlier.do(look)).toEqual([]);
    expect(typesOf(earlier.complete('C1', '2024-01-16'))).toContain('CertificationAwarded');
  });

  test('a retired scheme is awarded to nobody new, and who holds it keeps it', () => {
    const record = PureRecord.registered(facts());
    record.complete('C1', '2024-03-15');
    record.facts = catalogueWith(facts(), { type: 'Retire', kind: 'scheme', id: 'S', reason: REASON, reasonSubject: SUBJECT });
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'certified', valid: true });
    const other = PureRecord.registered(record.facts);
    expect(typesOf(other.complete('C1', '2024-03-15'))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
    expect(other.refusal(byHand)).toBe('DEFINITION_RETIRED');
    expect(typesOf(record.do(revoke))).toEqual(['CertificationRevoked']);
  });

  test('looking again at a plan completes it, and awards what it earns', () => {
    const record = done();
    record.facts = catalogueOf(
      courseOf('C1', {}),
      { type: 'DefineLearningPlan', learningPlan: { learningPlan: 'P', title: 'Plan', criteria: { all: [C1] } } },
      { type: 'DefineScheme', scheme: scheme('S', { learningPlan: 'P' }) },
    );
    const plan: Of<'Reevaluate'> = { type: 'Reevaluate', kind: 'learningPlan', id: 'P' };
    expect(typesOf(record.do(plan))).toEqual(['LearningPlanCompleted', 'CertificationAwarded']);
    expect(record.do(plan)).toEqual([]);
    expect(record.do({ ...plan, id: 'X' })).toEqual([]);
  });
});
