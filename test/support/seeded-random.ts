/** Prints the seed, so that a failing run can be repeated with `SEED=<number>`. */
export const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);

/** A small generator (mulberry32) whose numbers, from 0 up to but not 1, depend on the seed only. */
export function seededRandom(seed: number = SEED): () => number {
  process.stderr.write(`SEED=${seed}\n`);
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
