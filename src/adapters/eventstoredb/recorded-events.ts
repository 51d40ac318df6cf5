import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { StoredEvent } from '../../ledger/envelope.js';
import { formatPosition } from '../../ledger/position.js';
import type { JsonObject } from '../../shared/json.js';
import { damaged } from './errors.js';

/** An event as the driver hands it out, from a stream or from the whole log. */
export type Recorded = NonNullable<(AllStreamResolvedEvent | ResolvedEvent)['event']>;

/** The place of a record in the server's log; what we write has prepare and commit at one place. */
export function commitOf(event: Recorded): number {
  const commit = event.position?.commit;
  if (commit === undefined) throw damaged(event.streamId, `event ${event.id} has no position`);
  return Number(commit);
}

/** The event as it was appended; what this program cannot have written is damage, and is never passed on or left out. */
export function storedEvent(event: Recorded, stream: string, epoch: string): StoredEvent {
  return {
    id: event.id,
    type: event.type,
    data: objectOf(event, 'data'),
    metadata: objectOf(event, 'metadata') as unknown as StoredEvent['metadata'],
    stream,
    revision: Number(event.revision),
    position: formatPosition(epoch, commitOf(event)),
  };
}

function objectOf(event: Recorded, part: 'data' | 'metadata'): JsonObject {
  const value: unknown = event[part];
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  if (event.isJson && isObject) return value as JsonObject;
  throw damaged(event.streamId, `the ${part} of event ${event.id} at revision ${event.revision} is not a JSON object`);
}
