import { instantMilliseconds } from '../../shared/calendar.js';
import { outstandingOf, type Boundary } from './boundaries.js';
import type { Decision, Given } from './circumstances.js';
import type { Of } from './commands.js';
import type { RecordEvent } from './events.js';
import type { Observation } from './standing.js';
import { standingOf, type RecordState } from './state.js';

/** How many observations one command records; what is left stays due. */
export const OBSERVATIONS_PER_COMMAND_MAX = 100;

/**
 * The policy's observations with their exact effective instants, each once and in order, however late they come, and the withdrawal
 * of those that are not so any more (domain.md, Status).
 */
export function observeBoundaries({ scheme }: Of<'ObserveBoundaries'>, state: RecordState, given: Given): Decision {
  const { withdrawals, boundaries } = outstandingOf(standingOf(state, scheme));
  const now = instantMilliseconds(given.now);
  return [
    ...withdrawals.map((observation) => withdrawn(scheme, observation, given)),
    ...boundaries.filter(({ instant }) => instantMilliseconds(instant) <= now).map((boundary) => observed(scheme, boundary)),
  ].slice(0, OBSERVATIONS_PER_COMMAND_MAX);
}

function observed(scheme: string, { boundary, cycle, assignment, waiver, instant, observes }: Boundary): RecordEvent {
  const effective = { instant };
  // The expiry has had an event of its own from the beginning.
  if (boundary === 'expired') return { type: 'CertificationExpired', data: { scheme, cycle: cycle!, effective, observes } };
  const about = cycle !== undefined ? { cycle } : assignment !== undefined ? { assignment } : { waiver: waiver! };
  return { type: 'BoundaryObserved', data: { scheme, boundary, ...about, effective, observes } };
}

const withdrawn = (scheme: string, { boundary, revision }: Observation, { now }: Given): RecordEvent => ({
  type: 'ObservationWithdrawn',
  data: { scheme, boundary, observation: revision, effective: { instant: now } },
});
