import { catalogueDecider, type CatalogueCommand } from '../../src/catalogue/domain/decider.js';
import { streamName } from '../../src/ledger/stream-name.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { Json } from '../../src/shared/json.js';
import type { RunGolden } from './make-golden.js';

const SUBJECT = '7b1f0c52-3d0e-4c5e-9a55-0000000000e3';
const LEARNER = 'emp-4791';
const because = (code: string, text: string) => ({ code, text });
const ASKED = because('asked-by-telephone', 'She called from house 9.');
const OTHER_WAY = because('other-way', 'She takes the refresher instead.');
const NO_LINK = because('link-not-used', 'The link in the mail did not open.');
const BEFORE_THE_PANEL = because('shown', 'Shown before the panel.');

const scheme = (id: string, more: object): CatalogueCommand => ({
  type: 'DefineScheme',
  scheme: {
    scheme: id,
    title: id,
    published: '2024-01-01',
    timeZone: 'Europe/Berlin',
    validity: { duration: 'P2Y' },
    criteria: { any: [{ course: 'first-aid' }, { course: 'rescue-refresher' }] },
    renewal: { opensBefore: 'P3M', closesAfter: 'P6M', basis: { kind: 'from-prior-expiry' }, validityGrace: 'P1M' },
    ...more,
  },
});
const DEFINITIONS: readonly CatalogueCommand[] = [
  { type: 'DefineCourse', course: { course: 'rescue-refresher', title: 'Rescue refresher' } },
  scheme('paramedic', {}),
  scheme('chief-medic', { criteria: { course: 'first-aid' }, secondApprover: true }),
];

interface Step {
  readonly command: RecordCommand;
  readonly samples: readonly string[];
  readonly reason?: string;
}
const steps = (uncounted: number): readonly Step[] => [
  { command: { type: 'RegisterLearner', subject: SUBJECT, learner: LEARNER }, samples: [] },
  { command: { type: 'CompleteCourse', course: 'first-aid', effective: { date: '2024-03-25' } }, samples: [] },
  {
    command: { type: 'OpenRenewal', scheme: 'paramedic', intent: { how: 'by-admin', reason: ASKED }, alternative: '/any/0' },
    samples: ['.by-admin'],
    reason: ASKED.text,
  },
  { command: { type: 'WithdrawRenewal', scheme: 'paramedic', reason: OTHER_WAY }, samples: [''], reason: OTHER_WAY.text },
  {
    command: {
      type: 'OpenRenewal',
      scheme: 'paramedic',
      intent: { how: 'notice', token: 'ab'.repeat(32), cycle: 1, expires: '2026-06-01T00:00:00Z' },
    },
    samples: ['.notice'],
  },
  { command: { type: 'WithdrawRenewal', scheme: 'paramedic', reason: OTHER_WAY }, samples: [] },
  { command: { type: 'CompleteCourse', course: 'rescue-refresher', effective: { date: '2026-02-20' } }, samples: [] },
  {
    command: { type: 'AttributeEvidence', scheme: 'paramedic', evidence: [uncounted], reason: NO_LINK },
    samples: ['.for-evidence', '', '.renewal'],
    reason: NO_LINK.text,
  },
  { command: { type: 'OpenRenewal', scheme: 'chief-medic', intent: { how: 'renew-now' } }, samples: [''] },
  {
    command: { type: 'AwardByHand', scheme: 'chief-medic', effective: { date: '2026-03-01' }, reason: BEFORE_THE_PANEL },
    samples: ['.renewal'],
    reason: BEFORE_THE_PANEL.text,
  },
];

/** A certification is renewed: asked for in each way, withdrawn, by evidence without an intent, and by hand. */
export async function makeGoldenRenewals(
  run: RunGolden,
  {
    organization,
    pseudonym,
    setNow,
    revision,
  }: {
    organization: string;
    pseudonym: (kind: string, id: string) => Promise<string>;
    setNow: (instant: string) => void;
    revision: (stream: string) => Promise<number>;
  },
): Promise<void> {
  setNow('2026-03-01T10:00:00.000Z');
  for (const [index, command] of DEFINITIONS.entries()) {
    await run({
      decider: catalogueDecider,
      stream: streamName('catalogue', organization),
      command,
      operation: 'define',
      body: null,
      key: `renewals ${index}`,
      samples: [],
    });
  }
  const stream = streamName('record', organization, await pseudonym('learner', LEARNER));
  for (const index of steps(0).keys()) {
    // The last fact before the attribution is what it is about.
    const { command, samples, reason } = steps(await revision(stream))[index]!;
    const { type: operation, ...body } = command;
    await run({
      decider: recordDecider,
      stream,
      pseudonymOf: { kind: 'learner', id: LEARNER },
      subject: SUBJECT,
      facts: true,
      command,
      operation,
      body: body as unknown as Json,
      key: `k-4791-${index}`,
      ...(reason === undefined ? {} : { sealed: { reason } }),
      samples,
    });
  }
}
