import type { Projection } from '../../projections/define-projection.js';
import { failure, named, ok, type Finding } from '../../operations/findings.js';

/** How far a read model that is served has come; undefined where none is. */
export interface ServedModel {
  readonly name: string;
  readonly checkpoint: string | undefined;
}

const CHECK = 'read models';

/** Compares what is served with the end of the log; `mend` says how to take away what is ahead of it. */
export function judgeReadModels(
  projections: readonly Pick<Projection, 'name'>[],
  served: readonly ServedModel[],
  { end, mend }: { readonly end: string; readonly mend: string },
): Finding {
  const epoch = end.slice(0, end.indexOf('-'));
  const ahead = served.filter(
    ({ checkpoint }) => checkpoint !== undefined && (checkpoint > end || !checkpoint.startsWith(`${epoch}-`)),
  );
  if (ahead.length > 0) {
    return failure(
      CHECK,
      `${named(ahead.map(({ name }) => name))}: ahead of the log, which ends at ${end}; an older backup of the events was restored, or they are of another ledger`,
      mend,
    );
  }
  const missing = projections.filter(({ name }) => !served.some((one) => one.name === name));
  const behind = served.filter(({ checkpoint }) => checkpoint !== end);
  const parts = [
    `${served.length - behind.length} of ${projections.length} stand at the end of the log`,
    ...(behind.length > 0 ? [`behind: ${named(behind.map(({ name }) => name))}`] : []),
    ...(missing.length > 0 ? [`not built yet: ${named(missing.map(({ name }) => name))}`] : []),
  ];
  const goesOn = behind.length + missing.length > 0 ? '; a running service goes on by itself' : '';
  return ok(CHECK, `${parts.join('; ')}${goesOn}`);
}
