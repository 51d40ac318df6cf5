import type { ByteRange, FilePage, FileRecord, Files, FileStanding, FileWriting } from '../../src/attachments/ports/files.js';
import type { Engines } from '../../src/app/engines.js';
import type { NewEvent, StoredEvent } from '../../src/ledger/envelope.js';
import { LedgerError } from '../../src/ledger/errors.js';
import type { AppendResult, ExpectedRevision } from '../../src/ledger/ports/event-store.js';

/** A call fails before or after its effect, or something else happens just before it. */
export type Strike = 'before' | 'after' | (() => Promise<void>);

/** Engines over whose files and log a test strikes at one call, counted over both of them together. */
export class StruckEngines {
  readonly engines: Engines;
  private strike: Strike | undefined;
  private left = 0;
  private struck: string | undefined;

  constructor(inner: Engines) {
    const store = Object.assign(Object.create(inner.store) as Engines['store'], {
      append: (stream: string, events: readonly NewEvent[], options: { expected: ExpectedRevision }): Promise<AppendResult> =>
        this.called('append', () => inner.store.append(stream, events, options)),
      read: (...asked: Parameters<Engines['store']['read']>): Promise<readonly StoredEvent[]> =>
        this.called('read of the log', () => inner.store.read(...asked)),
    });
    this.engines = { ...inner, store, files: this.over(inner.files) };
  }

  /** Does the work, and strikes at its call of that number, from 1; answers which call it was, where there were so many. */
  async at(number: number, strike: Strike, work: () => Promise<void>): Promise<string | undefined> {
    [this.strike, this.left, this.struck] = [strike, number, undefined];
    await work();
    this.strike = undefined;
    return this.struck;
  }

  private async called<Answer>(call: string, work: () => Promise<Answer>): Promise<Answer> {
    const { strike } = this;
    if (strike === undefined || (this.left -= 1) !== 0) return work();
    this.struck = call;
    if (strike === 'before') throw new LedgerError('STORE_UNAVAILABLE', `The test made ${call} fail.`);
    if (strike !== 'after') await strike();
    const answer = await work();
    if (strike === 'after') throw new LedgerError('COMMIT_UNKNOWN', `The test lost the answer of ${call}.`);
    return answer;
  }

  private over(files: Files): Files {
    const called = <Answer>(call: string, work: () => Promise<Answer>): Promise<Answer> => this.called(call, work);
    return {
      begin: async (at: string): Promise<FileWriting> => {
        const writing = await called('begin', () => files.begin(at));
        return {
          write: (bytes) => called('write', () => writing.write(bytes)),
          // As every home of files does, a finish that fails drops what was written.
          finish: (record) =>
            called('finish', () => writing.finish(record)).catch(async (error: unknown) => {
              await writing.abandon();
              throw error;
            }),
          abandon: () => writing.abandon(),
        };
      },
      get: (address: string) => called('get', () => files.get(address)),
      uploadedBy: (id: string) => called('uploadedBy', () => files.uploadedBy(id)),
      async *read(address: string, range: ByteRange): AsyncGenerator<Uint8Array> {
        await called('read', async () => undefined);
        yield* files.read(address, range);
      },
      change: (address: string, from: FileStanding, to: FileStanding) => called('change', () => files.change(address, from, to)),
      remove: (address: string) => called('remove', () => files.remove(address)),
      page: (page: FilePage): Promise<readonly FileRecord[]> => called('page', () => files.page(page)),
      sweep: (before: string) => called('sweep', () => files.sweep(before)),
    };
  }
}
