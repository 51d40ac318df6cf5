import { reassessed } from './reference-earning.js';
import { closesOf, endOf, isSuspended, type Cycle, type Item, type Renewal, type Standing } from './reference-facts.js';
import { isFuture, type ReferenceAnswer, type ReferenceRecord } from './reference-record.js';

/** What happens to a certification after its award (domain.md, Renewal, Editions, Ends, and Status). */

const WAIVER_DAYS_MAX = 366;

/** The cycle that may be renewed, or why none may. */
function renewable(standing: Standing, now: number): Cycle | string {
  const last = standing.cycles.at(-1);
  if (last === undefined) return 'NOT_CERTIFIED';
  if (last.revokedAt !== Infinity) return 'ALREADY_REVOKED';
  const { renewed } = standing;
  if (renewed === undefined) return 'NOT_CERTIFIED';
  if (isSuspended(last, now)) return 'CERTIFICATION_SUSPENDED';
  const { renewal } = standing.edition(standing.newest);
  return renewal === undefined || renewed.term.end === Infinity ? 'NOT_RENEWABLE' : renewed;
}

/** An edition that ends a cycle earlier ends what may be renewed with it. */
const closesAt = (cycle: Cycle): number => closesOf(cycle.term.closes, cycle);

/** The newest edition says whether it may be renewed before its window. */
const opensAt = (standing: Standing, { term }: Cycle): number =>
  standing.edition(standing.newest).renewal!.early === 'accept' ? Math.min(term.opens, term.from) : term.opens;

/** Where there is nothing to choose, or no such choice, the choice is unknown. */
const isChoice = (standing: Standing, alternative: number | undefined): boolean =>
  alternative === undefined || standing.edition(standing.newest).renewal?.alternatives?.[alternative] !== undefined;

export function openRenewal(record: ReferenceRecord, id: string, alternative: number | undefined): ReferenceAnswer {
  record.order += 1;
  const standing = record.of(id);
  const cycle = renewable(standing, record.now);
  if (typeof cycle === 'string') return cycle;
  const opens = opensAt(standing, cycle);
  // What closes before it opens will never be possible.
  if (record.now >= closesAt(cycle) || closesAt(cycle) <= opens) return 'RENEWAL_CLOSED';
  if (record.now < opens) return 'RENEWAL_TOO_EARLY';
  if (!isChoice(standing, alternative)) return 'ALTERNATIVE_UNKNOWN';
  const { opened, waiting } = standing;
  // One whose window closed, while that of the cycle moved on, gives way unless its award waits.
  const isOpen = opened !== undefined && (waiting?.made.renewal === opened || record.now < closesOf(opened.closes, cycle));
  if (isOpen) return opened.alternative === alternative ? [] : 'RENEWAL_OPEN';
  begin(record, standing, cycle, alternative);
  return ['RenewalOpened'];
}

function begin(record: ReferenceRecord, standing: Standing, cycle: Cycle, alternative: number | undefined): Renewal {
  const renewal: Renewal = {
    number: standing.renewals.length + 1,
    cycle,
    edition: standing.newest,
    order: record.order,
    at: record.now,
    closes: cycle.term.closes,
    alternative,
    attributed: new Set(),
    withdrawnAt: Infinity,
  };
  standing.renewals.push(renewal);
  return renewal;
}

export function withdrawRenewal(record: ReferenceRecord, id: string): ReferenceAnswer {
  record.order += 1;
  const { opened, waiting } = record.of(id);
  if (opened === undefined) return 'NO_RENEWAL';
  if (waiting?.made.renewal === opened) return 'PROPOSAL_OPEN';
  opened.withdrawnAt = record.now;
  return ['RenewalWithdrawn'];
}

/** An administrator lets evidence without an intent count, also after the window has closed, while the evidence lies within it. */
export function attribute(record: ReferenceRecord, id: string, item: Item): ReferenceAnswer {
  record.order += 1;
  const standing = record.of(id);
  const cycle = renewable(standing, record.now);
  if (typeof cycle === 'string') return cycle;
  const opened = standing.opened;
  const edition = standing.edition(opened?.edition ?? standing.newest);
  const courses = edition.renewal!.alternatives ?? edition.courses;
  const closes = closesAt(cycle);
  if (item.isGone || !courses.includes(item.course)) return 'EVIDENCE_UNFIT';
  if (standing.cycles.some(({ number, used }) => number <= cycle.number && used.includes(item))) return 'EVIDENCE_USED';
  if (item.day < opensAt(standing, cycle) || item.day >= closes) return 'EVIDENCE_UNFIT';
  if (opened?.attributed.has(item) === true) return [];
  const renewal = opened ?? begin(record, standing, cycle, undefined);
  renewal.attributed.add(item);
  return [...(opened === undefined ? ['RenewalOpened'] : []), 'EvidenceAttributed', ...record.earn(standing)];
}

/** The last cycle where something may be decided about it, or why not. */
function decidable({ cycles }: Standing): Cycle | string {
  const last = cycles.at(-1);
  if (last === undefined) return 'NOT_CERTIFIED';
  return last.revokedAt === Infinity ? last : 'ALREADY_REVOKED';
}

export function suspend(record: ReferenceRecord, id: string): ReferenceAnswer {
  record.order += 1;
  const last = decidable(record.of(id));
  if (typeof last === 'string') return last;
  if (last.goneAt !== Infinity) return 'CERTIFICATION_ENDED';
  if (isSuspended(last, record.now)) return 'ALREADY_SUSPENDED';
  if (endOf(last) <= record.now) return 'CERTIFICATION_ENDED';
  last.suspensions.push({ from: record.now, until: Infinity });
  return ['CertificationSuspended'];
}

/** Also after its end or without its ground, so that it can be renewed or earned anew; what was fulfilled meanwhile is awarded. */
export function reinstate(record: ReferenceRecord, id: string): ReferenceAnswer {
  record.order += 1;
  const standing = record.of(id);
  const last = decidable(standing);
  if (typeof last === 'string') return last;
  const suspension = last.suspensions.find(({ until }) => until === Infinity);
  if (suspension === undefined) return 'NOT_SUSPENDED';
  suspension.until = record.now;
  return ['CertificationReinstated', ...record.earn(standing)];
}

export function waive(record: ReferenceRecord, id: string, lastDay: number): ReferenceAnswer {
  record.order += 1;
  const { waivers } = record.of(id);
  const today = Math.floor(record.now);
  if (waivers.some(({ end, endedAt }) => record.now < end && endedAt === Infinity)) return 'WAIVER_STANDS';
  if (lastDay < today || lastDay > today + WAIVER_DAYS_MAX) return 'WAIVER_OUT_OF_RANGE';
  waivers.push({ from: record.now, end: lastDay + 1, endedAt: Infinity });
  return ['WaiverGranted'];
}

export function endWaiver(record: ReferenceRecord, id: string): ReferenceAnswer {
  record.order += 1;
  const waiver = record.of(id).waivers.find(({ end, endedAt }) => record.now < end && endedAt === Infinity);
  if (waiver === undefined) return 'NO_WAIVER';
  waiver.endedAt = record.now;
  return ['WaiverEnded'];
}

/** The second edition comes into force; a policy brings its effect to the holder and looks at the evidence again. */
export function publish(record: ReferenceRecord, id: string, published: number, by: number): readonly string[] {
  record.order += 1;
  const standing = record.of(id);
  standing.second = { published, by };
  return [...record.applyEdition(standing), ...record.earn(standing)];
}

/** Every award whose ground changed is evaluated again in the same commit; nothing else about it is moved. */
export function correct(record: ReferenceRecord, item: Item, day: number | undefined): ReferenceAnswer {
  record.order += 1;
  if (day !== undefined && isFuture(day, record.now)) return 'EFFECTIVE_IN_FUTURE';
  if (day === undefined ? item.isGone : !item.isGone && item.day === day) return 'NOTHING_CORRECTED';
  item.isGone = day === undefined;
  item.day = day ?? item.day;
  const types = ['FactCorrected'];
  // What is taken back brings nothing about, unless something that stood on it falls with it.
  const open = new Set(day === undefined ? [] : record.concerned(item.course));
  for (const standing of record.standings.values()) {
    const lost = standing.cycles.filter(({ goneAt }) => goneAt !== Infinity).length;
    for (const cycle of standing.cycles) types.push(...reassess(record, standing, cycle, item));
    const declined = reconsider(record, standing, item);
    types.push(...declined);
    if (declined.length > 0 || standing.cycles.filter(({ goneAt }) => goneAt !== Infinity).length > lost) open.add(standing);
  }
  return [...types, ...[...open].flatMap((standing) => record.earn(standing))];
}

/** A proposal that rests on what is otherwise now is declined; what the evidence earns then is proposed anew. */
function reconsider(record: ReferenceRecord, standing: Standing, item: Item): readonly string[] {
  const { waiting } = standing;
  if (waiting === undefined) return [];
  const after = reassessed(standing, { ...waiting.made, order: waiting.order, at: waiting.at }, record.done);
  const isNamed = waiting.made.used.includes(item) || after?.used.includes(item) === true;
  if (after !== undefined && !isNamed && after.term.from === waiting.made.term.from) return [];
  waiting.closedAt = record.now;
  return ['AwardDeclined'];
}

function reassess(record: ReferenceRecord, standing: Standing, cycle: Cycle, item: Item): readonly string[] {
  // What was awarded by hand stands by that word, and what was revoked is over.
  if (cycle.ground === undefined || cycle.revokedAt !== Infinity) return [];
  // What stands in its place since leaves it without ground.
  const { number, renews, goneAt } = cycle;
  const isReplaced = standing.cycles.some(
    (later) => later.number > number && (later.kind === 'initial' || later.renews === renews),
  );
  if (goneAt !== Infinity && isReplaced) return [];
  const after = reassessed(standing, cycle, record.done);
  if (after === undefined) {
    if (cycle.goneAt !== Infinity) return [];
    cycle.goneAt = record.now;
    return ['CertificationReassessed'];
  }
  const isSame =
    cycle.goneAt === Infinity &&
    !after.used.includes(item) &&
    after.used.length === cycle.used.length &&
    after.used.every((used) => cycle.used.includes(used)) &&
    after.term.from === cycle.term.from &&
    after.term.end === cycle.term.end;
  if (isSame) return [];
  Object.assign(cycle, after, { goneAt: Infinity });
  return ['CertificationReassessed'];
}
