import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreServer } from './event-store-server.js';
import type { Load, Place } from './subject.js';
import { WorkerProcess } from './worker-process.js';
import type { Done } from './worker.js';

export interface Compared {
  readonly label: string;
  readonly subject: readonly [string, string];
  /** The labels of those that it is held against. */
  readonly against?: readonly string[];
}

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly needs?: 'eventstoredb' | 'mongodb';
  readonly load: Load;
  readonly compared: readonly Compared[];
}

/** Median, least and most. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Row {
  readonly label: string;
  readonly perSecond: Spread;
  /** Processor time of the measured process for one operation. */
  readonly processorMicroseconds: Spread;
  readonly peakBytes: number;
  /** Round by round, so that what slows the whole machine slows both. */
  readonly ratios: readonly { readonly to: string; readonly ratio: Spread }[];
}

export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly rows: readonly Row[];
}

const WARM_OPERATIONS = 5_000;
const WARM_ROUNDS_MIN = 3;
const WARM_ROUNDS_MAX = 8;

interface Run {
  readonly compared: Compared;
  readonly worker: WorkerProcess;
  readonly done: Done[];
}

/** Measures one after the other, round by round and in turned order, each in a process of its own. */
export async function compare(comparison: Comparison, rounds: number, place: Omit<Place, 'eventStore'>): Promise<Result> {
  const { name, unit, compared, load } = comparison;
  const server = comparison.needs === 'eventstoredb' ? await EventStoreServer.start() : undefined;
  const runs: Run[] = [];
  try {
    for (const one of compared) {
      const folder = mkdtempSync(join(place.folder, 'subject-'));
      const own = { folder, mongodb: place.mongodb, eventStore: server?.url ?? '' };
      runs.push({ compared: one, worker: await WorkerProcess.start({ subject: one.subject, place: own }), done: [] });
    }
    for (const { worker } of runs) await warmUp(worker, load);
    for (let round = 1; round <= rounds; round += 1) {
      for (const { worker, done } of round % 2 === 0 ? runs.toReversed() : runs) done.push(await worker.round({ load }));
    }
  } finally {
    for (const { worker } of runs) await worker.stop();
    await server?.stop();
  }
  return { name, unit, rows: runs.map((run) => rowOf(run, runs)) };
}

/** Until the machine code is made: the first operations of a process cost several times what the later ones do. */
async function warmUp(worker: WorkerProcess, load: Load): Promise<void> {
  let operations = 0;
  for (let rounds = 0; rounds < WARM_ROUNDS_MAX; rounds += 1) {
    if (rounds >= WARM_ROUNDS_MIN && operations >= WARM_OPERATIONS) return;
    operations += (await worker.round({ load })).operations;
  }
}

function rowOf({ compared, done }: Run, runs: readonly Run[]): Row {
  const ratios = (compared.against ?? []).flatMap((to) => {
    const other = runs.find((run) => run.compared.label === to);
    if (other === undefined) return [];
    return [{ to, ratio: spreadOf(done.map((one, at) => rate(one) / rate(other.done[at]!))) }];
  });
  const peakBytes = Math.max(...done.map((one) => one.peakBytes));
  const processorMicroseconds = spreadOf(done.map((one) => (one.processorMilliseconds * 1_000) / one.operations));
  return { label: compared.label, perSecond: spreadOf(done.map(rate)), processorMicroseconds, peakBytes, ratios };
}

const rate = ({ operations, milliseconds }: Done): number => (operations * 1_000) / milliseconds;

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}
