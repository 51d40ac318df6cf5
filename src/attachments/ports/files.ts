import type { Sealed } from '../../ledger/sealed.js';

/** `uploaded`: nothing refers to it yet. `pinned`: an event refers to it or is about to. `removing`: nothing may refer to it any more. */
export const FILE_STATES = ['uploaded', 'pinned', 'removing'] as const;
export type FileState = (typeof FILE_STATES)[number];

/** Which state since when; a change names the standing it was decided on, so that of two changes one wins. */
export interface FileStanding {
  readonly state: FileState;
  /** RFC 3339 in UTC with milliseconds, so that its text sorts like its time. */
  readonly since: string;
}

/** What is known of a file without opening it. */
export interface FileRecord extends FileStanding {
  /** SHA-256 of the ciphertext in lower-case hex: where the file is found. */
  readonly address: string;
  /** The id of the command that uploaded it; there is one file for each. */
  readonly id: string;
  readonly organization: string;
  /** Whose personal data it is: its key encrypts the file. */
  readonly subject: string;
  /** In bytes, of the plain file. */
  readonly size: number;
  readonly mediaType: string;
  readonly name: Sealed;
  /** SHA-256 of the plain file in lower-case hex. */
  readonly digest: Sealed;
  readonly fingerprint: string;
  readonly uploadedAt: string;
  readonly uploadedBy: { readonly key: string; readonly person?: string };
}

/** Part of a file's ciphertext: from `from` up to but not including `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** One file on its way in; nobody sees anything of it until it is finished. */
export interface FileWriting {
  /** Takes the next bytes of the ciphertext; resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the bytes and then the record durable. Answers the record that stands under this id: this one, or the one that was
   * there first, and then these bytes are dropped. Where it fails the bytes are dropped too, or left to `sweep`.
   */
  finish(record: FileRecord): Promise<FileRecord>;
  /**
   * Drops what was written; nothing after a `finish`, of which the file may be there even where it failed. Never fails: what
   * could not be dropped now is left to `sweep`.
   */
  abandon(): Promise<void>;
}

/** Named bounds of the port, the same on every engine (house rule 9). */
export const FILES_PER_PAGE_MAX = 200;

export interface FilePage {
  readonly state: FileState;
  /** Only those that have stood so since before this instant. */
  readonly before: string;
  /** Only those after this one, in the order of `since` and address. */
  readonly after?: Pick<FileRecord, 'since' | 'address'> | undefined;
  readonly limit: number;
}

/** The home of ciphertext, outside of the log. Failures: STORE_UNAVAILABLE, COMMIT_UNKNOWN, HISTORY_DAMAGED. */
export abstract class Files {
  /** Begins a file at this instant, by which `sweep` knows it. */
  abstract begin(at: string): Promise<FileWriting>;

  abstract get(address: string): Promise<FileRecord | undefined>;

  /** The file that a command uploaded. */
  abstract uploadedBy(id: string): Promise<FileRecord | undefined>;

  /** The bytes of a range, piece by piece. HISTORY_DAMAGED where there are fewer, or none. */
  abstract read(address: string, range: ByteRange): AsyncIterable<Uint8Array>;

  /** Sets the standing where it is still `from`, durable when it returns; answers whether it was so. */
  abstract change(address: string, from: FileStanding, to: FileStanding): Promise<boolean>;

  /** Removes bytes and record for good. The file must be `removing`; one that is gone already is no failure. */
  abstract remove(address: string): Promise<void>;

  abstract page(page: FilePage): Promise<readonly FileRecord[]>;

  /** Removes what uploads left behind that began before this instant and were cut by the end of their process; answers how many. */
  abstract sweep(before: string): Promise<number>;
}
