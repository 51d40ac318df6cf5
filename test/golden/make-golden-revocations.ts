import { streamName } from '../../src/ledger/stream-name.js';
import { revocationBatchDecider } from '../../src/record/domain/revocation-batch.js';
import type { RunGolden } from './make-golden.js';

const BATCH = '7c9e6679-7425-50de-944b-e07fc1f90ae7';

/** What one confirmation revokes, pinned before the first of it is revoked. */
export async function makeGoldenRevocations(
  run: RunGolden,
  { organization, record }: { organization: string; record: string },
): Promise<void> {
  const filter = { import: { batch: 'b-7', source: 'lms' }, scheme: 'first-aider', awardedFrom: '2024-03-01' };
  const digest = 'cd'.repeat(32);
  await run({
    decider: revocationBatchDecider,
    stream: streamName(revocationBatchDecider.kind, organization, BATCH),
    command: { filter, digest, rows: [{ record, scheme: 'first-aider', cycle: 1, etag: 6 }], reasonCode: 'issued-in-error' },
    operation: 'confirm-revocations',
    body: { filter, digest, reason: { code: 'issued-in-error', text: 'The exam was void.' } },
    key: 'void exam',
    samples: [''],
  });
}
