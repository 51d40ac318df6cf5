import { streamName } from '../../src/ledger/stream-name.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { Json } from '../../src/shared/json.js';
import type { RunGolden } from './make-golden.js';

/** Certified by the steps of the record before these. */
const WARDEN = 'fire-warden';
const because = (code: string, text: string) => ({ reason: { code, text } });

interface Step {
  readonly command: RecordCommand;
  readonly sealed: Record<string, string>;
  readonly person?: 'b.schmidt' | 'c.lange';
}

/** What persons decide about a certification after its award, and how it is appealed against. */
const steps = (suspended: number): readonly Step[] => [
  {
    command: {
      type: 'OpenAppeal',
      scheme: WARDEN,
      kind: 'appeal',
      against: suspended,
      ...because('not-so', 'She was on leave.'),
    },
    sealed: { reason: 'She was on leave.' },
    person: 'b.schmidt',
  },
  {
    command: {
      type: 'DecideAppeal',
      scheme: WARDEN,
      appeal: 1,
      outcome: 'partly-upheld',
      remedy: 'Reinstate her for house 9.',
      ...because('half-so', 'The roster shows both.'),
    },
    sealed: { reason: 'The roster shows both.', remedy: 'Reinstate her for house 9.' },
    person: 'c.lange',
  },
  {
    command: { type: 'ReinstateCertification', scheme: WARDEN, ...because('appeal-upheld', 'As Ms Lange decided.') },
    sealed: { reason: 'As Ms Lange decided.' },
  },
  {
    command: { type: 'ReduceScope', scheme: WARDEN, covers: 'House 9 only.', ...because('appeal-upheld', 'The other half.') },
    sealed: { reason: 'The other half.', scope: 'House 9 only.' },
  },
  {
    command: {
      type: 'GrantWaiver',
      scheme: WARDEN,
      lastDay: '2026-12-31',
      evidence: 'Roster of 2026, page 4.',
      ...because('parental-leave', 'Away until Christmas.'),
    },
    sealed: { reason: 'Away until Christmas.', evidence: 'Roster of 2026, page 4.' },
  },
  {
    command: { type: 'EndWaiver', scheme: WARDEN, ...because('returned', 'Back since Monday.') },
    sealed: { reason: 'Back since Monday.' },
  },
];

export async function makeGoldenDecisions(
  run: RunGolden,
  {
    organization,
    learner,
    subject,
    pseudonym,
    revision,
  }: {
    organization: string;
    learner: string;
    subject: string;
    pseudonym: (kind: string, id: string) => Promise<string>;
    /** Of the last event of a stream. */
    revision: (stream: string) => Promise<number>;
  },
): Promise<void> {
  const stream = streamName('record', organization, await pseudonym('learner', learner));
  const about = { decider: recordDecider, stream, pseudonymOf: { kind: 'learner', id: learner }, subject, facts: true };
  const suspend: Step = {
    command: { type: 'SuspendCertification', scheme: WARDEN, ...because('under-inquiry', 'A watch was left.') },
    sealed: { reason: 'A watch was left.' },
  };
  const one = async ({ command, sealed, person }: Step, index: number): Promise<void> => {
    const { type, ...body } = command;
    await run({
      ...about,
      command,
      operation: type,
      body: JSON.parse(JSON.stringify(body)) as Json,
      key: `decision ${index}`,
      samples: [''],
      sealed,
      ...(person === undefined
        ? {}
        : { actor: { key: `key of ${person}`, person: await pseudonym('person', person), role: 'admin' } }),
    });
  };
  await one(suspend, 0);
  for (const [index, step] of steps(await revision(stream)).entries()) await one(step, index + 1);
}
