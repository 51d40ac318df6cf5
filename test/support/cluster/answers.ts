import type { ProjectionStatus } from '../../../src/projections/projections.js';
import { eventually } from '../service.js';
import type { SpawnedService } from '../spawned-service.js';

export interface ExportedEvent {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: { readonly commandId: string };
}

/** The whole log as a service exports it. */
export async function logOf(service: SpawnedService): Promise<ExportedEvent[]> {
  const events: ExportedEvent[] = [];
  for (let after = ''; ;) {
    const page = await service.get(`/v1/events${after}`);
    if (page.status !== 200) throw new Error(`The log was answered ${page.status}: ${page.text}`);
    const lines = page.text.split('\n').filter(Boolean);
    events.push(...lines.map((line) => JSON.parse(line) as ExportedEvent));
    if (page.headers['certledger-end'] === 'true') return events;
    after = `?after=${page.headers['certledger-next']}`;
  }
}

export async function projectionsOf(service: SpawnedService): Promise<readonly ProjectionStatus[]> {
  return (await service.get('/v1/projections')).json<{ projections: ProjectionStatus[] }>().projections;
}

/** Waits until every read model stands at the end of the log. */
export async function allCurrent(service: SpawnedService): Promise<void> {
  await eventually(async () => ((await projectionsOf(service)).every(({ current }) => current) ? true : undefined), 60_000);
}

/** The addresses at which two services answer otherwise. */
export const differing = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter((url) => one.get(url) !== other.get(url));

/** Has every read model built anew from the log, and waits until the new one is served. */
export async function rebuildAll(service: SpawnedService): Promise<void> {
  const before = new Map((await projectionsOf(service)).map(({ name, served }) => [name, served]));
  for (const name of before.keys()) {
    const { status, text } = await service.request('POST', `/v1/projections/${name}/rebuild`);
    if (status !== 200) throw new Error(`A rebuild of ${name} was answered ${status}: ${text}`);
  }
  await eventually(async () => {
    const after = await projectionsOf(service);
    return after.every(({ name, served, current }) => current && served !== before.get(name)) ? true : undefined;
  }, 60_000);
}

const AT = '2026-01-01T00:00:00Z';
const LISTS = ['/v1/learners?', '/v1/expiry-dates?', `/v1/schemes/S1/population?at=${AT}&`];
const PARTS = [`?at=${AT}`, '/history', `/schemes/S1?at=${AT}`, `/tasks?at=${AT}`];

/** What a service answers from its read models, by address: every page of the lists, and all about some learners. */
export async function answersOf(service: SpawnedService, learners: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  const ask = async (url: string): Promise<{ next?: string }> => {
    const { status, text } = await service.get(url);
    if (status !== 200) throw new Error(`${url} was answered ${status}: ${text}`);
    answers.set(url, text);
    return JSON.parse(text) as { next?: string };
  };
  for (const list of LISTS) {
    let { next } = await ask(`${list}limit=200`);
    while (next !== undefined) ({ next } = await ask(`${list}limit=200&cursor=${encodeURIComponent(next)}`));
  }
  for (const learner of learners) for (const part of PARTS) await ask(`/v1/learners/${learner}${part}`);
  return answers;
}
