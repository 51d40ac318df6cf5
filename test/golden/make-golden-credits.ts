import { accountDecider, type AccountCommand } from '../../src/credits/domain/account.js';
import type { Actor } from '../../src/ledger/envelope.js';
import { streamName } from '../../src/ledger/stream-name.js';
import type { Json } from '../../src/shared/json.js';
import type { RunGolden } from './make-golden.js';

const BATCH = '5d1f7c1e-9b1a-5c55-8a3e-6c1f0a2b3c4d';
const subject = (number: number): string => `7b1f0c52-3d0e-4c5e-9a55-0000000c000${number}`;

/** An account from its first sale to a return, and an adjustment of each end. */
export async function makeGoldenCredits(
  run: RunGolden,
  { organization, persons }: { organization: string; persons: readonly [string, string] },
): Promise<void> {
  const [first, second] = persons.map((person, index): Actor => {
    return { key: `2f0b8f2e-0a43-5d59-8f1c-5f6b1c9d7e2${index}`, person, role: 'operator' };
  });
  const step = (command: AccountCommand, key: string, more: { actor?: Actor; samples?: string[]; text?: string } = {}) =>
    run({
      decider: accountDecider,
      stream: streamName(accountDecider.kind, organization),
      command,
      operation: `golden-${command.type}`,
      body: command as unknown as Json,
      key,
      actor: more.actor ?? first!,
      samples: more.samples ?? [''],
      ...(more.text === undefined ? {} : { sealed: { reason: more.text } }),
    });
  await step({ type: 'Purchase', credits: 12, reference: 'INV-2024-0815' }, 'sale');
  await step({ type: 'SetThreshold', threshold: 10 }, 'threshold', { actor: { ...first!, role: 'admin' } });
  const sittings = ['1', '2', '3'].map((digit) => digit.repeat(64));
  await step({ type: 'Reserve', batch: BATCH, sittings, digest: 'ef'.repeat(32) }, 'reserve', { samples: ['', ''] });
  await step({ type: 'Settle', batch: BATCH, settlement: 1, consumed: 2, released: 1, last: true }, 'settle');
  const back = { code: 'issued-in-error', text: 'Revoked on the word of the provider.' };
  await step({ type: 'ReturnCredits', batch: BATCH, credits: 1, subject: subject(1), reason: back }, 'return', {
    text: back.text,
  });
  const wrong = { code: 'sold-twice', text: 'The invoice was entered twice.' };
  await step({ type: 'ProposeAdjustment', credits: -1, subject: subject(2), reason: wrong }, 'propose', { text: wrong.text });
  await step({ type: 'ApproveAdjustment', adjustment: 1 }, 'approve', { actor: second! });
  await step({ type: 'ProposeAdjustment', credits: 7, subject: subject(3), reason: wrong }, 'again', { samples: [] });
  const not = { code: 'not-so', text: 'It was entered once.' };
  await step({ type: 'DeclineAdjustment', adjustment: 2, subject: subject(4), reason: not }, 'decline', { text: not.text });
}
