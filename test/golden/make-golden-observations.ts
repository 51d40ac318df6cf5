import { catalogueDecider } from '../../src/catalogue/domain/decider.js';
import type { Json } from '../../src/shared/json.js';
import { streamName } from '../../src/ledger/stream-name.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { RunGolden } from './make-golden.js';

const SUBJECT = '7b1f0c52-3d0e-4c5e-9a55-0000000000fb';
const LEARNER = 'emp-4799';
const POLICY = {
  origin: { kind: 'policy', policy: 'observe-boundaries' },
  actor: { key: 'policy', role: 'policy' },
} as const;
const SCHEME = {
  scheme: 'rope-access',
  title: 'Rope access',
  published: '2024-01-01',
  timeZone: 'Europe/Berlin',
  validity: { perpetual: true as const },
  criteria: { course: 'first-aid' },
  timeToFulfil: { lateEvidence: 'accept-late' as const },
};

/** A due instant that passed, as it is observed, and the withdrawal of that: what was done in time was told later. */
export async function makeGoldenObservations(
  run: RunGolden,
  around: {
    readonly organization: string;
    readonly pseudonym: (kind: string, id: string) => Promise<string>;
    readonly setNow: (instant: string) => void;
  },
): Promise<void> {
  const { organization, pseudonym, setNow } = around;
  const about = {
    decider: recordDecider,
    stream: streamName('record', organization, await pseudonym('learner', LEARNER)),
    pseudonymOf: { kind: 'learner', id: LEARNER },
    subject: SUBJECT,
    facts: true,
  };
  const observe = async (key: Json): Promise<void> =>
    run({
      ...about,
      ...POLICY,
      command: { type: 'ObserveBoundaries', scheme: SCHEME.scheme },
      operation: 'observe-boundaries',
      body: key,
      key,
      samples: [''],
    });
  setNow('2026-03-20T08:00:00.000Z');
  await run({
    decider: catalogueDecider,
    stream: streamName('catalogue', organization),
    command: { type: 'DefineScheme', scheme: SCHEME },
    operation: 'define-scheme',
    body: SCHEME,
    key: SCHEME.scheme,
    samples: [],
  });
  await run({
    ...about,
    command: { type: 'RegisterLearner', subject: SUBJECT, learner: LEARNER },
    operation: 'register-learner',
    body: { learner: LEARNER },
    key: 'k-4799-1',
    samples: [],
  });
  const asked = { scheme: SCHEME.scheme, effective: { date: '2026-01-15' }, due: { date: '2026-03-01' } };
  await run({
    ...about,
    command: { type: 'AssignScheme', ...asked },
    operation: 'assign-scheme',
    body: asked,
    key: 'k-4799-2',
    samples: [],
  });
  await observe(['overdue', SCHEME.scheme, 1, '2026-03-01T00:00:00+01:00', 0]);
  const done = { course: 'first-aid', effective: { date: '2026-02-20' } };
  await run({
    ...about,
    command: { type: 'CompleteCourse', ...done },
    operation: 'complete-course',
    body: done,
    key: 'k-4799-3',
    samples: [],
  });
  await observe(['withdrawn', SCHEME.scheme, 'overdue', 2]);
}
