import type { ProjectionStatus } from '../projections/projections.js';
import { expectJson, type Connection } from './connection.js';
import { EXIT } from './exit-codes.js';

const NAME_COLUMN = 20;

const line = ({ name, served, current, runners }: ProjectionStatus): string => {
  const states = runners.map(
    ({ version, state, fault }) => `${version} ${state}${fault === undefined ? '' : `: ${fault.message}`}`,
  );
  return `${name.padEnd(NAME_COLUMN)} served ${served ?? 'none yet'}, ${current ? 'current' : 'behind'}   ${states.join(' · ')}`;
};

export async function projectionStatus(connection: Connection, json: boolean): Promise<number> {
  const { projections } = expectJson<{ projections: ProjectionStatus[] }>(await connection.request('GET', '/v1/projections'));
  process.stdout.write(json ? `${JSON.stringify(projections)}\n` : projections.map((status) => `${line(status)}\n`).join(''));
  return projections.some(({ runners }) => runners.some(({ state }) => state === 'faulted')) ? EXIT.failed : EXIT.done;
}

/** Starts a rebuild or a resumption and waits until the read model is served and current. */
export async function changeProjection(
  connection: Connection,
  change: 'rebuild' | 'resume',
  name: string,
  signal: AbortSignal,
  json: boolean,
): Promise<number> {
  let status = expectJson<ProjectionStatus>(
    await connection.request('POST', `/v1/projections/${encodeURIComponent(name)}/${change}`),
  );
  while (!signal.aborted && !finished(status)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { projections } = expectJson<{ projections: ProjectionStatus[] }>(await connection.request('GET', '/v1/projections'));
    status = projections.find((candidate) => candidate.name === name)!;
  }
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : `${line(status)}\n`);
  if (signal.aborted) return EXIT.interrupted;
  return status.runners.some(({ state }) => state === 'faulted') ? EXIT.failed : EXIT.done;
}

function finished({ runners, current }: ProjectionStatus): boolean {
  // While a new version is built, what became of the served one does not matter.
  return runners.at(-1)?.state === 'faulted' || (runners.length === 1 && current);
}
