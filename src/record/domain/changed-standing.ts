import type { Cycle, Standing } from './standing.js';

/** One of some numbered facts with a change; none of them is changed in place. */
export function changed<Item extends { readonly number: number }>(
  items: readonly Item[],
  number: number,
  change: Partial<Item>,
): readonly Item[] {
  return items.map((item) => (item.number === number ? { ...item, ...change } : item));
}

export const withCycle = (standing: Standing, cycle: number, change: Partial<Cycle>): Standing => ({
  ...standing,
  cycles: changed(standing.cycles, cycle, change),
});

export const extended = (standing: Standing, cycle: number, change: (known: Cycle) => Partial<Cycle>): Standing =>
  withCycle(standing, cycle, change(standing.cycles.find(({ number }) => number === cycle)!));
