import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryFiles } from '../../src/adapters/memory/files.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { MemoryLeases } from '../../src/adapters/memory/leases.js';
import { MemoryReadModelStore } from '../../src/adapters/memory/read-models.js';
import { describeEventFeedContract } from './event-feed.contract.js';
import { describeEventStoreContract } from './event-store.contract.js';
import { describeFilesContract } from './files.contract.js';
import { describeKeysContract } from './keys.contract.js';
import { describeLeasesContract } from './leases.contract.js';
import { describeReadModelStoreContract } from './read-model-store.contract.js';

const close = (): Promise<void> => Promise.resolve();

describeEventStoreContract('memory', () => Promise.resolve({ store: new MemoryEventStore(), close }));
describeEventFeedContract('memory', () => Promise.resolve({ store: new MemoryEventStore(), close }));
describeReadModelStoreContract('memory', () => Promise.resolve({ store: new MemoryReadModelStore(), close }));
describeKeysContract('memory', () => Promise.resolve({ keys: new MemoryKeys(), close }));
describeLeasesContract('memory', () => Promise.resolve({ leases: new MemoryLeases(), close }));
describeFilesContract('memory', () => Promise.resolve({ files: new MemoryFiles(), close }));
