import {
  closesOf,
  endOf,
  firsts,
  isSuspended,
  met,
  overAt,
  type Cycle,
  type Ground,
  type Item,
  type Proposal,
  type ReferenceEdition,
  type Renewal,
  type Standing,
  type Task,
} from './reference-facts.js';
import { initialTerm, renewedTerm, termOf } from './reference-terms.js';

export type Made = Proposal['made'];

/** What the evidence earns now: a renewal that was opened, an update that is asked for, or a first award, also again. */
export function earned(standing: Standing, done: readonly Item[], now: number): Made | undefined {
  const last = standing.cycles.at(-1);
  if (last !== undefined && isSuspended(last, now)) return undefined;
  const isFree = (item: Item): boolean =>
    !standing.cycles.some((cycle) => cycle.goneAt === Infinity && cycle.used.includes(item));
  return renewed(standing, done, isFree) ?? updated(standing, done, now) ?? first(standing, done, isFree, now);
}

/** Evidence counts from the day on which the renewal was opened, if it was recorded after that or was attributed to it. */
function renewalGround(edition: ReferenceEdition, renewal: Renewal, prior: Cycle): Ground {
  const { alternatives } = edition.renewal!;
  const courses = alternatives?.filter((_, index) => renewal.alternative === undefined || renewal.alternative === index);
  const counts = (item: Item): boolean =>
    item.day < closesOf(renewal.closes, prior) &&
    (renewal.attributed.has(item) || (item.order > renewal.order && item.day >= Math.floor(renewal.at)));
  return { criteria: courses === undefined ? edition : { courses, needed: 1 }, counts };
}

function renewed(standing: Standing, done: readonly Item[], isFree: (item: Item) => boolean): Made | undefined {
  const renewal = standing.opened;
  if (renewal === undefined) return undefined;
  const edition = standing.edition(renewal.edition);
  const prior = standing.renewed!;
  const { criteria, counts } = renewalGround(edition, renewal, prior);
  const found = met(
    criteria,
    done.filter((item) => counts(item) && isFree(item)),
  );
  if (found === undefined) return undefined;
  return {
    kind: 'renewal',
    edition: renewal.edition,
    renews: prior,
    renewal,
    ...fulfilledByRenewal(standing, found.day),
    ground: { criteria, counts },
    used: found.used,
    term: renewedTerm(edition, prior, found.day),
  };
}

/** The last cycle or, where that is an update which lost its ground, the one that it updated, so that it can be done again. */
function updatable(cycles: readonly Cycle[]): Cycle | undefined {
  const last = cycles.at(-1);
  if (last === undefined || last.revokedAt !== Infinity) return undefined;
  if (last.goneAt === Infinity) return last;
  return last.kind === 'update' ? updatable(cycles.filter(({ number }) => number <= last.renews!.number)) : undefined;
}

/** An update counts everything that was done before the cycle ended, and keeps its end. */
function updated(standing: Standing, done: readonly Item[], now: number): Made | undefined {
  const prior = updatable(standing.cycles);
  if (prior === undefined || isSuspended(prior, now) || !prior.endings.some(({ effect }) => effect === 'must-update'))
    return undefined;
  const edition = standing.edition(standing.newest);
  const counts = (item: Item): boolean => item.day < endOf(prior);
  const found = met(edition, done.filter(counts));
  if (found === undefined) return undefined;
  const from = Math.max(found.day, standing.second!.published, prior.term.from);
  if (from >= endOf(prior)) return undefined;
  return {
    kind: 'update',
    edition: standing.newest,
    renews: prior,
    renewal: undefined,
    fulfils: undefined,
    ground: { criteria: edition, counts },
    used: found.used,
    term: termOf(edition, from, prior.term.end),
    late: false,
  };
}

function first(standing: Standing, done: readonly Item[], isFree: (item: Item) => boolean, now: number): Made | undefined {
  const { pending, scheme, cycles } = standing;
  const since = openSince(standing, cycles, pending, now);
  if (since === undefined || since > now) return undefined;
  const number = pending?.edition ?? standing.newest;
  const edition = standing.edition(number);
  const due = pending?.due ?? Infinity;
  const start = pending?.start ?? -Infinity;
  const counts = (item: Item): boolean => item.day >= start && (scheme.late || item.day < due);
  const found = met(
    edition,
    done.filter((item) => item.day >= since && counts(item) && isFree(item)),
  );
  if (found === undefined) return undefined;
  return {
    kind: 'initial',
    edition: number,
    renews: undefined,
    renewal: undefined,
    fulfils: pending,
    ground: { criteria: edition, counts },
    used: found.used,
    term: initialTerm(edition, found.day),
    late: found.day >= due,
  };
}

/** What a person awards needs no evidence; what there is of it is used all the same. */
export function byHand(standing: Standing, done: readonly Item[], from: number, isRenewal: boolean): Made {
  const renewal = isRenewal ? standing.opened : undefined;
  const { pending, renewed: prior } = standing;
  const number = renewal?.edition ?? standing.newest;
  const edition = standing.edition(number);
  const { criteria, counts } =
    renewal === undefined ? { criteria: edition, counts: () => true } : renewalGround(edition, renewal, prior!);
  return {
    kind: isRenewal ? 'renewal' : 'initial',
    edition: number,
    renews: isRenewal ? prior : undefined,
    renewal,
    ...(isRenewal ? fulfilledByRenewal(standing, from) : { fulfils: pending, late: false }),
    ground: undefined,
    used: firsts(criteria, done.filter(counts)),
    term: isRenewal ? renewedTerm(edition, prior!, from) : initialTerm(edition, from),
  };
}

/** Who was asked for a certification and renews it has done what was asked, unless it was too late for that. */
function fulfilledByRenewal({ pending, scheme }: Standing, day: number): Pick<Cycle, 'fulfils' | 'late'> {
  const isPastDue = day >= (pending?.due ?? Infinity);
  return isPastDue && !scheme.late ? { fulfils: undefined, late: false } : { fulfils: pending, late: isPastDue };
}

/** What was proposed is awarded as what it follows stands now. */
export function approved(standing: Standing, made: Made): Made {
  const { renewed: prior } = standing;
  if (made.kind === 'renewal')
    return { ...made, renews: prior, term: renewedTerm(standing.edition(made.edition), prior!, made.term.from) };
  return made;
}

/** From when on evidence counts for a first award: from ever, or from when what was held is over for good; undefined while it is not. */
function openSince(standing: Standing, cycles: readonly Cycle[], pending: Task | undefined, now: number): number | undefined {
  const last = cycles.at(-1);
  // What was revoked is awarded by a person only.
  if (last !== undefined && last.revokedAt !== Infinity) return undefined;
  const held = cycles.filter((cycle) => overAt(cycle) === Infinity).at(-1);
  if (held === undefined) return -Infinity;
  const voided = held.endings.find(({ effect }) => effect === 'void');
  if (voided !== undefined) return voided.on;
  const missed = held.endings.find(({ effect, end }) => effect === 'must-update' && end === endOf(held));
  if (missed !== undefined && missed.end <= now) return missed.end;
  if (held.term.closes !== Infinity) return held.term.closes;
  if (held !== last) return endOf(held);
  // What cannot be renewed is earned anew where it is asked of the learner again after its end.
  const isAskedAgain =
    standing.edition(standing.newest).renewal === undefined && pending !== undefined && pending.on >= endOf(held);
  return isAskedAgain ? endOf(held) : undefined;
}

/** What a cycle stands on after a correction, and from when to when it then holds; undefined where nothing is left. */
export function reassessed(
  standing: Standing,
  cycle: Made & Pick<Cycle, 'order' | 'at'> & { readonly number?: number },
  done: readonly Item[],
): Pick<Cycle, 'used' | 'term' | 'late'> | undefined {
  const { ground, renews, kind } = cycle;
  // Of what was recorded since, nothing moves it; what another cycle stands on never fills a place in this one.
  const others = standing.cycles.filter((other) => other !== cycle && kind !== 'update' && other.kind !== 'update');
  const isFree = (item: Item): boolean =>
    cycle.used.includes(item) || !others.some((other) => other.goneAt === Infinity && other.used.includes(item));
  const before = standing.cycles.filter(({ order, number }) => order < cycle.order || number < (cycle.number ?? Infinity));
  const last = before.at(-1);
  // As the cycles before it stand now; one that was revoked since had ended for the one after it all the same.
  const since =
    kind === 'initial'
      ? (openSince(standing, before, cycle.fulfils, cycle.at) ?? (last === undefined ? -Infinity : endOf(last)))
      : -Infinity;
  // It stays before the cycle that came after it.
  const next = standing.cycles.find((other) => other.order > cycle.order && other.kind !== 'update');
  const until = kind === 'update' || next === undefined ? Infinity : next.term.from;
  const counted = done.filter((item) => item.day >= since && item.day < until && ground!.counts(item) && isFree(item));
  // What was recorded later only fills a place that a correction left empty.
  const found =
    met(
      ground!.criteria,
      counted.filter((item) => item.order <= cycle.order || cycle.used.includes(item)),
    ) ?? met(ground!.criteria, counted);
  if (found === undefined) return undefined;
  const edition = standing.edition(cycle.edition);
  const from = Math.max(found.day, kind === 'initial' ? -Infinity : renews!.term.from);
  const due = cycle.fulfils?.due ?? Infinity;
  if (kind === 'renewal') return { used: found.used, term: renewedTerm(edition, renews!, from), late: cycle.late };
  if (kind === 'update') {
    const begun = Math.max(from, standing.second!.published);
    return { used: found.used, term: termOf(edition, begun, renews!.term.end), late: false };
  }
  return { used: found.used, term: initialTerm(edition, from), late: found.day >= due };
}
