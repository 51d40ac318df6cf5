import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/adapters/sqlite/event-store.js';
import { SqliteKeys } from '../../src/adapters/sqlite/keys.js';
import { describeLedgerContract } from './ledger.contract.js';

describeLedgerContract('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certledger-ledger-'));
  const store = new SqliteEventStore(join(folder, 'events.sqlite'));
  const keys = new SqliteKeys(join(folder, 'keys.sqlite'));
  return {
    store,
    keys,
    close: async () => {
      await store.close();
      await keys.close();
      rmSync(folder, { recursive: true });
    },
  };
});
