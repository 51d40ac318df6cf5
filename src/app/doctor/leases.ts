import { failure, named, ok, warning, type Finding } from '../../operations/findings.js';
import type { Lease } from '../../projections/ports/leases.js';
import { leaseOf } from '../../projections/projections.js';
import { readModels } from '../kernel.js';
import { policyNames } from '../process.js';

/** Every lease that there is: one for each read model and each policy. */
export const leaseNames: readonly string[] = [...readModels.map(leaseOf), ...policyNames.map((name) => `policy:${name}`)];

const CHECK = 'leases';

/** What a projection's holder tells of its runners (see `projections.ts`). */
interface Told {
  readonly runners?: readonly {
    readonly version: string;
    readonly state: string;
    readonly fault?: { readonly message: string };
  }[];
}

/** Who holds what, from two looks that lie more than a beat apart: a lease that stood still is held by nobody who lives. */
export function judgeLeases({
  first,
  second,
}: {
  readonly first: readonly (Lease | undefined)[];
  readonly second: readonly (Lease | undefined)[];
}): readonly Finding[] {
  const held = second.filter((lease) => lease !== undefined && lease.holder !== null) as (Lease & { holder: string })[];
  if (held.length === 0) return [ok(CHECK, 'none is held: no instance runs')];
  const stale = held.filter(({ name, beat }) => first.find((lease) => lease?.name === name)?.beat === beat);
  const live = held.filter((lease) => !stale.includes(lease));
  const findings: Finding[] = [];
  if (live.length > 0) findings.push(ok(CHECK, named(byHolder(live))));
  if (stale.length > 0) {
    findings.push(
      warning(
        CHECK,
        `shows no life: ${named(byHolder(stale))}`,
        'A running instance takes them within some seconds. Where none runs, start one; where one hangs, end it.',
      ),
    );
  }
  const faults = live.flatMap(({ name, note }) =>
    ((note as Told).runners ?? [])
      .filter(({ state }) => state === 'faulted')
      .map(({ version, fault }) => `${name.replace(/^projection:/, '')} ${version}: ${fault?.message ?? 'no cause was told'}`),
  );
  if (faults.length > 0) {
    findings.push(failure('faulted read models', named(faults), 'Mend the cause, then: certledger projections resume <name>'));
  }
  return findings;
}

function byHolder(leases: readonly (Lease & { holder: string })[]): readonly string[] {
  const counted = new Map<string, number>();
  for (const { holder } of leases) counted.set(holder, (counted.get(holder) ?? 0) + 1);
  return [...counted].map(([holder, count]) => `${holder} holds ${count}`);
}
