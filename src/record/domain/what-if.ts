import { latest, type Catalogue } from '../../catalogue/published.js';
import { instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { isSameJson } from '../../shared/json.js';
import { renewalTime } from './award-dates.js';
import { zoneOf } from './awards.js';
import { optional } from './circumstances.js';
import { heldUntil } from './endings.js';
import type { DataOf, RecordEvent } from './events.js';
import { effectsOfEdition, whatFollows } from './reevaluation.js';
import { endOf, standingCycle, type Cycle } from './standing.js';
import { foldAll, standingOf, type RecordState } from './state.js';
import { endsOf } from './status.js';

/** What an edition that is not published yet would change for a learner. */
export const WHAT_IF_CHANGES = ['gain', 'lose', 'must-update', 'updated', 'moved'] as const;

/** Until when it is held and when it may be renewed; what is absent never comes. */
export interface HeldDates {
  readonly endsAt?: IsoInstant;
  readonly renewalOpensAt?: IsoInstant;
  readonly renewalClosesAt?: IsoInstant;
}

export interface WhatIfChange {
  readonly change: (typeof WHAT_IF_CHANGES)[number];
  /** What would be awarded waits for a person's approval. */
  readonly waits?: true;
  /** The cycle that is held now. */
  readonly cycle?: number;
  /** When it would be void, or by when it must be updated; exclusive. */
  readonly until?: IsoInstant;
  /** The dates of who goes on holding it, where they are other ones after the publication. */
  readonly before?: HeldDates;
  readonly after?: HeldDates;
}

/** The definitions as they stand and as they would stand with one more edition of a scheme. */
export interface Publication {
  readonly scheme: string;
  readonly edition: number;
  readonly standing: Catalogue;
  readonly catalogue: Catalogue;
}

/**
 * Asks the same rules that the policy will ask after the publication, in memory. Undefined where nothing changes: who keeps a cycle
 * keeps its end and its renewal window, as both stand in the award; only for awards from before windows stood in them the window
 * follows the newest edition and may move.
 */
export function whatIf(record: RecordState, publication: Publication, now: IsoInstant): WhatIfChange | undefined {
  const { scheme, edition, standing, catalogue } = publication;
  const effects = effectsOfEdition(record, { scheme, edition, publishedAt: now }, catalogue, now);
  const events = effects.length > 0 ? effects : whatFollows(record, { kind: 'scheme', id: scheme }, catalogue, now);
  const waits = optional({ waits: events.some(({ type }) => type === 'AwardProposed') || undefined });
  const award = dataOf(events, 'CertificationAwarded');
  const held = heldCycle(record, scheme, now);
  if (held === undefined) return award === undefined && waits.waits === undefined ? undefined : { change: 'gain', ...waits };
  const cycle = { cycle: held.number };
  if (award === undefined) {
    const effect = dataOf(events, 'EditionApplied');
    const until = optional({ until: effect?.endsAt });
    if (effect?.effect === 'must-update') return { change: 'must-update', ...waits, ...cycle, ...until };
    // What would be void only after its end ends as it would have anyway.
    if (effect !== undefined && instantMilliseconds(effect.endsAt) < endOf(held)) return { change: 'lose', ...cycle, ...until };
  }
  const after = standingCycle(standingOf(foldAll(record, events, now), scheme))!;
  const dates = { before: datesOf(held, scheme, standing), after: datesOf(after, scheme, catalogue) };
  const isMoved = !isSameJson(dates.before, dates.after);
  if (award?.kind === 'update') return { change: 'updated', ...cycle, ...(isMoved ? dates : {}) };
  return isMoved ? { change: 'moved', ...cycle, ...dates } : undefined;
}

const dataOf = <Type extends RecordEvent['type']>(events: readonly RecordEvent[], type: Type): DataOf<Type> | undefined =>
  events.findLast((event) => event.type === type)?.data as DataOf<Type> | undefined;

function heldCycle(record: RecordState, scheme: string, now: IsoInstant): Cycle | undefined {
  const cycle = standingCycle(standingOf(record, scheme));
  return cycle === undefined || heldUntil(cycle) <= instantMilliseconds(now) ? undefined : cycle;
}

function datesOf(cycle: Cycle, scheme: string, catalogue: Catalogue): HeldDates {
  const newest = latest(catalogue.schemes, scheme)!;
  const { opensAt, closesAt } = (newest.renewal === undefined ? undefined : renewalTime(cycle, newest)) ?? {};
  const { endsAt } = endsOf(cycle, zoneOf(catalogue, scheme));
  return optional({ endsAt, renewalOpensAt: opensAt, renewalClosesAt: closesAt });
}
