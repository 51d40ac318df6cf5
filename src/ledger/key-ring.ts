import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { v5 as uuidv5 } from 'uuid';
import type { Json } from '../shared/json.js';
import { canonicalJson } from './canonical-json.js';
import { LedgerError } from './errors.js';
import { Keys } from './ports/keys.js';
import { fieldKey, openWithFieldKey, seal, type Sealed, type SealedPlace } from './sealed.js';

/** What an answer shows for a sealed field whose key was destroyed. */
export const ERASED = { erased: true } as const;
export type Opened = Json | typeof ERASED;

/** Key caches expire within this bound, so that an erasure binds everywhere soon after (architecture.md, Sealing). */
export const KEY_CACHE_MILLISECONDS = 60_000;
const KEY_CACHE_ENTRIES = 10_000;
/** The namespace of every UUIDv5 that this ledger derives; it never changes. */
const NAMESPACE = '6f0c2a4e-5a0f-4f0e-9a57-3c1b8f3d7a10';

interface OrganizationKeys {
  readonly wrapping: Buffer;
  readonly pseudonym: Buffer;
  readonly command: Buffer;
  readonly fingerprint: Buffer;
  readonly token: Buffer;
}

/** Keys in three steps, master → organization → subject, and everything that is derived from them (ADR 0001). */
export class KeyRing {
  private readonly organizations = new Map<string, Promise<OrganizationKeys>>();
  /** Held with its organization, because a key must not open anything for another tenant just because it is cached. */
  private readonly subjects = new LRUCache<string, { organization: string; key: Buffer }>({
    max: KEY_CACHE_ENTRIES,
    ttl: KEY_CACHE_MILLISECONDS,
  });

  constructor(
    private readonly keys: Keys,
    private readonly master: Buffer,
  ) {}

  /** The pseudonym of an id that a caller gave: HMAC over RFC 8785 of `[kind, id]`, the id's exact characters, lower-case hex. */
  async pseudonym(organization: string, kind: string, id: string): Promise<string> {
    const { pseudonym } = await this.organization(organization);
    return hmac(pseudonym, [kind, id]);
  }

  /** What nobody but this organization's ledger can have said: HMAC over RFC 8785 of `[kind, said]`, lower-case hex. */
  async tokenMac(organization: string, kind: string, said: Json): Promise<string> {
    const { token } = await this.organization(organization);
    return hmac(token, [kind, said]);
  }

  /** The command id of an idempotency key, in its documented scope: organization, target stream or collection, key (ADR 0001). */
  async commandId(organization: string, target: string, key: Json): Promise<string> {
    const { command } = await this.organization(organization);
    return uuidv5(hmac(command, [organization, target, key]), NAMESPACE);
  }

  /**
   * HMAC over the operation's name and the body as the caller sent it; undefined when the subject's key was destroyed. A subject
   * that the log knows already has a key: a missing one is lost and never replaced in silence.
   */
  async fingerprint(
    organization: string,
    subject: string | undefined,
    operation: string,
    body: Json,
    key: 'existing' | 'existing-or-new' = 'existing-or-new',
  ): Promise<string | undefined> {
    const secret =
      subject === undefined
        ? (await this.organization(organization)).fingerprint
        : await this.subjectKey(organization, subject, key);
    return secret === undefined ? undefined : hmac(derive(secret, 'fingerprint'), [operation, body]);
  }

  /** Seals a value for a subject; the subject's key is durable when this returns. */
  async seal(organization: string, plain: Json, place: SealedPlace): Promise<Sealed> {
    const key = await this.subjectKey(organization, place.key, 'existing-or-new');
    if (key === undefined)
      throw new LedgerError('KEY_UNUSABLE', 'The personal data of this subject was erased; nothing new can be sealed for it.');
    return seal(plain, key, place);
  }

  /**
   * The plain value, or ERASED when the subject's key was destroyed. A key that is merely missing is no erasure: it was lost, or
   * an older backup of the keys was put back, and that must not look like one. A value that its key does not open is damaged.
   */
  async open(organization: string, sealed: Sealed): Promise<Opened> {
    const key = await this.subjectKey(organization, sealed.key, 'existing');
    if (key === undefined) return ERASED;
    const plain = openWithFieldKey(sealed, fieldKey(key, sealed));
    if (plain === undefined)
      throw new LedgerError('HISTORY_DAMAGED', `Field ${sealed.field} of event ${sealed.event} does not open with its key.`);
    return plain;
  }

  /** The key of one file, derived from its subject's key and the file's own salt (ADR 0014); undefined when the subject's was destroyed. */
  async fileKey(organization: string, subject: string, salt: Buffer): Promise<Buffer | undefined> {
    const key = await this.subjectKey(organization, subject, 'existing');
    return key === undefined ? undefined : Buffer.from(hkdfSync('sha256', key, salt, 'certledger file v1', 32));
  }

  /** Whether this organization's key is there; a ledger with events must never make it anew. */
  async knowsOrganization(organization: string): Promise<boolean> {
    return (await this.keys.get(organizationKeyId(organization))) !== undefined;
  }

  async destroySubject(subject: string): Promise<void> {
    await this.keys.destroy(subject);
    // Only now, because a reader in between would have put the key back.
    this.subjects.delete(subject);
  }

  private async subjectKey(
    organization: string,
    subject: string,
    mode: 'existing' | 'existing-or-new',
  ): Promise<Buffer | undefined> {
    const cached = this.subjects.get(subject);
    if (cached?.organization === organization) return cached.key;
    const { wrapping } = await this.organization(organization);
    let stored = await this.keys.get(subject);
    if (stored === undefined && mode === 'existing-or-new') {
      stored = await this.keys.putIfAbsent({ id: subject, wrapped: wrap(wrapping, subject, randomBytes(32)) });
    }
    if (stored === 'destroyed') return undefined;
    if (stored === undefined)
      throw new LedgerError('HISTORY_DAMAGED', `The key ${subject} is missing. Put the newest backup of the keys back.`);
    const key = unwrap(wrapping, subject, stored.wrapped);
    this.subjects.set(subject, { organization, key });
    return key;
  }

  private organization(organization: string): Promise<OrganizationKeys> {
    let loaded = this.organizations.get(organization);
    if (loaded === undefined) {
      loaded = this.loadOrganization(organization);
      this.organizations.set(organization, loaded);
      loaded.catch(() => this.organizations.delete(organization));
    }
    return loaded;
  }

  private async loadOrganization(organization: string): Promise<OrganizationKeys> {
    const id = organizationKeyId(organization);
    const stored = await this.keys.putIfAbsent({ id, wrapped: wrap(this.master, id, randomBytes(32)) });
    if (stored === 'destroyed') throw new LedgerError('KEY_UNUSABLE', 'The key of this organization was destroyed.');
    const root = unwrap(this.master, id, stored.wrapped);
    return {
      wrapping: derive(root, 'wrapping'),
      pseudonym: derive(root, 'pseudonym'),
      command: derive(root, 'command'),
      fingerprint: derive(root, 'fingerprint'),
      token: derive(root, 'token'),
    };
  }
}

const organizationKeyId = (organization: string): string => uuidv5(`organization ${organization}`, NAMESPACE);
const hmac = (key: Buffer, value: Json): string => createHmac('sha256', key).update(canonicalJson(value)).digest('hex');
const derive = (key: Buffer, use: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `certledger ${use} v1`, 32));

function wrap(wrapping: Buffer, id: string, plain: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', wrapping, nonce).setAAD(Buffer.from(id));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function unwrap(wrapping: Buffer, id: string, wrapped: string): Buffer {
  const bytes = Buffer.from(wrapped, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', wrapping, bytes.subarray(0, 12)).setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch (cause) {
    throw new LedgerError(
      'KEY_UNUSABLE',
      'A stored key does not open with the master key. Start with the master key that this ledger was made with.',
      { cause },
    );
  }
}
