import { reject, type Rejection } from '../shared/result.js';
import type { PinnedAttachment } from './domain/commands.js';
import type { ScanVerdict } from './domain/submission-events.js';

/** What the record asks of the files that evidence refers to. */
export interface EvidenceFiles {
  /** Keeps a file from being collected, before the event that refers to it: no event points at bytes that are not there. */
  pin(organization: string, subject: string, address: string): Promise<PinnedAttachment | Rejection>;
}

/** What a scanner says of a file that evidence refers to; `none` is no verdict, and it may be asked again. */
export type AttachmentScan =
  { readonly verdict: ScanVerdict; readonly signature?: string | undefined } | { readonly verdict: 'none'; readonly why: string };

/** Lets a scanner look into files. */
export interface AttachmentScans {
  /** Which scanner answers; undefined where none does. */
  version(): Promise<string | undefined>;
  scan(address: string, stopping: AbortSignal): Promise<AttachmentScan>;
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
