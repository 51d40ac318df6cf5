import { streamName } from '../../src/ledger/stream-name.js';
import { publicationDecider } from '../../src/record/domain/publication.js';
import type { RunGolden } from './make-golden.js';

/** After a publication all learners were looked at again. */
export async function makeGoldenPublication(run: RunGolden, { organization }: { organization: string }): Promise<void> {
  const publication = '0190a1b2-0000-7000-8000-0000000000d0';
  await run({
    decider: publicationDecider,
    stream: streamName(publicationDecider.kind, organization, publication),
    command: { kind: 'scheme', id: 'first-aider', edition: 1, looked: 12_000, changed: 310 },
    operation: 'publication-applied',
    body: ['applied', publication],
    key: ['applied', publication],
    origin: { kind: 'policy', policy: 'reevaluate-after-publication' },
    actor: { key: 'policy', role: 'policy' },
    samples: [''],
  });
}
