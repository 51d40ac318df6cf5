import { LedgerError } from '../ledger/errors.js';
import type { Files } from './ports/files.js';
import type { Scan, Scanner } from './ports/scanner.js';
import type { StoredFiles } from './stored-files.js';

/** Lets the scanner look into stored files; they are opened on the way and lie nowhere in the clear. */
export class ScannedFiles {
  constructor(
    private readonly files: Files,
    private readonly stored: StoredFiles,
    private readonly scanner: Scanner,
  ) {}

  version(): Promise<string | undefined> {
    return this.scanner.version();
  }

  async scan(address: string, stopping?: AbortSignal): Promise<Scan> {
    const record = await this.files.get(address);
    if (record === undefined)
      throw new LedgerError('HISTORY_DAMAGED', `The file ${address} is missing. Restore it from a backup.`);
    const { name } = await this.stored.describe(record);
    // Nobody can read it any more, so that nobody can be harmed by it, and it can be approved by nobody either.
    if (typeof name !== 'string') return { verdict: 'failed', why: 'its subject was erased' };
    const { stored } = this;
    // Opened only when the scanner takes it, so that no file stays open behind a scanner that cannot be reached.
    async function* plain(): AsyncGenerator<Uint8Array> {
      const bytes = await stored.open(record!, { from: 0, to: record!.size });
      if ('erased' in bytes) throw new LedgerError('KEY_UNUSABLE', `The subject of the file ${address} was erased meanwhile.`);
      yield* bytes;
    }
    return this.scanner.scan(plain(), stopping);
  }
}
