import fc from 'fast-check';
import { SEED } from './seeded-random.js';

/** Every property of a run follows from one printed seed; SEED=<number> repeats it. */
process.stderr.write(`SEED=${SEED}\n`);
fc.configureGlobal({ seed: SEED });

export { fc };
