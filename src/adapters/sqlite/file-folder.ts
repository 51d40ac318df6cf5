import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LedgerError } from '../../ledger/errors.js';

const INCOMING = 'incoming';
const PIECE_BYTES = 65_536;
/** What arrives is named by when it began and, once its bytes are durable, by its address. */
const ARRIVED = /^\d+-([0-9a-f]{64})$/;
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * The bytes of files, each under its address. A file arrives in `incoming`, is synced there, and moves to its place after its
 * record was written: so a record never stands without its bytes, and what lies in `incoming` without a record is a leftover.
 */
export class FileFolder {
  private readonly incoming: string;
  private readonly arriving = new Set<ArrivingFile>();

  /** `isKnown` says whether an address has a record; called for what a crash left behind. */
  constructor(
    private readonly path: string,
    isKnown: (address: string) => boolean,
  ) {
    this.incoming = join(path, INCOMING);
    try {
      mkdirSync(this.incoming, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(this.incoming)) this.recover(name, isKnown);
    } catch (error) {
      throw unusable(error, path);
    }
  }

  async begin(beganMilliseconds: number): Promise<ArrivingFile> {
    const path = join(this.incoming, `${beganMilliseconds}-${randomUUID()}`);
    const handle = await this.guarded(() => open(path, 'wx', 0o600));
    const file = new ArrivingFile(path, handle, this, () => this.arriving.delete(file));
    this.arriving.add(file);
    return file;
  }

  /** Gives what has arrived its address; durable when it returns. */
  async arrived(from: string, address: string): Promise<string> {
    const [began] = from.slice(this.incoming.length + 1).split('-');
    const to = join(this.incoming, `${began}-${address}`);
    await rename(from, to);
    await syncFolder(this.incoming);
    return to;
  }

  /** Moves what has arrived to its place. */
  async place(from: string, address: string): Promise<void> {
    await this.guarded(async () => {
      const folder = this.folderOf(address);
      if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await syncFolder(this.path);
      await rename(from, join(folder, address));
      await syncFolder(folder);
    });
  }

  async *read(address: string, { from, to }: { from: number; to: number }): AsyncGenerator<Uint8Array> {
    const file = await this.guarded(() => this.opened(address));
    try {
      for (let at = from; at < to;) {
        const length = Math.min(PIECE_BYTES, to - at);
        const { bytesRead, buffer } = await this.guarded(() => file.read(Buffer.allocUnsafe(length), 0, length, at));
        if (bytesRead === 0)
          throw new LedgerError('HISTORY_DAMAGED', `The file ${address} ends too early. Restore it from a backup.`);
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async remove(address: string): Promise<void> {
    await this.guarded(async () => {
      const folder = this.folderOf(address);
      await rm(join(folder, address), { force: true });
      await syncFolder(folder).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    });
  }

  /** Removes what began to arrive before an instant and is not known. */
  async sweep(beforeMilliseconds: number, isKnown: (address: string) => boolean): Promise<number> {
    let swept = 0;
    for (const name of readdirSync(this.incoming)) {
      if (Number(name.split('-')[0]) >= beforeMilliseconds || isKnown(ARRIVED.exec(name)?.[1] ?? '')) continue;
      await this.guarded(() => rm(join(this.incoming, name), { force: true }));
      swept += 1;
    }
    return swept;
  }

  /** Lets go of what is still arriving. */
  async close(): Promise<void> {
    for (const file of [...this.arriving]) await file.drop();
  }

  async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unusable(error, this.path);
    }
  }

  private recover(name: string, isKnown: (address: string) => boolean): void {
    const address = ARRIVED.exec(name)?.[1];
    if (address === undefined || !isKnown(address)) return rmSync(join(this.incoming, name), { force: true });
    mkdirSync(this.folderOf(address), { recursive: true, mode: 0o700 });
    renameSync(join(this.incoming, name), join(this.folderOf(address), address));
  }

  /** Between its record and its move, a file still lies where it arrived. */
  private async opened(address: string): Promise<FileHandle> {
    for (const path of [join(this.folderOf(address), address), ...this.arrivedAs(address)]) {
      try {
        return await open(path, 'r');
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    }
    throw new LedgerError('HISTORY_DAMAGED', `The file ${address} is missing. Restore it from a backup.`);
  }

  private arrivedAs(address: string): readonly string[] {
    const names = readdirSync(this.incoming).filter((name) => name.endsWith(`-${address}`));
    return names.map((name) => join(this.incoming, name));
  }

  private folderOf(address: string): string {
    return join(this.path, address.slice(0, 2));
  }
}

/** One file on its way into the folder. */
export class ArrivingFile {
  constructor(
    private path: string,
    private readonly handle: FileHandle,
    private readonly folder: FileFolder,
    private readonly closed: () => void,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    await this.folder.guarded(async () => {
      for (let at = 0; at < bytes.length;) at += (await this.handle.write(bytes, at)).bytesWritten;
    });
  }

  /** Makes the bytes durable under their address. */
  async settle(address: string): Promise<void> {
    await this.folder.guarded(async () => {
      await this.handle.sync();
      await this.close();
      this.path = await this.folder.arrived(this.path, address);
    });
  }

  async place(address: string): Promise<void> {
    await this.folder.place(this.path, address);
  }

  /** What cannot be removed now is removed by `sweep` or at the next start. */
  async drop(): Promise<void> {
    await this.close().catch(() => undefined);
    await rm(this.path, { force: true }).catch(() => undefined);
  }

  private async close(): Promise<void> {
    this.closed();
    await this.handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

function unusable(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (error instanceof LedgerError || code === undefined) return error;
  const message = FULL_CODES.has(code)
    ? `There is no space left to write to ${path}. Make room; writing then goes on.`
    : `${path} cannot be used now (${code}).`;
  return new LedgerError('STORE_UNAVAILABLE', message, { cause: error });
}
