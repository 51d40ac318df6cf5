import { hash, timingSafeEqual } from 'node:crypto';
import type { Ledger } from '../ledger/ledger.js';
import { streamName } from '../ledger/stream-name.js';
import { instantMilliseconds } from '../shared/calendar.js';
import { keyDecider, type IssuedKey } from './domain/deciders.js';
import { ROLES } from './domain/roles.js';

const TOKEN = /^certledger_([a-z0-9]{1,32})_([0-9a-f-]{36})_([0-9a-f]{64})$/;

export const keyStream = (organization: string, key: string): string => streamName(keyDecider.kind, organization, key);
export const tokenOf = (organization: string, key: string, secret: string): string =>
  `certledger_${organization}_${key}_${secret}`;
export const secretDigest = (secret: string): string => hash('sha256', secret, 'hex');

export interface Holder {
  readonly organization: string;
  readonly key: string;
  readonly issued: Omit<IssuedKey, 'person'> & { readonly person?: string };
}

/** Checks tokens against the key's own stream, read to its tail each time, so that nothing stale can open the door. */
export class Authenticator {
  constructor(
    private readonly ledger: Ledger,
    private readonly local?: { readonly token: string; readonly organization: string },
  ) {}

  /** Whose key it is; undefined for anything else than a standing key, without telling why. */
  async authenticate(token: string): Promise<Holder | undefined> {
    // Who holds the folder's lock may do what the files allow anyway; it acts as the folder and not as a person.
    if (this.local !== undefined && token === this.local.token) {
      return { organization: this.local.organization, key: 'data-folder', issued: { digest: '', roles: ROLES } };
    }
    const match = TOKEN.exec(token);
    if (match === null) return undefined;
    const [, organization, key, secret] = match as unknown as [string, string, string, string];
    const { state } = await this.ledger.load(keyDecider, keyStream(organization, key));
    const { issued } = state;
    if (issued === undefined) return undefined;
    if (!timingSafeEqual(Buffer.from(secretDigest(secret)), Buffer.from(issued.digest))) return undefined;
    const expired =
      issued.expiresAt !== undefined && instantMilliseconds(issued.expiresAt) <= instantMilliseconds(this.ledger.clock.now());
    return expired ? undefined : { organization, key, issued };
  }
}
