import { KEYS_PER_PAGE_MAX, type KeyPages, type KeyRecord, type Keys, type WrappedKey } from '../../ledger/ports/keys.js';
import { assert } from '../../shared/assert.js';

/** Wrapped keys for tests and trials: what they open is lost with the process. */
export class MemoryKeys implements Keys, KeyPages {
  private readonly held = new Map<string, string | 'destroyed'>();

  async putIfAbsent({ id, wrapped }: WrappedKey): Promise<WrappedKey | 'destroyed'> {
    if (!this.held.has(id)) this.held.set(id, wrapped);
    return (await this.get(id)) ?? 'destroyed';
  }

  async get(id: string): Promise<WrappedKey | 'destroyed' | undefined> {
    const wrapped = this.held.get(id);
    return wrapped === undefined || wrapped === 'destroyed' ? wrapped : { id, wrapped };
  }

  async destroy(id: string): Promise<void> {
    this.held.set(id, 'destroyed');
  }

  async page(after: string | undefined, limit: number): Promise<readonly KeyRecord[]> {
    assert(limit >= 1 && limit <= KEYS_PER_PAGE_MAX, `a page holds 1 to ${KEYS_PER_PAGE_MAX} keys`);
    return [...this.held]
      .map(([id, wrapped]) => ({ id, wrapped: wrapped === 'destroyed' ? null : wrapped }))
      .filter(({ id }) => after === undefined || Buffer.compare(Buffer.from(id), Buffer.from(after)) > 0)
      .sort((left, right) => Buffer.compare(Buffer.from(left.id), Buffer.from(right.id)))
      .slice(0, limit);
  }
}
