import { ERASED, type KeyRing } from '../ledger/key-ring.js';
import { Decryptor, damaged } from './encryption/decryptor.js';
import { ciphertextBytes, HEADER_BYTES, parseHeader } from './encryption/stream-format.js';
import type { ByteRange, FileRecord, Files } from './ports/files.js';

/** What is known of a stored file in the clear; a part is erased with the key of whom the file is about. */
export interface OpenedRecord {
  readonly name: string | typeof ERASED;
  readonly digest: string | typeof ERASED;
}

/** Finds stored files and opens them; nobody else knows where they are. */
export class StoredFiles {
  constructor(
    private readonly files: Files,
    private readonly keyRing: KeyRing,
  ) {}

  /** The file at an address, where it is about this subject; another's is like one that does not exist. */
  async find(organization: string, subject: string, address: string): Promise<FileRecord | undefined> {
    const record = await this.files.get(address);
    const isTheirs = record?.organization === organization && record.subject === subject && record.state !== 'removing';
    return isTheirs ? record : undefined;
  }

  async describe({ organization, name, digest }: FileRecord): Promise<OpenedRecord> {
    return {
      name: (await this.keyRing.open(organization, name)) as OpenedRecord['name'],
      digest: (await this.keyRing.open(organization, digest)) as OpenedRecord['digest'],
    };
  }

  /** The plain bytes of a range, decrypted as they are read; the first of them are known to be right when this returns. */
  async open(
    { address, organization, subject, size }: FileRecord,
    range: ByteRange,
  ): Promise<AsyncIterable<Buffer> | typeof ERASED> {
    const header = parseHeader(await this.bytes(address, { from: 0, to: HEADER_BYTES }));
    if (header === undefined) throw damaged(address, 'it does not begin as an encrypted file');
    const fileKey = await this.keyRing.fileKey(organization, subject, header.salt);
    if (fileKey === undefined) return ERASED;
    const pieces = new Decryptor(fileKey, header, size, address).open(range, (asked) => this.files.read(address, asked));
    const first = await pieces.next();
    return rejoined(first, pieces);
  }

  /** Throws HISTORY_DAMAGED where the bytes are not all there. */
  async assertThere({ address, size }: FileRecord): Promise<void> {
    const end = ciphertextBytes(size);
    await this.bytes(address, { from: end - 1, to: end });
  }

  private async bytes(address: string, range: ByteRange): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.files.read(address, range)) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}

async function* rejoined(first: IteratorResult<Buffer, unknown>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    // Lets go of the file also where nobody reads to the end.
    await rest.return(undefined);
  }
}
