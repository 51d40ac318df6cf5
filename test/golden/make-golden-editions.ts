import { catalogueDecider } from '../../src/catalogue/domain/decider.js';
import { streamName } from '../../src/ledger/stream-name.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { RunGolden } from './make-golden.js';

const SUBJECT = '7b1f0c52-3d0e-4c5e-9a55-0000000000e1';
const LEARNER = 'emp-4790';
const PUBLICATION = '0190a1b2-0000-7000-8000-0000000000d1';
const first = {
  scheme: 'lifeguard',
  title: 'Lifeguard',
  published: '2024-01-01',
  timeZone: 'Europe/Berlin',
  validity: { perpetual: true as const },
  criteria: { course: 'first-aid' },
};
const second = {
  ...first,
  title: 'Lifeguard and first responder',
  published: '2024-03-01',
  holders: { kind: 'must-update' as const, by: { date: '2030-01-01' } },
};
const whatIf = {
  learners: 12_000,
  gain: 12,
  lose: 0,
  mustUpdate: 310,
  updated: 25,
  moved: 3,
  digest: 'cd'.repeat(32),
  file: { address: 'ef'.repeat(32), subject: '7b1f0c52-3d0e-4c5e-9a55-0000000000e2', size: 40_210 },
};

/** A new edition, counted before, and what it did to a learner who held the first and met the second already. */
export async function makeGoldenEditions(
  run: RunGolden,
  { organization, pseudonym }: { organization: string; pseudonym: (kind: string, id: string) => Promise<string> },
): Promise<void> {
  const define = { decider: catalogueDecider, stream: streamName('catalogue', organization) };
  const about = {
    decider: recordDecider,
    stream: streamName('record', organization, await pseudonym('learner', LEARNER)),
    pseudonymOf: { kind: 'learner', id: LEARNER },
    subject: SUBJECT,
    facts: true,
  };
  await run({
    ...define,
    command: { type: 'DefineScheme', scheme: first },
    operation: 'define-scheme',
    body: first,
    key: 'lifeguard',
    samples: [],
  });
  await run({
    ...about,
    command: { type: 'RegisterLearner', subject: SUBJECT, learner: LEARNER },
    operation: 'register-learner',
    body: { learner: LEARNER },
    key: 'k-4790-1',
    samples: [],
  });
  const done = { course: 'first-aid', effective: { date: '2024-02-15' } };
  await run({
    ...about,
    command: { type: 'CompleteCourse', ...done },
    operation: 'complete-course',
    body: done,
    key: 'k-4790-2',
    samples: [],
  });
  await run({
    ...define,
    command: { type: 'ReviseScheme', scheme: second, edition: 2, whatIf },
    operation: 'publish-draft',
    body: second,
    key: 'lifeguard edition two',
    samples: ['.what-if'],
  });
  await run({
    ...about,
    command: { type: 'ApplyEdition', scheme: 'lifeguard', edition: 2, publishedAt: '2024-03-20T08:00:00.000Z' },
    operation: 'apply-edition',
    body: ['apply-edition', PUBLICATION],
    key: ['apply-edition', PUBLICATION],
    origin: { kind: 'policy', policy: 'reevaluate-after-publication' },
    actor: { key: 'policy', role: 'policy' },
    samples: ['', '.update'],
  });
}
