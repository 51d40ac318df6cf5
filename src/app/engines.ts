import type { Files } from '../attachments/ports/files.js';
import type { MasterKey } from '../ledger/master-key.js';
import type { EventFeed, EventStore } from '../ledger/ports/event-store.js';
import type { KeyPages, Keys } from '../ledger/ports/keys.js';
import type { Leases } from '../projections/ports/leases.js';
import type { ReadModelStore } from '../projections/ports/read-model-store.js';

/** The engines of one profile, open; closing them is the last thing that a process does. */
export interface Engines {
  readonly store: EventStore & EventFeed;
  readonly readModels: ReadModelStore;
  readonly leases: Leases;
  readonly keys: Keys & KeyPages;
  readonly files: Files;
  readonly master: MasterKey;
  close(): Promise<void>;
}
