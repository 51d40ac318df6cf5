/** A key as it lies in the store: wrapped, never in the clear. */
export interface WrappedKey {
  readonly id: string;
  /** base64url of nonce, ciphertext and tag. */
  readonly wrapped: string;
}

export const KEYS_PER_CALL_MAX = 1_000;

/** The home of wrapped keys, apart from the log so that it can be backed up and destroyed apart. Failures: STORE_UNAVAILABLE, HISTORY_DAMAGED. */
export abstract class Keys {
  /** Durable when it returns. Answers the key that stands: this one, or the one that was there first. A destroyed key stays destroyed. */
  abstract putIfAbsent(key: WrappedKey): Promise<WrappedKey | 'destroyed'>;

  abstract get(id: string): Promise<WrappedKey | 'destroyed' | undefined>;

  /** Removes the key's bytes for ever and remembers that it was destroyed; a repeat changes nothing. */
  abstract destroy(id: string): Promise<void>;
}
