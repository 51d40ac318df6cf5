import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Decider } from '../src/ledger/decider.js';
import type { EventMetadata, LedgerEvent, NewEvent } from '../src/ledger/envelope.js';
import { defineEvent, EventRegistry } from '../src/ledger/event-registry.js';
import type { ReadModel, StoredDocument } from '../src/projections/ports/read-model-store.js';
import type { JsonObject } from '../src/shared/json.js';

/** About as many events as the record of a learner holds; then a lane goes on with a new stream. */
export const EVENTS_PER_STREAM = 20;
/** As the runner of projections commits them. */
export const DOCUMENTS_PER_BATCH = 500;
export const BATCHES = 4;

export interface Target {
  readonly stream: string;
  readonly expected: number | 'none';
}

/**
 * Where an event goes: each lane fills its own streams, so that no append meets a conflict. The first of each lane is
 * shorter by another number, so that at any time as many streams begin as in a service that is long under way.
 */
export function target(lane: number, turn: number): Target {
  const place = turn + (lane % EVENTS_PER_STREAM);
  const number = Math.floor(place / EVENTS_PER_STREAM);
  const revision = number === 0 ? turn : place % EVENTS_PER_STREAM;
  return { stream: `counter-acme-${process.pid}-${lane}-${number}`, expected: revision === 0 ? 'none' : revision - 1 };
}

const metadata: EventMetadata = {
  schemaVersion: 1,
  recordedAt: '2031-04-05T06:07:08.009Z',
  commandId: '5f0f0c1e-6f0e-5f43-8f2b-3f7c0c3b1a55',
  fingerprint: 'kPUjeKyTWVuQVnQKtCQPp8vQnRzaW0Gm0r8mBPtM3lM',
  $correlationId: '0190a1b2-0000-7000-8000-00000000bbbb',
  $causationId: '5f0f0c1e-6f0e-5f43-8f2b-3f7c0c3b1a55',
  actor: { key: '0190a1b2-0000-7000-8000-00000000cccc', role: 'trainer' },
  origin: { kind: 'api' },
};

/** Data and metadata are as large together as those of a usual event of a record: some 700 bytes. */
export const sampleEvent = (): NewEvent => ({
  id: randomUUID(),
  type: 'Counted',
  data: {
    course: 'fire-safety',
    enrolment: '0190a1b2-0000-7000-8000-00000000dddd',
    effective: { instant: '2031-04-05T06:00:00Z' },
    evidence: { source: 'platform', record: '4711', result: 'passed', score: '87.5' },
    amount: 1,
  },
  metadata,
});

export type Counted = LedgerEvent<'Counted', { readonly amount: number }>;
export interface Count {
  readonly add: number;
  readonly max: number;
}

/** The smallest rule that needs the state: a sum that never passes a bound. */
export const counterDecider: Decider<number, Count, Counted> = {
  kind: 'counter',
  initial: 0,
  decide: ({ add, max }, sum) =>
    sum + add > max
      ? { kind: 'rejection', code: 'TOO_MUCH', detail: 'The bound is reached.' }
      : [{ type: 'Counted', data: { ...(sampleEvent().data as object), amount: add } }],
  evolve: (sum, { data }) => sum + data.amount,
};

const counted = z.looseObject({ amount: z.int() });
export const counterRegistry = new EventRegistry([defineEvent('Counted', counted)]);

export const model: ReadModel = {
  name: 'bench',
  version: '1.0',
  indexes: { byOrganization: ['organization'], bySchemeAndDay: ['organization', 'scheme', 'lastValidDay'] },
};

const bodyOf = (key: string): JsonObject => ({
  organization: 'acme',
  scheme: 'work-at-height',
  learner: key,
  lastValidDay: '2031-12-31',
  etag: 17,
  record: {
    cycles: [{ number: 1, kind: 'initial', from: '2031-01-01T00:00:00Z', lastValidDay: '2031-12-31', edition: 3 }],
    completions: Array.from({ length: 6 }, (_, at) => ({
      course: `course-${at}`,
      revision: at,
      day: '2030-11-01',
      by: 'import',
    })),
  },
});

/** The documents of a batch at a position: the same keys in every round, so that most writes change what is there. */
export const batch = (number: number, position: string): readonly StoredDocument[] =>
  Array.from({ length: DOCUMENTS_PER_BATCH }, (_, at) => {
    const key = `record-acme-${String(number * DOCUMENTS_PER_BATCH + at).padStart(64, '0')}`;
    return { key, position, body: bodyOf(key) };
  });
