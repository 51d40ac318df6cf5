import type { Clock } from '../ledger/ports/clock.js';
import { LedgerError } from '../ledger/errors.js';
import { reject, type Rejection } from '../shared/result.js';
import type { Files } from './ports/files.js';
import type { StoredFiles } from './stored-files.js';

/** What an event may say of an attachment; name and digest are personal data and are sealed there. */
export interface PinnedAttachment {
  readonly address: string;
  readonly size: number;
  readonly mediaType: string;
  readonly name: string;
  /** SHA-256 of the plain file in lower-case hex. */
  readonly digest: string;
}

const TRIES_MAX = 5;

/** What the rest of the house may do with attachments. */
export class Attachments {
  constructor(
    private readonly files: Files,
    private readonly stored: StoredFiles,
    private readonly clock: Clock,
  ) {}

  /**
   * Keeps a file from being collected, before the event that refers to it is appended: so no event ever points at bytes that are
   * not there. Where that event is never appended, the file is collected after the named time all the same. May be repeated.
   */
  async pin(
    organization: string,
    subject: string,
    address: string,
  ): Promise<PinnedAttachment | Rejection<'ATTACHMENT_UNKNOWN' | 'ATTACHMENT_ERASED'>> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const record = await this.stored.find(organization, subject, address);
      if (record === undefined) return unknownAttachment();
      try {
        await this.stored.assertThere(record);
      } catch (error) {
        // Where the collector was quicker, there is no file any more, which is no damage.
        if ((await this.stored.find(organization, subject, address)) === undefined) return unknownAttachment();
        throw error;
      }
      const { name, digest } = await this.stored.describe(record);
      if (typeof name !== 'string' || typeof digest !== 'string') return erasedAttachment();
      const isPinned = await this.files.change(address, record, { state: 'pinned', since: this.clock.now() });
      if (isPinned) return { address, size: record.size, mediaType: record.mediaType, name, digest };
    }
    throw new LedgerError('CONCURRENCY_CONFLICT', `The file ${address} was changed ${TRIES_MAX} times in between.`);
  }
}

export const unknownAttachment = (): Rejection<'ATTACHMENT_UNKNOWN'> =>
  reject('ATTACHMENT_UNKNOWN', 'The learner has no attachment at this address.');
export const erasedAttachment = (): Rejection<'ATTACHMENT_ERASED'> =>
  reject('ATTACHMENT_ERASED', 'The personal data of this learner was erased, and with it what the attachment held.');
