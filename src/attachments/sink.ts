import { createHash, type Hash } from 'node:crypto';
import type { Encryptor } from './encryption/encryptor.js';
import type { FileRecord, FileWriting } from './ports/files.js';

/** Where the plain bytes of one file go: through the encryption into the store, past the digest that becomes the address. */
export class Sink {
  private readonly hash: Hash = createHash('sha256');
  private isBegun = false;
  private isFinished = false;
  address: string | undefined;

  constructor(
    private readonly writing: FileWriting,
    private readonly encryptor: Encryptor,
  ) {}

  async write(plain: Buffer): Promise<void> {
    if (!this.isBegun) await this.put(this.encryptor.header);
    this.isBegun = true;
    for (const sealed of this.encryptor.update(plain)) await this.put(sealed);
  }

  async finish(record: Omit<FileRecord, 'address'>): Promise<FileRecord> {
    await this.put(this.encryptor.end());
    this.address = this.hash.digest('hex');
    const standing = await this.writing.finish({ ...record, address: this.address });
    this.isFinished = true;
    return standing;
  }

  /** Drops what was written, where it did not become a file. */
  async close(): Promise<void> {
    if (!this.isFinished && this.address === undefined) await this.writing.abandon();
  }

  private async put(sealed: Buffer): Promise<void> {
    this.hash.update(sealed);
    await this.writing.write(sealed);
  }
}
