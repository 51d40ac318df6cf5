import type { Catalogue } from '../../catalogue/published.js';
import { isRejection } from '../../shared/result.js';
import type { Of } from './commands.js';
import { recordDecider } from './decider.js';
import type { RecordEvent } from './events.js';
import type { RecordState } from './state.js';

/** Whoever looks again in memory acts for nobody: only what the definitions themselves bring about follows. */
const NOBODY = { actor: { key: 'policy', role: 'policy' }, origin: { kind: 'policy', policy: 'reevaluate' } } as const;

/** What would follow for a learner if a definition of the catalogue were looked at again; nothing where the rules refuse it. */
export const whatFollows = (
  record: RecordState,
  { kind, id }: Pick<Of<'Reevaluate'>, 'kind' | 'id'>,
  facts: Catalogue,
  now: string,
): readonly RecordEvent[] => decided({ type: 'Reevaluate', kind, id }, record, facts, now);

/** What an edition of a scheme would do to a learner who holds an earlier one, and what follows from that. */
export const effectsOfEdition = (
  record: RecordState,
  { scheme, edition, publishedAt }: Omit<Of<'ApplyEdition'>, 'type'>,
  facts: Catalogue,
  now: string,
): readonly RecordEvent[] => decided({ type: 'ApplyEdition', scheme, edition, publishedAt }, record, facts, now);

function decided(
  command: Of<'Reevaluate' | 'ApplyEdition'>,
  record: RecordState,
  facts: Catalogue,
  now: string,
): readonly RecordEvent[] {
  const decision = recordDecider.decide(command, record, { facts, now, ...NOBODY });
  return isRejection(decision) ? [] : (decision as readonly RecordEvent[]);
}
