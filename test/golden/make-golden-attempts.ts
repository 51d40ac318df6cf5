import { attemptsDecider } from '../../src/access/domain/attempts.js';
import { readsDecider } from '../../src/access/domain/reads.js';
import { streamName } from '../../src/ledger/stream-name.js';
import type { RunGolden } from './make-golden.js';

/** What the holder of `key` was refused and read on one day. */
export async function makeGoldenAttempts(
  run: RunGolden,
  { organization, record, key }: { organization: string; record: string; key: string },
): Promise<void> {
  const day = `${key}-2026-03-20`;
  const attempts = { decider: attemptsDecider, stream: streamName(attemptsDecider.kind, organization, day) };
  const award = { code: 'FORBIDDEN', operation: 'POST /v1/learners/:learner/schemes/:scheme/awards', target: record, count: 1 };
  await run({
    ...attempts,
    command: award,
    operation: award.operation,
    body: award,
    key: '3c6a1f0e-51d2-4c55-9b57-0d6d0f3b0001',
    samples: [''],
  });
  const batch = {
    code: 'COURSE_UNKNOWN',
    operation: 'POST /v1/imports/:batch/rows',
    count: 2,
    rows: { COURSE_UNKNOWN: 2, ROW_INVALID: 1 },
  };
  await run({
    ...attempts,
    command: batch,
    operation: batch.operation,
    body: batch,
    key: '3c6a1f0e-51d2-4c55-9b57-0d6d0f3b0002',
    samples: ['.batch'],
  });
  const reading = { operation: 'GET /v1/learners/:learner/history', target: record };
  await run({
    decider: readsDecider,
    stream: streamName(readsDecider.kind, organization, day),
    command: reading,
    operation: reading.operation,
    body: reading,
    key: '3c6a1f0e-51d2-4c55-9b57-0d6d0f3b0003',
    samples: [''],
  });
}
