import { LedgerError } from '../../src/ledger/errors.js';
import type {
  Commit,
  FindOptions,
  FoundPage,
  ReadModel,
  ReadModelStore,
  StoredDocument,
} from '../../src/projections/ports/read-model-store.js';

/**
 * What may happen to one call. `refused`: nothing was done. `answer-lost`: it was done and the caller does not hear so.
 * `torn`: of a commit the documents are written and the checkpoint is not, as the port allows; elsewhere like `refused`.
 * `killed` and `killed-after`: the process ends before or after the call was done; nothing it calls afterwards happens.
 */
export type ReadModelFault = 'refused' | 'answer-lost' | 'torn' | 'killed' | 'killed-after';
export const PASSING_FAULTS: readonly ReadModelFault[] = ['refused', 'answer-lost', 'torn'];
export const KILLS: readonly ReadModelFault[] = ['killed', 'killed-after'];

/** Puts faults between projections and a real store, at calls that the test chooses by their number, from 1. */
export class FaultyReadModelStore implements ReadModelStore {
  calls = 0;
  dead = false;
  /** Every key that a commit named, so that a test can look at all documents. */
  readonly keys = new Set<string>();

  constructor(
    private readonly inner: ReadModelStore,
    private readonly faultAt: (number: number) => ReadModelFault | undefined = () => undefined,
  ) {}

  prepare(model: ReadModel): Promise<void> {
    return this.call(() => this.inner.prepare(model));
  }

  checkpoint(model: ReadModel): Promise<string | undefined> {
    return this.call(() => this.inner.checkpoint(model));
  }

  getMany(model: ReadModel, keys: readonly string[]): Promise<readonly StoredDocument[]> {
    return this.call(() => this.inner.getMany(model, keys));
  }

  find(model: ReadModel, options: FindOptions): Promise<FoundPage> {
    return this.call(() => this.inner.find(model, options));
  }

  commit(commit: Commit): Promise<'committed' | 'fenced'> {
    for (const { key } of commit.changes) this.keys.add(key);
    return this.call(
      () => this.inner.commit(commit),
      async () => {
        const { from } = commit;
        if (from !== undefined) await this.inner.commit({ ...commit, to: from });
      },
    );
  }

  served(name: string, codeVersion: number): Promise<string | undefined> {
    return this.call(() => this.inner.served(name, codeVersion));
  }

  serve(name: string, codeVersion: number, version: string): Promise<void> {
    return this.call(() => this.inner.serve(name, codeVersion, version));
  }

  versions(name: string): Promise<readonly string[]> {
    return this.call(() => this.inner.versions(name));
  }

  discard(name: string, version: string): Promise<void> {
    return this.call(() => this.inner.discard(name, version));
  }

  private async call<Result>(work: () => Promise<Result>, half: () => Promise<void> = async () => undefined): Promise<Result> {
    this.calls += 1;
    const fault = this.dead ? 'killed' : this.faultAt(this.calls);
    if (fault === 'torn') await half();
    if (fault === 'refused' || fault === 'torn') throw new LedgerError('STORE_UNAVAILABLE', 'The test made this call fail.');
    this.dead ||= fault === 'killed' || fault === 'killed-after';
    if (fault === 'killed') throw new Error('The process is dead.');
    const result = await work();
    if (fault === 'answer-lost') throw new LedgerError('STORE_UNAVAILABLE', 'The test lost the answer to this call.');
    if (fault === 'killed-after') throw new Error('The process died before it heard the answer.');
    return result;
  }
}
