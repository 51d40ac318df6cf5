import type { Logger } from 'pino';
import type { Clock } from '../../ledger/ports/clock.js';
import { instantAt, instantMilliseconds } from '../../shared/calendar.js';
import { UNREFERRED_MILLISECONDS_MAX } from '../domain/bounds.js';
import type { FileRecord, Files, FileState } from '../ports/files.js';

/** How many files one round looks at in each state before it lets others work. */
export const FILES_PER_ROUND_MAX = 100;
/** How long a whole pass over the pinned ones lets the next one wait: it asks for each, and few are ever without an event. */
export const PINNED_PASS_MILLISECONDS = 60 * 60 * 1_000;

/** Whether an event refers to a file, by what was read of the log up to now. */
export type IsReferred = (file: Pick<FileRecord, 'organization' | 'subject' | 'address'>) => Promise<boolean>;

/**
 * Removes files that no event has referred to within the named time: uploads that nobody used, and pinned ones whose event was
 * never appended. Each goes by two steps, so that a pin and a removal never both win: who changes the standing has it, and what
 * is `removing` is removed, by this round or, after a crash, by a later one.
 */
export class RemoveUnreferred {
  readonly name = 'remove-unreferred-files';
  /** Where the pass over the pinned files goes on, and from when on the next one may begin. */
  private after: FileRecord | undefined;
  private nextPassMilliseconds = 0;

  /** Without `isReferred` nobody can tell, and what is pinned stays. */
  constructor(
    private readonly files: Files,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly isReferred?: IsReferred,
  ) {}

  async round(stopping: AbortSignal): Promise<'more' | 'done'> {
    const now = this.clock.now();
    const before = instantAt(instantMilliseconds(now) - UNREFERRED_MILLISECONDS_MAX);
    const uploaded = await this.page('uploaded', before);
    for (const file of uploaded) {
      stopping.throwIfAborted();
      await this.condemn(file, now);
    }
    const pinned = await this.lookAtPinned(before, now, stopping);
    const removed = await this.removeCondemned(now, stopping);
    await this.files.sweep(before);
    return uploaded.length === FILES_PER_ROUND_MAX || removed === FILES_PER_ROUND_MAX || pinned === 'more' ? 'more' : 'done';
  }

  private async lookAtPinned(before: string, now: string, stopping: AbortSignal): Promise<'more' | 'done'> {
    if (this.isReferred === undefined || instantMilliseconds(now) < this.nextPassMilliseconds) return 'done';
    const pinned = await this.page('pinned', before, this.after);
    for (const file of pinned) {
      stopping.throwIfAborted();
      // One that is pinned again meanwhile has another standing and stays.
      if (!(await this.isReferred(file))) await this.condemn(file, now);
    }
    const isOver = pinned.length < FILES_PER_ROUND_MAX;
    this.after = isOver ? undefined : pinned.at(-1);
    if (isOver) this.nextPassMilliseconds = instantMilliseconds(now) + PINNED_PASS_MILLISECONDS;
    return isOver ? 'done' : 'more';
  }

  private async removeCondemned(now: string, stopping: AbortSignal): Promise<number> {
    // Those of this very instant too.
    const condemned = await this.page('removing', instantAt(instantMilliseconds(now) + 1));
    for (const { address } of condemned) {
      stopping.throwIfAborted();
      await this.files.remove(address);
    }
    if (condemned.length > 0) this.logger.info({ files: condemned.length }, 'Files that nothing refers to were removed.');
    return condemned.length;
  }

  private async condemn(file: FileRecord, now: string): Promise<void> {
    await this.files.change(file.address, file, { state: 'removing', since: now });
  }

  private page(state: FileState, before: string, after?: FileRecord): Promise<readonly FileRecord[]> {
    return this.files.page({ state, before, after, limit: FILES_PER_ROUND_MAX });
  }
}
