import type { AskedCourse, AskedScheme } from '../../src/catalogue/domain/commands.js';
import { catalogueDecider } from '../../src/catalogue/domain/decider.js';
import { draftDecider } from '../../src/catalogue/domain/draft.js';
import type { KeyRing } from '../../src/ledger/key-ring.js';
import { streamName } from '../../src/ledger/stream-name.js';
import type { RunGolden } from './make-golden.js';

const PARTY = '7b1f0c52-3d0e-4c5e-9a55-0000000ca001';
const REASON = '7b1f0c52-3d0e-4c5e-9a55-0000000ca002';
const DRAFT = '7b1f0c52-3d0e-4c5e-9a55-0000000ca003';
const image = (digit: string) => ({ digest: digit.repeat(64), mediaType: 'image/png' as const });

const course: AskedCourse & { responsibleParty: string } = {
  course: 'rescue-diver',
  title: 'Rescue diver',
  description: 'Five dives and a written test.',
  launchAddress: 'https://example.org/rescue-diver',
  workloadHours: '24.5',
  responsibleParty: 'Capt. Zoé Ångström',
  institution: 'Sea School',
  logo: image('a'),
  activities: [
    { activity: 'theory', kind: 'lesson', title: 'Theory' },
    { activity: 'signals', kind: 'quiz', maxScore: '20' },
    { activity: 'forum', kind: 'participation' },
    { activity: 'log-book', kind: 'project' },
    { activity: 'final', kind: 'assessment' },
    { activity: 'dives', kind: 'attendance' },
  ],
  criteria: {
    all: [
      { lesson: 'theory' },
      { quiz: 'signals', minScore: '14' },
      { any: [{ project: 'log-book' }, { participation: 'forum', minCount: 3 }] },
      { assessment: 'final', minScore: '69.5' },
      { attendance: 'dives', minCount: 5 },
      { approval: 'instructor' },
    ],
  },
  acceptReportedCompletion: true,
};
const certificate = {
  scheme: 'rescue-diver-certificate',
  published: '2024-02-01',
  timeZone: 'Europe/Stockholm',
  validity: { perpetual: true as const },
};
const plan = {
  learningPlan: 'dive-leader',
  title: 'Dive leader',
  description: 'All that a dive leader learns.',
  items: [{ course: 'first-aid' }, { course: 'rescue-diver' }],
  criteria: { notBefore: '2023-01-01', criteria: { atLeast: 1, of: [{ course: 'rescue-diver', minEdition: 1 }] } },
  acceptReportedCompletion: false,
};
const scheme: AskedScheme = {
  scheme: 'dive-leader',
  title: 'Dive leader',
  overview: 'Leads dives down to 30 metres.',
  instructions: 'Bring your log book.',
  issuer: 'Sea School',
  badge: image('b'),
  kind: 'external',
  published: '2024-03-01',
  timeZone: 'Europe/Stockholm',
  validity: { duration: 'P3Y' },
  capByEvidence: true,
  items: [
    { learningPlan: 'dive-leader' },
    { course: 'first-aid' },
    { submission: 'Diving licence' },
    { sitting: 'depth-test' },
    { approval: 'fitness' },
  ],
  criteria: {
    all: [
      { any: [{ learningPlan: 'dive-leader' }, { course: 'first-aid', minEdition: 1 }] },
      { submission: 'Diving licence', kind: 'credential-document', review: 'required' },
      { sitting: 'depth-test' },
      { approval: 'fitness' },
    ],
  },
  award: 'on-approval',
  secondApprover: true,
  priorEvidence: 'count',
  timeToFulfil: {
    start: { date: '2024-04-01' },
    due: { instant: '2024-10-01T00:00:00+02:00', zone: 'Europe/Stockholm' },
    lateEvidence: 'accept-late',
  },
  notices: {
    expiringFrom: 'P60D',
    notices: [{ boundary: 'expiry', when: 'before', offset: 'P14D', channels: ['mail', 'slack'], on: true }],
  },
  renewal: {
    opensBefore: 'P6M',
    closesAfter: 'P1Y',
    criteria: { any: [{ course: 'first-aid' }, { submission: 'Diving licence' }] },
    basis: { kind: 'fixed-anchor', day: '02-29', minimumActive: 'P1Y' },
    early: 'accept',
    validityGrace: 'P1M',
    anniversaryGrace: 'P30D',
  },
  holders: { kind: 'keep' },
};

/** Definitions that say everything which they can say, and a draft's life. */
export async function makeGoldenCatalogue(
  run: RunGolden,
  { organization, keyRing }: { organization: string; keyRing: KeyRing },
): Promise<void> {
  const define = { decider: catalogueDecider, stream: streamName('catalogue', organization) };
  await run({
    ...define,
    command: { type: 'DefineCourse', course: { ...course, responsiblePartySubject: PARTY }, certificate },
    operation: 'define-course',
    body: { ...course, certificate } as never,
    key: 'rescue diver',
    sealed: { responsibleParty: course.responsibleParty },
    samples: ['', '.certificate'],
  });
  await run({
    ...define,
    command: { type: 'DefineLearningPlan', learningPlan: plan },
    operation: 'define-learning-plan',
    body: plan,
    key: 'dive leader plan',
    samples: [''],
  });

  const target = streamName(draftDecider.kind, organization);
  const draft = await keyRing.commandId(organization, target, 'dive leader draft');
  const aboutDraft = { decider: draftDecider, stream: streamName(draftDecider.kind, organization, draft), subject: DRAFT };
  const content = { title: scheme.title, criteria: 'see Ms. Åkerblom' };
  await run({
    ...aboutDraft,
    target,
    command: { type: 'CreateDraft', kind: 'scheme', id: scheme.scheme, content, subject: DRAFT },
    operation: 'create-draft',
    body: { kind: 'scheme', id: scheme.scheme, content },
    key: 'dive leader draft',
    given: { published: false },
    sealed: { content: JSON.stringify(content) },
    samples: [''],
  });
  await run({
    ...aboutDraft,
    command: { type: 'DiscardDraft' },
    operation: 'discard-draft',
    body: { draft },
    key: 'discard',
    given: { published: false },
    samples: [''],
  });

  await run({
    ...define,
    command: { type: 'DefineScheme', scheme, draft: '0b7c5e0a-8d2f-5c9e-9b61-3d1f0a8e4c11' },
    operation: 'publish-draft',
    body: { draft: '0b7c5e0a-8d2f-5c9e-9b61-3d1f0a8e4c11' },
    key: 'dive leader publication',
    samples: [''],
  });
  const revised: AskedScheme = {
    ...scheme,
    renewal: { basis: { kind: 'keep-anniversary-window', within: 'P3M' } },
    holders: { kind: 'must-update', by: { date: '2025-01-01' } },
  };
  await run({
    ...define,
    command: { type: 'ReviseScheme', scheme: revised, edition: 2 },
    operation: 'revise-scheme',
    body: revised as never,
    key: 'dive leader edition two',
    samples: ['.holders'],
  });
  const reason = { code: 'superseded', text: 'Mr. Öberg teaches the new one.' };
  await run({
    ...define,
    command: { type: 'Retire', kind: 'scheme', id: 'rescue-diver-certificate', reason, reasonSubject: REASON },
    operation: 'retire-definition',
    body: { kind: 'scheme', id: 'rescue-diver-certificate', reason },
    key: 'retire certificate',
    sealed: { reason: reason.text },
    samples: [''],
  });
  const group = { group: 'night-shift', title: 'Night shift' };
  await run({
    ...define,
    command: { type: 'DefineGroup', ...group },
    operation: 'define-group',
    body: group,
    key: 'night shift',
    samples: [''],
  });
  const rules = { learnersCorrectOwnNames: true, secondApprover: false };
  await run({
    ...define,
    command: { type: 'ChangeRules', rules },
    operation: 'change-organization-rules',
    body: rules,
    key: 'rules',
    samples: [''],
  });
}
