import { createHash } from 'node:crypto';
import type { Actor } from '../ledger/envelope.js';
import { LedgerError } from '../ledger/errors.js';
import { ERASED, type KeyRing } from '../ledger/key-ring.js';
import type { Clock } from '../ledger/ports/clock.js';
import { isRejection, reject, type Rejection } from '../shared/result.js';
import { typeOfFileName } from './domain/file-name.js';
import { isMediaType, MEDIA_TYPES, type MediaType } from './domain/media-types.js';
import { Encryptor, newRandomness } from './encryption/encryptor.js';
import { Inspection } from './inspection/inspection.js';
import type { FileRecord, Files } from './ports/files.js';
import { Sink } from './sink.js';
import type { StoredFiles } from './stored-files.js';

/** A file on its way in, as the door hands it over. */
export interface ReceivedFile {
  readonly name: string;
  readonly declaredType: string;
  /** The plain bytes as they come. What goes wrong on the way is thrown. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Asked when the bytes are over: whether all came, nothing else follows, and the digests that were sent are theirs. */
  refusal(digest: Buffer): Promise<Rejection | undefined>;
}

/** Who uploads a file about whom, under which id. */
export interface UploadOrder {
  readonly organization: string;
  readonly subject: string;
  readonly id: string;
  readonly actor: Actor;
}

export interface UploadedAttachment {
  readonly attachment: string;
  readonly size: number;
  readonly mediaType: string;
  readonly name: string | typeof ERASED;
}

const OPERATION = 'upload-attachment';

/** Takes files in: looked at, encrypted and written while they arrive, so that no more than a piece of one is ever held. */
export class Uploads {
  constructor(
    private readonly files: Files,
    private readonly stored: StoredFiles,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
    private readonly bytesMax: number,
  ) {}

  async take(order: UploadOrder, file: ReceivedFile): Promise<UploadedAttachment | Rejection> {
    const type = declaredType(file);
    if (isRejection(type)) return type;
    const standing = await this.standing(order.id);
    // A repeat is only compared: what it uploads is there.
    const sink = standing === undefined ? await this.sink(order) : undefined;
    try {
      const read = await this.readThrough(file, type, sink);
      if (isRejection(read)) return read;
      const fingerprint = await this.fingerprint(order, file.name, read.digest);
      if (sink === undefined) return await this.repeated(standing!, fingerprint);
      const record = await sink.finish(await this.recordOf(order, file.name, type, read, fingerprint));
      return record.address === sink.address ? await this.answer(record) : await this.repeated(record, fingerprint);
    } finally {
      await sink?.close();
    }
  }

  private async readThrough(file: ReceivedFile, type: MediaType, sink: Sink | undefined): Promise<ReadFile | Rejection> {
    const inspection = new Inspection(type);
    const hash = createHash('sha256');
    let size = 0;
    for await (const bytes of file.bytes) {
      size += bytes.length;
      if (size > this.bytesMax) return tooLarge(this.bytesMax);
      hash.update(bytes);
      const refusal = await inspection.write(bytes);
      if (refusal !== undefined) return refusal;
      await sink?.write(bytes);
    }
    if (size === 0) return reject('FILE_NOT_TAKEN', 'The file is empty.', '/file');
    const digest = hash.digest();
    const refusal = (await inspection.end()) ?? (await file.refusal(digest));
    return refusal ?? { size, digest: digest.toString('hex') };
  }

  /** What was uploaded under this id before; a removal that is under way is ended first, so that the id is free again. */
  private async standing(id: string): Promise<FileRecord | undefined> {
    const record = await this.files.uploadedBy(id);
    if (record?.state !== 'removing') return record;
    await this.files.remove(record.address);
    return undefined;
  }

  private async sink({ organization, subject }: UploadOrder): Promise<Sink> {
    const randomness = newRandomness();
    const fileKey = await this.keyRing.fileKey(organization, subject, randomness.salt);
    if (fileKey === undefined)
      throw new LedgerError('KEY_UNUSABLE', 'The personal data of this subject was erased; nothing new can be stored for it.');
    return new Sink(await this.files.begin(this.clock.now()), new Encryptor(fileKey, randomness));
  }

  private async recordOf(
    { organization, subject, id, actor }: UploadOrder,
    name: string,
    mediaType: MediaType,
    { size, digest }: ReadFile,
    fingerprint: string | undefined,
  ): Promise<Omit<FileRecord, 'address'>> {
    const seal = (field: string, plain: string) => this.keyRing.seal(organization, plain, { key: subject, event: id, field });
    const now = this.clock.now();
    return {
      id,
      organization,
      subject,
      size,
      mediaType,
      name: await seal('Attachment.name', name),
      digest: await seal('Attachment.digest', digest),
      fingerprint: fingerprint ?? '',
      uploadedAt: now,
      uploadedBy: { key: actor.key, ...(actor.person === undefined ? {} : { person: actor.person }) },
      state: 'uploaded',
      since: now,
    };
  }

  private fingerprint({ organization, subject }: UploadOrder, name: string, digest: string): Promise<string | undefined> {
    return this.keyRing.fingerprint(organization, subject, OPERATION, { name, digest }, 'existing');
  }

  /** After an erasure a repeat gets its receipt uncompared (architecture.md, Command ids). */
  private async repeated(standing: FileRecord, fingerprint: string | undefined): Promise<UploadedAttachment | Rejection> {
    if (fingerprint === undefined || fingerprint === standing.fingerprint) return this.answer(standing);
    return reject(
      'IDEMPOTENCY_KEY_REUSED',
      'This id was used before for another file. Repeat the first upload exactly, or take a new id.',
    );
  }

  private async answer(record: FileRecord): Promise<UploadedAttachment> {
    const { name } = await this.stored.describe(record);
    return { attachment: record.address, size: record.size, mediaType: record.mediaType, name };
  }
}

interface ReadFile {
  readonly size: number;
  readonly digest: string;
}

function declaredType({ name, declaredType: declared }: ReceivedFile): MediaType | Rejection {
  const type = typeOfFileName(name);
  if (isRejection(type)) return type;
  const bare = declared.toLowerCase();
  if (!isMediaType(bare))
    return reject(
      'FILE_TYPE_NOT_TAKEN',
      `The part "file" must declare one of ${Object.keys(MEDIA_TYPES).join(', ')} as its Content-Type.`,
      '/file',
    );
  if (bare === type) return type;
  return reject('FILE_TYPE_MISMATCH', `The name says ${type}, but the part declares ${bare}.`, '/file');
}

const tooLarge = (bytesMax: number): Rejection<'ATTACHMENT_TOO_LARGE'> =>
  reject('ATTACHMENT_TOO_LARGE', `The file has more than ${bytesMax} bytes.`, '/file');
