import type { SchemeEdition } from '../../catalogue/published.js';
import type { IsoInstant } from '../../shared/calendar.js';
import { wayOf } from './earned-again.js';
import { anewFrom, renewalWay, windowFrom, type Way } from './earning.js';
import { WHOLE_TIME } from './scheme-evidence.js';
import type { Cycle, Standing } from './standing.js';
import type { SchemeStatus } from './status.js';
import { updateWindow } from './updates.js';

/**
 * By which criteria and which evidence a learner is judged at an instant: those of the renewal that is open, of the update that is
 * required, of what is asked, or of what is to be earned anew after a lapse; else those by which the last certification was earned.
 */
export function wayAt(
  standing: Standing,
  status: SchemeStatus | undefined,
  editions: readonly SchemeEdition[],
  at: IsoInstant,
): Way {
  const begun = { ...standing, cycles: standing.cycles.filter(({ number }) => number <= (status?.cycle ?? 0)) };
  const last = begun.cycles.at(-1);
  const renewal = standing.renewals.find(({ number }) => number === status?.renewal);
  if (renewal !== undefined && last !== undefined) return renewalWay(renewal, last, begun, editions);
  if (last !== undefined && status?.status === 'update-required') return updateWay(last, editions);
  const assignment = standing.assignments.find(({ number }) => number === status?.assignment);
  if (last !== undefined && assignment === undefined && status?.status !== 'lapsed') return earnedBy(last, standing, editions);
  const edition = status?.status === 'lapsed' ? undefined : (assignment ?? status)?.edition;
  const scheme = editions[(edition ?? editions.length) - 1]!;
  const anew = anewFrom(begun, editions, at) ?? WHOLE_TIME.from;
  const window = windowFrom(scheme, assignment, anew, begun);
  return { scheme, criteria: scheme.criteria, pointer: '', window, assignment };
}

/** What is left to do for an update is what the newest edition asks for. */
function updateWay(cycle: Cycle, editions: readonly SchemeEdition[]): Way {
  const scheme = editions.at(-1)!;
  const window = updateWindow(cycle, scheme, { schemes: new Map([[scheme.scheme, editions]]) });
  return { scheme, criteria: scheme.criteria, pointer: '', window };
}

function earnedBy(cycle: Cycle, standing: Standing, editions: readonly SchemeEdition[]): Way {
  const { revision: recorded, recordedAt } = cycle.awarded;
  const way = wayOf({ ...cycle, recorded, recordedAt }, standing, editions);
  // An update stands on whatever evidence there is.
  return cycle.kind === 'update' ? { ...way, window: WHOLE_TIME } : way;
}
