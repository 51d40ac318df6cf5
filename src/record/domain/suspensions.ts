import { instantMilliseconds } from '../../shared/calendar.js';
import { humanRefusal, refuse, schemeUnknown, type Decision, type Given, type Refusal } from './circumstances.js';
import type { Of, Reason } from './commands.js';
import { withConsequences } from './consequences.js';
import { endOf, revokedAt, suspensionOf, type Cycle } from './standing.js';
import { cyclesOf, type RecordState } from './state.js';

/** It does not hold until it is reinstated; meanwhile evidence stays on record and earns nothing. */
export function suspend({ scheme, reason }: Of<'SuspendCertification'>, state: RecordState, given: Given): Decision {
  const cycle = standing(scheme, state, given);
  if ('code' in cycle) return cycle;
  if (suspensionOf(cycle) !== undefined)
    return refuse('ALREADY_SUSPENDED', 'This certification is suspended already. Reinstate it, or revoke it.');
  if (hasEnded(cycle, given)) return ended('suspended');
  return [{ type: 'CertificationSuspended', data: decided(scheme, cycle, reason, state, given) }];
}

/** Looks again at the evidence in the same commit, because a renewal may have been fulfilled meanwhile. */
export function reinstate({ scheme, reason }: Of<'ReinstateCertification'>, state: RecordState, given: Given): Decision {
  const cycle = notRevoked(scheme, state, given);
  if ('code' in cycle) return cycle;
  // Also after its end or without its ground, as a suspension that nobody could lift would bar every renewal and award for good.
  if (suspensionOf(cycle) === undefined)
    return refuse('NOT_SUSPENDED', 'This certification is not suspended, so there is nothing to reinstate.');
  const event = { type: 'CertificationReinstated', data: decided(scheme, cycle, reason, state, given) } as const;
  return withConsequences([event], state, given);
}

/** It holds on and covers less; what it covered before stays on record. */
export function reduceScope({ scheme, covers, reason }: Of<'ReduceScope'>, state: RecordState, given: Given): Decision {
  const cycle = standing(scheme, state, given);
  if ('code' in cycle) return cycle;
  if (hasEnded(cycle, given)) return ended('reduced');
  return [{ type: 'ScopeReduced', data: { ...decided(scheme, cycle, reason, state, given), scope: covers } }];
}

/** The last certification of a learner in a scheme, where it was neither revoked nor lost its ground. */
function standing(scheme: string, state: RecordState, given: Given): Cycle | Refusal {
  const cycle = notRevoked(scheme, state, given);
  return 'code' in cycle || revokedAt(cycle) === Infinity ? cycle : ended('changed');
}

/** The same, also where it lost its ground. */
function notRevoked(scheme: string, state: RecordState, given: Given): Cycle | Refusal {
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  const refusal = humanRefusal(given, state);
  if (refusal !== undefined) return refusal;
  const cycle = cyclesOf(state, scheme).at(-1);
  if (cycle === undefined)
    return refuse('NOT_CERTIFIED', 'The learner was never certified in this scheme, so there is nothing to decide about.');
  return cycle.revoked === undefined
    ? cycle
    : refuse('ALREADY_REVOKED', 'This certification was revoked; a revocation is final.');
}

const hasEnded = (cycle: Cycle, { now }: Given): boolean => endOf(cycle) <= instantMilliseconds(now);
const ended = (what: string): Refusal =>
  refuse('CERTIFICATION_ENDED', `This certification has ended. Only one that has not ended is ${what}.`);

const decided = (scheme: string, { number }: Cycle, reason: Reason, { profile }: RecordState, { now }: Given) => ({
  subject: profile!.subject,
  scheme,
  cycle: number,
  effective: { instant: now },
  reasonCode: reason.code,
  reason: reason.text,
});
