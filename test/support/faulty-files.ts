import type { ByteRange, FilePage, FileRecord, Files, FileStanding, FileWriting } from '../../src/attachments/ports/files.js';
import { LedgerError } from '../../src/ledger/errors.js';

/** `error`: refused, nothing done. `answer-lost`: done, and the caller hears that nobody knows. */
export type FileFault = 'error' | 'answer-lost';

/** Puts faults between the house and a real home of files, at calls that the test chooses by their number, from 1. */
export class FaultyFiles implements Files {
  calls = 0;

  constructor(
    private readonly inner: Files,
    private readonly faultAt: (number: number, call: string) => FileFault | undefined,
  ) {}

  async begin(at: string): Promise<FileWriting> {
    const writing = await this.called('begin', () => this.inner.begin(at));
    return {
      write: (bytes) => this.called('write', () => writing.write(bytes)),
      // As every home of files does, a finish that fails drops what was written.
      finish: (record) =>
        this.called('finish', () => writing.finish(record)).catch(async (error: unknown) => {
          await writing.abandon();
          throw error;
        }),
      abandon: () => writing.abandon(),
    };
  }

  get(address: string): Promise<FileRecord | undefined> {
    return this.called('get', () => this.inner.get(address));
  }

  uploadedBy(id: string): Promise<FileRecord | undefined> {
    return this.called('uploadedBy', () => this.inner.uploadedBy(id));
  }

  async *read(address: string, range: ByteRange): AsyncGenerator<Uint8Array> {
    await this.called('read', async () => undefined);
    yield* this.inner.read(address, range);
  }

  change(address: string, from: FileStanding, to: FileStanding): Promise<boolean> {
    return this.called('change', () => this.inner.change(address, from, to));
  }

  remove(address: string): Promise<void> {
    return this.called('remove', () => this.inner.remove(address));
  }

  page(page: FilePage): Promise<readonly FileRecord[]> {
    return this.called('page', () => this.inner.page(page));
  }

  sweep(before: string): Promise<number> {
    return this.called('sweep', () => this.inner.sweep(before));
  }

  private async called<Answer>(call: string, work: () => Promise<Answer>): Promise<Answer> {
    this.calls += 1;
    const fault = this.faultAt(this.calls, call);
    if (fault === 'error') throw new LedgerError('STORE_UNAVAILABLE', `The test made ${call} fail.`);
    const answer = await work();
    if (fault === 'answer-lost') throw new LedgerError('COMMIT_UNKNOWN', `The test lost the answer of ${call}.`);
    return answer;
  }
}
