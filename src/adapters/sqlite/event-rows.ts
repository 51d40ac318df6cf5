import type { StoredEvent } from '../../ledger/envelope.js';
import { LedgerError } from '../../ledger/errors.js';
import { formatPosition } from '../../ledger/position.js';
import type { Json, JsonObject } from '../../shared/json.js';

export const EVENT_COLUMNS = 'position, stream, revision, id, type, data, metadata';

/** position, stream, revision, id, type, data, metadata: an array, because the driver reads arrays faster than objects. */
export type EventRow = readonly [number, string, number, string, string, string, string];

export const rowBytes = (row: EventRow): number => row[5].length + row[6].length;

/** The event of a row; a row that this program cannot have written is damage, and is never passed on or left out. */
export function eventOf(row: EventRow, epoch: string): StoredEvent {
  const [number, stream, revision, id, type, data, metadata] = row;
  return {
    id,
    type,
    data: objectOf(data, row, 'data'),
    metadata: objectOf(metadata, row, 'metadata') as unknown as StoredEvent['metadata'],
    stream,
    revision,
    position: formatPosition(epoch, number),
  };
}

/** The rows of one read are neighbours in their stream, and reach its end where the page is not full. */
export function refuseGaps(rows: readonly EventRow[], first: number, step: 1 | -1, last: number | undefined): void {
  let revision = first;
  for (const row of rows) {
    if (row[2] !== revision) throw damaged(row, `revision ${revision} of the stream ${row[1]} is missing`);
    revision += step;
  }
  const end = rows.at(-1);
  if (end !== undefined && last !== undefined && end[2] !== last)
    throw damaged(end, `revision ${end[2] + step} of ${end[1]} is missing`);
}

export function damaged(row: EventRow, what: string): LedgerError {
  return new LedgerError(
    'HISTORY_DAMAGED',
    `The log is damaged at position ${row[0]}: ${what}. Restore the newest backup that verifies.`,
  );
}

function objectOf(text: string, row: EventRow, column: string): JsonObject {
  const value = parse(text, row, column);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw damaged(row, `its ${column} is not a JSON object`);
}

function parse(text: string, row: EventRow, column: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw damaged(row, `its ${column} is not JSON`);
  }
}
