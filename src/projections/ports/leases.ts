import type { JsonObject } from '../../shared/json.js';

/** Who does, for now, what one process should do at a time. */
export interface Lease {
  /** What is leased, for example `projection:learner-status`. */
  readonly name: string;
  /** One life of one process; null when it was given back. */
  readonly holder: string | null;
  /** Counts up with every write, so that others see that the holder lives without comparing anybody's clock. */
  readonly beat: number;
  /** What the holder tells the others about its work. */
  readonly note: JsonObject;
}

export const LEASE_NOTE_BYTES_MAX = 65_536;

/**
 * One register for each lease, written by compare-and-set. When a lease may be taken over is no matter of the store
 * (see `tenure.ts`). It saves work only: correctness is the compare-and-set of positions and the derived command ids.
 * Failures: STORE_UNAVAILABLE.
 */
export abstract class Leases {
  /** As it stands now, never an older one. */
  abstract get(name: string): Promise<Lease | undefined>;

  /** Writes a lease where its beat is one above the stored one (0 where none is stored); whether it was written. */
  abstract put(lease: Lease): Promise<boolean>;
}
