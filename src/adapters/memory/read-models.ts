import { LedgerError } from '../../ledger/errors.js';
import { decodeCursor, encodeCursor, type Cursor, type SortValue } from '../../projections/ports/cursor.js';
import {
  CHANGES_PER_COMMIT_MAX,
  DOCUMENTS_PER_FIND_MAX,
  DOCUMENTS_PER_GET_MAX,
  type Commit,
  type FindOptions,
  type FoundPage,
  type ReadModel,
  type ReadModelStore,
  type StoredDocument,
} from '../../projections/ports/read-model-store.js';
import { assert } from '../../shared/assert.js';
import type { JsonObject } from '../../shared/json.js';

/** The body is held as JSON text, so that no caller can change a document behind the store's back. */
interface HeldDocument {
  readonly key: string;
  readonly position: string;
  readonly body: string;
}

interface HeldModel {
  checkpoint: string | undefined;
  readonly documents: Map<string, HeldDocument>;
}

interface Candidate {
  readonly document: StoredDocument;
  readonly values: readonly SortValue[];
}

/** Read models for tests and trials; `find` sorts all documents, which is plain and slow. */
export class MemoryReadModelStore implements ReadModelStore {
  private readonly models = new Map<string, Map<string, HeldModel>>();
  private readonly servedVersions = new Map<string, string>();

  async prepare({ name, version }: ReadModel): Promise<void> {
    const held = this.models.get(name) ?? new Map<string, HeldModel>();
    if (!held.has(version)) held.set(version, { checkpoint: undefined, documents: new Map() });
    this.models.set(name, held);
  }

  async checkpoint({ name, version }: ReadModel): Promise<string | undefined> {
    return this.models.get(name)?.get(version)?.checkpoint;
  }

  async getMany(model: ReadModel, keys: readonly string[]): Promise<readonly StoredDocument[]> {
    assert(keys.length <= DOCUMENTS_PER_GET_MAX, `at most ${DOCUMENTS_PER_GET_MAX} documents are loaded at once`);
    const { documents } = this.heldModel(model);
    return [...new Set(keys)].flatMap((key) => documents.get(key) ?? []).map(copyOf);
  }

  async find(model: ReadModel, options: FindOptions): Promise<FoundPage> {
    const fields = model.indexes[options.index];
    assert(fields !== undefined && options.equals.length <= fields.length, `the index ${options.index} is not declared so`);
    assert(
      options.limit >= 1 && options.limit <= DOCUMENTS_PER_FIND_MAX,
      `a page holds 1 to ${DOCUMENTS_PER_FIND_MAX} documents`,
    );
    const sortFields = fields.slice(options.equals.length);
    const after = options.after === undefined ? undefined : decodeCursor(options.index, options.after, sortFields.length);
    const direction = options.descending === true ? -1 : 1;
    const sorted = [...this.heldModel(model).documents.values()]
      .map(copyOf)
      .filter(({ body }) => options.equals.every((value, at) => compareValues(valueOf(body, fields[at]), value) === 0))
      .filter(({ body }) => isWithin(valueOf(body, sortFields[0]), options))
      .map((document): Candidate => ({ document, values: sortFields.map((field) => valueOf(document.body, field)) }))
      .filter((candidate) => after === undefined || direction * compareCursors(cursorOf(candidate), after) > 0)
      .sort((left, right) => direction * compareCursors(cursorOf(left), cursorOf(right)));
    const page = sorted.slice(0, options.limit);
    const last = sorted.length > page.length ? page.at(-1) : undefined;
    return {
      documents: page.map(({ document }) => document),
      ...(last === undefined ? {} : { next: encodeCursor(options.index, cursorOf(last)) }),
    };
  }

  async commit({ model, from, to, changes }: Commit): Promise<'committed' | 'fenced'> {
    assert(changes.length <= CHANGES_PER_COMMIT_MAX, `a commit holds at most ${CHANGES_PER_COMMIT_MAX} documents`);
    const held = this.models.get(model.name)?.get(model.version);
    if (held === undefined || held.checkpoint !== from) return 'fenced';
    for (const { key, position, body } of changes) {
      const older = held.documents.get(key);
      if (older === undefined || older.position < position)
        held.documents.set(key, { key, position, body: JSON.stringify(body) });
    }
    held.checkpoint = to;
    return 'committed';
  }

  async served(name: string, codeVersion: number): Promise<string | undefined> {
    return this.servedVersions.get(servedKey(name, codeVersion));
  }

  async serve(name: string, codeVersion: number, version: string): Promise<void> {
    assert(this.models.get(name)?.has(version), `${name} ${version} is not held, so it cannot be served`);
    this.servedVersions.set(servedKey(name, codeVersion), version);
  }

  async versions(name: string): Promise<readonly string[]> {
    return [...(this.models.get(name)?.keys() ?? [])];
  }

  async discard(name: string, version: string): Promise<void> {
    const isServed = [...this.servedVersions].some(([key, value]) => value === version && isServedKeyOf(key, name));
    assert(!isServed, `${name} ${version} is served, so it cannot be discarded`);
    this.models.get(name)?.delete(version);
  }

  private heldModel({ name, version }: ReadModel): HeldModel {
    const held = this.models.get(name)?.get(version);
    if (held !== undefined) return held;
    throw new LedgerError(
      'STORE_UNAVAILABLE',
      `The read model ${name} ${version} is not held here; ask for the served version again.`,
    );
  }
}

const servedKey = (name: string, codeVersion: number): string => JSON.stringify([name, codeVersion]);
const isServedKeyOf = (key: string, name: string): boolean => (JSON.parse(key) as unknown[])[0] === name;
const copyOf = ({ key, position, body }: HeldDocument): StoredDocument => ({
  key,
  position,
  body: JSON.parse(body) as JsonObject,
});
const cursorOf = ({ document, values }: Candidate): Cursor => ({ key: document.key, values });

function valueOf(body: JsonObject, field: string | undefined): SortValue {
  const value = field === undefined ? null : (body[field] ?? null);
  return typeof value === 'object' ? null : value;
}

function isWithin(value: SortValue, { from, to }: FindOptions): boolean {
  if (from === undefined && to === undefined) return true;
  if (value === null) return false;
  return (from === undefined || compareValues(value, from) >= 0) && (to === undefined || compareValues(value, to) <= 0);
}

function compareCursors(left: Cursor, right: Cursor): number {
  for (const [at, value] of left.values.entries()) {
    const order = compareValues(value, right.values[at] ?? null);
    if (order !== 0) return order;
  }
  return compareValues(left.key, right.key);
}

/** Nothing, then numbers, then text in the order of its UTF-8 bytes: the order of the engines, which is not JavaScript's own. */
function compareValues(left: SortValue, right: SortValue): number {
  if (typeof left === 'string' && typeof right === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (rankOf(left) !== rankOf(right)) return rankOf(left) - rankOf(right);
  return Number(left) - Number(right);
}

const rankOf = (value: SortValue): number => (value === null ? 0 : typeof value === 'string' ? 2 : 1);
