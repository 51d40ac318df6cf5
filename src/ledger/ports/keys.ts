/** A key as it lies in the store: wrapped, never in the clear. */
export interface WrappedKey {
  readonly id: string;
  /** base64url of nonce, ciphertext and tag. */
  readonly wrapped: string;
}

/** What the store holds of an id: its wrapped key, or null where it was destroyed. */
export interface KeyRecord {
  readonly id: string;
  readonly wrapped: string | null;
}

export const KEYS_PER_PAGE_MAX = 1_000;

/** The home of wrapped keys, apart from the log so that it can be backed up and destroyed apart. Failures: STORE_UNAVAILABLE, HISTORY_DAMAGED. */
export abstract class Keys {
  /** Durable when it returns. Answers the key that stands: this one, or the one that was there first. A destroyed key stays destroyed. */
  abstract putIfAbsent(key: WrappedKey): Promise<WrappedKey | 'destroyed'>;

  abstract get(id: string): Promise<WrappedKey | 'destroyed' | undefined>;

  /** Removes the key's bytes for ever and remembers that it was destroyed; a repeat changes nothing. */
  abstract destroy(id: string): Promise<void>;
}

/** The same home as who copies a ledger sees it. */
export interface KeyPages {
  /** At most `limit` (1 to KEYS_PER_PAGE_MAX) records with ids above `after`, in the order of the ids' bytes: for who copies them. */
  page(after: string | undefined, limit: number): Promise<readonly KeyRecord[]>;
}
