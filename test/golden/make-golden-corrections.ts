import { streamName } from '../../src/ledger/stream-name.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import { submissionsOf, type RecordState } from '../../src/record/domain/state.js';
import { stateOf } from '../../src/record/domain/submission.js';
import type { Json } from '../../src/shared/json.js';
import type { RunGolden } from './make-golden.js';

const WRONG_DAY = 'The list of the course says the day before.';
const NOT_SEEN = 'Nobody was on the scaffold that day.';
const OTHER_END = 'The end was misread.';

type Correction = Omit<Extract<RecordCommand, { type: 'CorrectFact' }>, 'type'>;

interface Step {
  readonly correction: Correction;
  readonly samples: readonly string[];
}

/** What was recorded by the steps before these and turns out to be otherwise. */
function steps(state: RecordState): readonly Step[] {
  const practice = state.approvals.find(({ label }) => label === 'practice')!;
  const licence = submissionsOf(state).find((known) => stateOf(known) === 'approved')!;
  return [
    {
      correction: {
        corrects: { course: 'first-aid' },
        to: { effective: { date: '2024-03-14' } },
        reason: { code: 'wrong-day', text: WRONG_DAY },
      },
      samples: ['', ''],
    },
    {
      correction: { corrects: practice.revision, reason: { code: 'not-seen', text: NOT_SEEN } },
      samples: ['.taken-back', '.following', '.following-plan', '.without-ground'],
    },
    {
      correction: {
        corrects: licence.revision,
        to: { validUntil: '2027-07-31' },
        reason: { code: 'misread', text: OTHER_END },
      },
      samples: ['', '.submission'],
    },
    {
      correction: { corrects: licence.revision, reason: { code: 'not-hers', text: OTHER_END } },
      samples: ['.taken-back', '.submission-gone'],
    },
  ];
}

export async function makeGoldenCorrections(
  run: RunGolden,
  {
    organization,
    learner,
    subject,
    pseudonym,
    state,
  }: {
    organization: string;
    learner: string;
    subject: string;
    pseudonym: (kind: string, id: string) => Promise<string>;
    state: (stream: string) => Promise<RecordState>;
  },
): Promise<void> {
  const stream = streamName('record', organization, await pseudonym('learner', learner));
  for (const [index, { correction, samples }] of steps(await state(stream)).entries())
    await run({
      decider: recordDecider,
      stream,
      pseudonymOf: { kind: 'learner', id: learner },
      subject,
      facts: true,
      command: { type: 'CorrectFact', ...correction },
      operation: 'correct-fact',
      body: JSON.parse(JSON.stringify(correction)) as Json,
      key: `correction ${index}`,
      samples,
      sealed: { reason: correction.reason.text },
    });
}
