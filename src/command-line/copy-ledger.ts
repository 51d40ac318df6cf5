import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { namesCluster } from '../app/cluster-settings.js';
import type { Configuration } from '../app/configuration.js';
import { openEmbedded } from '../app/embedded.js';
import type { Engines } from '../app/engines.js';
import { deciders, registry } from '../app/kernel.js';
import { copyFiles } from '../attachments/copy-files.js';
import { Replay } from '../audit/replay.js';
import { Codec } from '../ledger/codec.js';
import { copyEvents, copyKeys, CopyRefused, hashOfLeaves } from '../ledger/copy.js';
import type { KeyRing } from '../ledger/key-ring.js';
import { CommandFailure, EXIT } from './exit-codes.js';
import { progressOf } from './progress.js';

/** The word for the engines that the settings name, in the place of a folder. */
export const CLUSTER = 'cluster';

/** Decoding needs no key: what is sealed stays sealed. */
const codec = new Codec(registry, undefined as unknown as KeyRing);

export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Copies a whole ledger from one engine to another: keys, then files, then events, then both sides are read again and compared. */
export async function copyLedger(configuration: Configuration, { from, to, json, signal }: CopyOptions): Promise<number> {
  if (isSamePlace(from, to)) throw new CommandFailure('--from and --to are the same place.');
  const isThere = from === CLUSTER || existsSync(join(from, 'events.sqlite'));
  if (!isThere) throw new CommandFailure(`${from} holds no ledger. Name the data folder of a stopped service, or "${CLUSTER}".`);
  const source = await openPlace(configuration, from);
  try {
    // A folder that is made now must not get a master key of its own, since wrapped keys are copied as they are.
    const isNew = to !== CLUSTER && !existsSync(join(to, 'master.key'));
    const master = isNew ? source.master.bytes.toString('hex') : undefined;
    const target = await openPlace(configuration, to, master);
    try {
      if (master !== undefined && configuration.CERTLEDGER_MASTER_KEY === undefined)
        writeFileSync(join(to, 'master.key'), `${master}\n`, { mode: 0o600, flag: 'wx' });
      if (!source.master.bytes.equals(target.master.bytes))
        throw new CommandFailure('The two sides have different master keys. Set CERTLEDGER_MASTER_KEY to that of the source.');
      return await copyBetween(source, target, { json, signal });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

const isSamePlace = (from: string, to: string): boolean =>
  from === CLUSTER || to === CLUSTER ? from === to : resolve(from) === resolve(to);

async function openPlace(configuration: Configuration, place: string, master?: string): Promise<Engines> {
  if (place === CLUSTER) {
    if (namesCluster(configuration)) return (await import('../app/cluster.js')).openCluster(configuration);
    throw new CommandFailure('Set CERTLEDGER_EVENTSTORE_URL and CERTLEDGER_MONGODB_URL to the engines of the cluster.');
  }
  return openEmbedded(place, configuration.CERTLEDGER_MASTER_KEY ?? master);
}

async function copyBetween(
  source: Engines,
  target: Engines,
  { json, signal }: { json: boolean; signal: AbortSignal },
): Promise<number> {
  try {
    const keys = await copyKeys(source, target, progressOf('keys'));
    const files = await copyFiles(source.files, target.files, progressOf('files'), signal);
    if (signal.aborted) return interrupted(0);
    const copied = await copyEvents(source, target, progressOf('events'), signal);
    if (signal.aborted) return interrupted(copied);
    const [before, after] = [await summaryOf(source, signal), await summaryOf(target, signal)];
    if (signal.aborted) return interrupted(copied);
    if (before.hash !== after.hash || before.stateDigest !== after.stateDigest)
      throw new CommandFailure(
        `The two sides differ: ${before.events} events ${before.hash} and ${after.events} events ${after.hash}. Was one written to meanwhile? Stop every service on both and copy again.`,
      );
    const report = { keys, files, ...after };
    process.stdout.write(
      json
        ? `${JSON.stringify(report)}\n`
        : `${keys} keys, ${files} files and ${after.events} events, the same on both sides\nhash of leaves ${after.hash}\nstate digest   ${after.stateDigest}\n`,
    );
    return EXIT.done;
  } catch (error) {
    if (error instanceof CopyRefused) throw new CommandFailure(error.message);
    throw error;
  }
}

function interrupted(copied: number): number {
  process.stderr.write(`certledger: interrupted at event ${copied}; the same command goes on.\n`);
  return EXIT.interrupted;
}

async function summaryOf(
  { store }: Engines,
  signal: AbortSignal,
): Promise<{ events: number; hash: string; stateDigest: string }> {
  const replay = new Replay(codec, deciders);
  const leaves = await hashOfLeaves(store, (event) => replay.accept(event), progressOf('events compared'), signal);
  return { ...leaves, stateDigest: replay.report().stateDigest };
}
