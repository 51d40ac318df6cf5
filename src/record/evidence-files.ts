import { reject, type Rejection } from '../shared/result.js';
import type { PinnedAttachment } from './domain/commands.js';

/** What the record asks of the files that evidence refers to. */
export interface EvidenceFiles {
  /** Keeps a file from being collected, before the event that refers to it: no event points at bytes that are not there. */
  pin(organization: string, subject: string, address: string): Promise<PinnedAttachment | Rejection>;
}

/** Where evidence finds its files, and whether they are scanned before they are approved. */
export interface EvidenceSources {
  readonly files: EvidenceFiles;
  readonly scans: boolean;
}

/** A ledger without files: no address is one of its own. */
export const NO_FILES: EvidenceSources = {
  files: { pin: async () => reject('ATTACHMENT_UNKNOWN', 'There is no such attachment of this learner. Upload the file first.') },
  scans: false,
};

/** In a dry run any address stands for a file that is uploaded by the run itself. */
export const REHEARSED_FILES: EvidenceFiles = {
  pin: async (_organization, _subject, address) => ({
    address,
    size: 1,
    mediaType: 'application/octet-stream',
    name: 'rehearsed',
    digest: address,
  }),
};
