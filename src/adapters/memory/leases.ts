import { LEASE_NOTE_BYTES_MAX, type Lease, type Leases } from '../../projections/ports/leases.js';
import { assert } from '../../shared/assert.js';

/** Leases among the applications of one process. */
export class MemoryLeases implements Leases {
  /** Held as JSON text, so that no caller can change a lease behind the store's back. */
  private readonly held = new Map<string, string>();

  async get(name: string): Promise<Lease | undefined> {
    return this.standing(name);
  }

  async put(lease: Lease): Promise<boolean> {
    assert(JSON.stringify(lease.note).length <= LEASE_NOTE_BYTES_MAX, `a note holds at most ${LEASE_NOTE_BYTES_MAX} bytes`);
    if (lease.beat !== (this.standing(lease.name)?.beat ?? -1) + 1) return false;
    this.held.set(lease.name, JSON.stringify(lease));
    return true;
  }

  private standing(name: string): Lease | undefined {
    const text = this.held.get(name);
    return text === undefined ? undefined : (JSON.parse(text) as Lease);
  }
}
