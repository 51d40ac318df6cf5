import type { Cycle, ReferenceEdition, Term } from './reference-facts.js';

/** Which days follow from the day of a completion. */

/** A certification is expiring from 30 days before its end, where its scheme says nothing else. */
const EXPIRING_DAYS = 30;

/** Completed on day d for n days: d + n is the last valid day, so the end is the start of the day after it. */
export const initialTerm = (edition: ReferenceEdition, from: number): Term =>
  termOf(edition, from, edition.days === undefined ? Infinity : from + edition.days + 1);

/** Early renewal never loses anything: what is done in time never ends before the cycle that it renews. */
export function renewedTerm(edition: ReferenceEdition, prior: Cycle, from: number): Term {
  const isInTime = from < prior.term.end;
  const plain = initialTerm(edition, from);
  const counted = edition.renewal!.basis === 'from-prior-expiry' && isInTime ? prior.term.end + edition.days! : plain.end;
  return termOf(edition, from, isInTime ? Math.max(counted, prior.term.end) : counted);
}

/** Expiring from the window's opening, where there is one; closed so long after the last valid day. */
export function termOf({ renewal }: ReferenceEdition, from: number, end: number): Term {
  const opens = renewal === undefined ? Infinity : end - renewal.opensBefore;
  return {
    from,
    end,
    expiring: renewal === undefined ? end - EXPIRING_DAYS : opens,
    opens,
    closes: renewal?.closesAfter === undefined ? Infinity : end + renewal.closesAfter,
    holdsUntil: end + (renewal?.grace ?? 0),
  };
}

/** A certification still holds in a grace that keeps validity, unless an edition ends it. */
export const holdsUntil = (cycle: Cycle): number => Math.min(cycle.term.holdsUntil, ...cycle.endings.map(({ end }) => end));
