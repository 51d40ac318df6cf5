import { catalogueDecider, type CatalogueCommand } from '../../src/catalogue/domain/decider.js';
import { streamName } from '../../src/ledger/stream-name.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { Json } from '../../src/shared/json.js';
import type { RunGolden } from './make-golden.js';

/** The definitions that the steps below are about; their own samples are made with the catalogue. */
const DEFINITIONS: readonly CatalogueCommand[] = [
  { type: 'DefineGroup', group: 'site-north', title: 'Site north' },
  {
    type: 'DefineCourse',
    course: {
      course: 'ladder-safety',
      title: 'Ladder safety',
      activities: [
        { activity: 'basics', kind: 'lesson' },
        { activity: 'theory', kind: 'quiz', maxScore: '100' },
      ],
      criteria: { all: [{ lesson: 'basics' }, { quiz: 'theory', minScore: '70' }, { approval: 'practice' }] },
    },
  },
  {
    type: 'DefineCourse',
    course: { course: 'fire-watch', title: 'Fire watch', activities: [{ activity: 'drill', kind: 'attendance' }] },
  },
  {
    type: 'DefineLearningPlan',
    learningPlan: {
      learningPlan: 'site-safety',
      title: 'Site safety',
      criteria: { all: [{ course: 'ladder-safety' }, { course: 'fire-watch' }] },
    },
  },
  {
    type: 'DefineLearningPlan',
    learningPlan: {
      learningPlan: 'toolbox',
      title: 'Toolbox talks',
      criteria: { notBefore: '2026-01-01', criteria: { course: 'fire-watch' } },
      acceptReportedCompletion: true,
    },
  },
  scheme('site-guard', {
    criteria: { all: [{ learningPlan: 'site-safety' }, { approval: 'interview' }] },
    award: 'on-approval',
    secondApprover: true,
  }),
  scheme('fire-warden', { criteria: { course: 'fire-watch' }, secondApprover: false, capByEvidence: true }),
  scheme('site-leader', {
    criteria: { all: [{ course: 'ladder-safety' }, { submission: 'Trade licence' }] },
    secondApprover: true,
  }),
];

function scheme(
  id: string,
  content: Partial<Extract<CatalogueCommand, { type: 'DefineScheme' }>['scheme']> & {
    criteria: Extract<CatalogueCommand, { type: 'DefineScheme' }>['scheme']['criteria'];
  },
): CatalogueCommand {
  const stated = { title: id, published: '2024-01-01', timeZone: 'Europe/Berlin', validity: { duration: 'P1Y' } };
  return { type: 'DefineScheme', scheme: { scheme: id, ...stated, ...content } };
}

const GUARD = 'site-guard';
const LEADER = 'site-leader';
const NOTE = { code: 'seen-in-person', text: 'Watched her on the scaffold of house 9.' };
const at = (instant: string) => ({ instant, zone: 'Europe/Berlin' });

interface Step {
  readonly command: RecordCommand;
  readonly samples: readonly string[];
  readonly sealed?: Record<string, string>;
  /** Who acts, where it is not the administrator of all the samples. */
  readonly person?: 'b.schmidt' | 'c.lange';
}

/** What a learner does and what persons decide about it, each type of event with every field that is sealed in it. */
const STEPS: readonly Step[] = [
  { command: { type: 'ChangeGroups', groups: ['site-north'] }, samples: [''] },
  {
    command: {
      type: 'AssignScheme',
      scheme: GUARD,
      effective: at('2025-04-01T09:00:00+02:00'),
      start: { date: '2025-04-07' },
      due: at('2026-06-30T18:00:00+02:00'),
    },
    samples: [''],
  },
  {
    command: { type: 'StartAssignment', scheme: GUARD, effective: { date: '2025-04-07' } },
    samples: [''],
  },
  { command: { type: 'AssignScheme', scheme: 'fire-warden', effective: { date: '2025-04-01' } }, samples: ['.open-ended'] },
  { command: { type: 'AssignScheme', scheme: LEADER, effective: { date: '2025-04-01' } }, samples: [] },
  {
    command: { type: 'WithdrawAssignment', scheme: LEADER, reason: { code: 'not-needed', text: 'Moved to the office.' } },
    samples: [''],
    sealed: { reason: 'Moved to the office.' },
  },
  { command: { type: 'Enrol', course: 'fire-watch', effective: { date: '2025-03-01' } }, samples: [] },
  {
    command: {
      type: 'WithdrawEnrolment',
      course: 'fire-watch',
      effective: { date: '2025-03-20' },
      reason: { code: 'illness', text: 'A broken wrist.' },
    },
    samples: [''],
    sealed: { reason: 'A broken wrist.' },
  },
  {
    command: {
      type: 'ReportActivity',
      course: 'fire-watch',
      activity: 'drill',
      kind: 'attendance',
      effective: { date: '2025-03-21' },
      count: 1,
    },
    samples: ['.after-withdrawal'],
  },
  { command: { type: 'Enrol', course: 'ladder-safety', effective: { date: '2025-04-08' } }, samples: [] },
  {
    command: {
      type: 'ReportActivity',
      course: 'ladder-safety',
      activity: 'basics',
      kind: 'lesson',
      effective: { date: '2025-04-09' },
      percent: 100,
    },
    samples: [''],
  },
  {
    command: {
      type: 'ReportActivity',
      course: 'ladder-safety',
      activity: 'theory',
      kind: 'quiz',
      effective: { date: '2025-04-01' },
      score: '71.5',
      carriedOver: true,
    },
    samples: ['.carried-over'],
  },
  {
    command: {
      type: 'Approve',
      target: { course: 'ladder-safety' },
      label: 'practice',
      effective: { date: '2025-05-02' },
      reason: NOTE,
    },
    samples: ['', '.criteria'],
    sealed: { reason: NOTE.text },
  },
  {
    command: {
      type: 'CompleteCourse',
      course: 'fire-watch',
      effective: { date: '2025-05-20' },
      grade: '2,7 (gut)',
      honours: 'Best of the year',
      validUntil: '2026-04-30',
    },
    samples: ['.by-completion', '', '', '.by-evidence', ''],
    sealed: { grade: '2,7 (gut)', honours: 'Best of the year' },
  },
  { command: { type: 'CompletePlan', learningPlan: 'toolbox', effective: { date: '2025-05-21' } }, samples: ['.reported'] },
  {
    command: { type: 'Approve', target: { scheme: GUARD }, label: 'interview', effective: at('2025-05-28T10:15:00+02:00') },
    samples: ['.scheme', ''],
  },
  {
    command: { type: 'ApproveAward', scheme: GUARD, reason: NOTE },
    samples: [''],
    sealed: { reason: NOTE.text },
    person: 'b.schmidt',
  },
  {
    command: { type: 'ApproveAward', scheme: GUARD, reason: { code: 'agreed', text: 'I agree with Mr Schmidt.' } },
    samples: ['.on-approval'],
    sealed: { reason: 'I agree with Mr Schmidt.' },
    person: 'c.lange',
  },
  {
    command: { type: 'Revoke', scheme: GUARD, reason: { code: 'misconduct', text: 'Left her post twice.' } },
    samples: [''],
    sealed: { reason: 'Left her post twice.' },
  },
  {
    command: { type: 'AwardByHand', scheme: LEADER, effective: { date: '2025-06-02' }, reason: NOTE },
    samples: ['.by-hand'],
    sealed: { reason: NOTE.text },
  },
  {
    command: { type: 'DeclineAward', scheme: LEADER, reason: { code: 'too-soon', text: 'Half a year on site is too little.' } },
    samples: [''],
    sealed: { reason: 'Half a year on site is too little.' },
    person: 'b.schmidt',
  },
  {
    command: { type: 'Enrol', course: 'fire-watch', presentation: '2025-autumn', effective: { date: '2025-09-01' } },
    samples: [''],
  },
];

export async function makeGoldenRecord(
  run: RunGolden,
  {
    organization,
    learner,
    subject,
    pseudonym,
  }: { organization: string; learner: string; subject: string; pseudonym: (kind: string, id: string) => Promise<string> },
): Promise<void> {
  const stream = streamName('catalogue', organization);
  for (const [index, command] of DEFINITIONS.entries())
    await run({
      decider: catalogueDecider,
      stream,
      command,
      operation: command.type,
      body: null,
      key: `record ${index}`,
      samples: [],
    });
  const about = {
    decider: recordDecider,
    stream: streamName('record', organization, await pseudonym('learner', learner)),
    pseudonymOf: { kind: 'learner', id: learner },
    subject,
    facts: true,
  };
  const bind: Step = { command: { type: 'BindToPerson', person: await pseudonym('person', 'z.maier') }, samples: [''] };
  for (const [index, { command, samples, sealed, person }] of [bind, ...STEPS].entries()) {
    const { type, ...body } = command;
    await run({
      ...about,
      command,
      operation: type,
      body: JSON.parse(JSON.stringify(body)) as Json,
      key: `task ${index}`,
      samples,
      ...(sealed === undefined ? {} : { sealed }),
      ...(person === undefined
        ? {}
        : { actor: { key: `key of ${person}`, person: await pseudonym('person', person), role: 'admin' } }),
    });
  }
}
