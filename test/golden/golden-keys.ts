import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import type { WrappedKey } from '../../src/ledger/ports/keys.js';

export const GOLDEN_FOLDER = join(__dirname, 'events');
export const GOLDEN_KEYS_FILE = join(__dirname, 'keys.json');
/** The master key of the golden samples; it protects nothing. */
export const GOLDEN_MASTER = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');

/** The frozen wrapped keys; it shows which are there, so that a test notices when one is made anew. */
export class GoldenKeys extends MemoryKeys {
  readonly made: WrappedKey[] = [];

  static async frozen(): Promise<GoldenKeys> {
    const keys = new GoldenKeys();
    for (const key of JSON.parse(readFileSync(GOLDEN_KEYS_FILE, 'utf8')) as WrappedKey[]) await keys.putIfAbsent(key);
    keys.made.length = 0;
    return keys;
  }

  override async putIfAbsent(key: WrappedKey): Promise<WrappedKey | 'destroyed'> {
    const standing = await super.putIfAbsent(key);
    if (standing !== 'destroyed' && standing.wrapped === key.wrapped) this.made.push(key);
    return standing;
  }
}

/** One golden file: what was given, what must come of it, byte for byte. */
export interface GoldenSample {
  readonly sample: string;
  readonly type: string;
  readonly version: number;
  readonly organization: string;
  readonly stream: string;
  /** Where the stream's id is a pseudonym: of which kind and which id. */
  readonly pseudonymOf?: { readonly kind: string; readonly id: string };
  readonly commandIdOf: { readonly target: string; readonly key: never };
  readonly fingerprintOf: { readonly subject?: string; readonly operation: string; readonly body: never };
  readonly sealed: Readonly<Record<string, string>>;
  readonly revision: number;
  readonly position: string;
  readonly canonical: string;
  readonly digest: string;
  readonly receipt: {
    readonly outcome: string;
    readonly stream: string;
    readonly revision: number;
    readonly position: string;
    readonly eventIds: readonly string[];
    readonly etag: number;
  };
}
