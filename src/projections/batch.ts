import type { Codec } from '../ledger/codec.js';
import type { StoredEvent } from '../ledger/envelope.js';
import { parseStreamName } from '../ledger/stream-name.js';
import type { JsonObject } from '../shared/json.js';
import type { ProjectedEvent, Projection } from './define-projection.js';
import type { ReadModel, ReadModelStore, StoredDocument } from './ports/read-model-store.js';

/** A fact that a projection could not apply: the event is named, and the projection stops there (house rule 10). */
export class UnappliedEvent extends Error {
  override readonly name = 'UnappliedEvent';

  constructor(
    readonly event: StoredEvent,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Loads the documents that a batch touches at once and folds the batch in memory; a fold skips what a document holds already. */
export async function foldBatch(
  projection: Projection,
  model: ReadModel,
  store: ReadModelStore,
  codec: Codec,
  events: readonly StoredEvent[],
): Promise<readonly StoredDocument[]> {
  const touched: { key: string; event: ProjectedEvent }[] = [];
  for (const stored of events) {
    const event = attempt(stored, () => ({ ...codec.decode(stored), stream: parseStreamName(stored.stream) }));
    const key = attempt(stored, () => projection.keyOf(event));
    if (key !== undefined) touched.push({ key, event });
  }
  const keys = [...new Set(touched.map(({ key }) => key))];
  const documents = new Map<string, StoredDocument>();
  for (const document of keys.length === 0 ? [] : await store.getMany(model, keys)) documents.set(document.key, document);
  const changed = new Map<string, StoredDocument>();
  for (const { key, event } of touched) {
    const { stored } = event;
    const before = documents.get(key);
    if (before !== undefined && before.position >= stored.position) continue;
    const body: JsonObject | undefined = attempt(stored, () => projection.fold(before?.body, event));
    if (body === undefined) continue;
    const after = { key, position: stored.position, body };
    documents.set(key, after);
    changed.set(key, after);
  }
  return [...changed.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function attempt<Result>(stored: StoredEvent, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new UnappliedEvent(stored, cause);
  }
}
