import { createHash } from 'node:crypto';
import { v4 as uuidv4 } from 'uuid';
import type { Actor } from '../ledger/envelope.js';
import type { ERASED, KeyRing } from '../ledger/key-ring.js';
import { LedgerError } from '../ledger/errors.js';
import type { Clock } from '../ledger/ports/clock.js';
import { Encryptor, newRandomness } from './encryption/encryptor.js';
import type { Files } from './ports/files.js';
import { Sink } from './sink.js';
import type { StoredFiles } from './stored-files.js';

/** Where a sealed list is found and how it is known to be whole; an event holds all of it in the clear. */
export interface SealedList {
  readonly address: string;
  /** Owner of the key that encrypts it: of the list itself, as it is about many and names nobody. */
  readonly subject: string;
  /** In bytes, of the plain list. */
  readonly size: number;
  /** SHA-256 of the plain list in lower-case hex. */
  readonly digest: string;
}

const MEDIA_TYPE = 'application/x-ndjson';

/** Keeps lists that the service makes itself beside the files of learners: encrypted, outside of the log, one line after the other. */
export class SealedLists {
  constructor(
    private readonly files: Files,
    private readonly stored: StoredFiles,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** Pinned from the beginning; where no event then refers to it, it is collected like any other file. */
  async write(organization: string, name: string, lines: AsyncIterable<string>, actor: Actor): Promise<SealedList> {
    const [id, subject] = [uuidv4(), uuidv4()];
    const seal = (field: string, plain: string) => this.keyRing.seal(organization, plain, { key: subject, event: id, field });
    const sealedName = await seal('Attachment.name', name);
    const randomness = newRandomness();
    const fileKey = await this.keyRing.fileKey(organization, subject, randomness.salt);
    if (fileKey === undefined) throw new LedgerError('KEY_UNUSABLE', 'The key of a new list is gone; nothing can be stored.');
    const sink = new Sink(await this.files.begin(this.clock.now()), new Encryptor(fileKey, randomness));
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const line of lines) {
        const bytes = Buffer.from(line, 'utf8');
        hash.update(bytes);
        size += bytes.length;
        await sink.write(bytes);
      }
      const digest = hash.digest('hex');
      const now = this.clock.now();
      const { address } = await sink.finish({
        id,
        organization,
        subject,
        size,
        mediaType: MEDIA_TYPE,
        name: sealedName,
        digest: await seal('Attachment.digest', digest),
        fingerprint: '',
        uploadedAt: now,
        uploadedBy: { key: actor.key, ...(actor.person === undefined ? {} : { person: actor.person }) },
        state: 'pinned',
        since: now,
      });
      return { address, subject, size, digest };
    } finally {
      await sink.close();
    }
  }

  /** The plain bytes as they are decrypted; undefined where there is no such list. */
  async read(
    organization: string,
    { subject, address, size }: Pick<SealedList, 'subject' | 'address' | 'size'>,
  ): Promise<AsyncIterable<Buffer> | typeof ERASED | undefined> {
    const record = await this.stored.find(organization, subject, address);
    return record === undefined ? undefined : this.stored.open(record, { from: 0, to: size });
  }
}
