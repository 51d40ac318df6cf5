import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { describeLedgerContract } from './ledger.contract.js';

describeLedgerContract('memory', async () => ({
  store: new MemoryEventStore(),
  keys: new MemoryKeys(),
  close: async () => undefined,
}));
