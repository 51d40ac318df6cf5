import type { Keys, WrappedKey } from '../../ledger/ports/keys.js';

/** Wrapped keys for tests and trials: what they open is lost with the process. */
export class MemoryKeys implements Keys {
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
}
