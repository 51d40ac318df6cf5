import type { JsonObject } from '../../shared/json.js';

/** A document with the position of the last event folded into it. Once made it is never removed (it is marked). */
export interface StoredDocument {
  readonly key: string;
  readonly position: string;
  readonly body: JsonObject;
}

/** Names one built copy of a read model: its name and version, `<code version>.<generation>`. */
export interface ReadModel {
  readonly name: string;
  readonly version: string;
  /** Declared indexes: name → fields of the body (top level, strings, numbers or booleans), in order; the document's key is always the last, implicit field. They belong to the version: MongoDB refuses other ones under the same. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
}

export interface FindOptions {
  readonly index: string;
  /** Values for a prefix of the index's fields. */
  readonly equals: readonly (string | number | boolean)[];
  /** Bounds on the field after that prefix: `from` inclusive, `to` inclusive. A document whose field is missing or null never matches a bound. */
  readonly from?: string | number;
  readonly to?: string | number;
  /** Continue after this document, by its cursor as an earlier `find` returned it. */
  readonly after?: string | undefined;
  readonly limit: number;
  readonly descending?: boolean;
}

export interface FoundPage {
  readonly documents: readonly StoredDocument[];
  /** The cursor after the last document, when there may be more. */
  readonly next?: string;
}

export interface Commit {
  readonly model: ReadModel;
  /** The checkpoint that this commit starts from; undefined: none yet. */
  readonly from: string | undefined;
  readonly to: string;
  readonly changes: readonly StoredDocument[];
}

export const CHANGES_PER_COMMIT_MAX = 1_000;
export const DOCUMENTS_PER_FIND_MAX = 200;
export const DOCUMENTS_PER_GET_MAX = 1_000;

/** Documents by key and by declared indexes, with a compare-and-set checkpoint. Failures: STORE_UNAVAILABLE, HISTORY_DAMAGED. */
export abstract class ReadModelStore {
  /** Makes the model's place and indexes where they are missing. */
  abstract prepare(model: ReadModel): Promise<void>;
  abstract checkpoint(model: ReadModel): Promise<string | undefined>;
  /** The documents of these keys that exist, in any order. */
  abstract getMany(model: ReadModel, keys: readonly string[]): Promise<readonly StoredDocument[]>;
  /** Sorted by the index's fields after the `equals` prefix, then by key; a missing or null field sorts first. */
  abstract find(model: ReadModel, options: FindOptions): Promise<FoundPage>;
  /**
   * Writes documents, each only over an older position of itself, and moves the checkpoint from `from` to `to`;
   * `fenced` when the checkpoint is not `from`, and then the checkpoint stays (documents may have run ahead).
   */
  abstract commit(commit: Commit): Promise<'committed' | 'fenced'>;
  /** The version that answers queries for `name` at this code version, or undefined before the first is built. */
  abstract served(name: string, codeVersion: number): Promise<string | undefined>;
  /** Makes `version` the served one, atomically. */
  abstract serve(name: string, codeVersion: number, version: string): Promise<void>;
  /** All versions that the store holds of `name`, oldest first. */
  abstract versions(name: string): Promise<readonly string[]>;
  /** Removes a whole version that is no longer served. */
  abstract discard(name: string, version: string): Promise<void>;
}

/** A cursor that no `find` on this index returned: the caller's mistake, not the store's failure. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';

  constructor() {
    super('The cursor was not given out for this list. Start again without one.');
  }
}
