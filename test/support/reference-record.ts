import { closesOf, endOf, isSuspended, Standing, type Item, type ReferenceScheme, type Task } from './reference-facts.js';
import { approved, byHand, earned, type Made } from './reference-earning.js';
import { holdsUntil } from './reference-terms.js';
import { referenceStatus, type ReferenceStatus } from './reference-status.js';

/** The code of a refusal, or the types of the events that are recorded. */
export type ReferenceAnswer = string | readonly string[];

/** A date is in the future when it is tomorrow everywhere on Earth. */
export const isFuture = (day: number, now: number): boolean => day > Math.floor(now) + 1;

/** One learner's record as domain.md wants it: what is done, assigned and awarded; the rest is in the files beside. */
export class ReferenceRecord {
  readonly done: Item[] = [];
  readonly standings: ReadonlyMap<string, Standing>;
  /** The present: noon of day 150 at first. */
  now = 150.5;
  /** Grows with each command. */
  order = 0;

  constructor(schemes: readonly ReferenceScheme[]) {
    this.standings = new Map(schemes.map((scheme) => [scheme.id, new Standing(scheme)]));
  }

  of(id: string): Standing {
    return this.standings.get(id)!;
  }

  complete(course: string, day: number): ReferenceAnswer {
    this.order += 1;
    if (isFuture(day, this.now)) return 'EFFECTIVE_IN_FUTURE';
    this.done.push({ course, day, order: this.order, isGone: false });
    const begun = this.concerned(course).flatMap((standing) => {
      const task = openOn(standing, day);
      const isBegun = task === undefined || task.startedAt !== Infinity || day < (task.start ?? task.on);
      return isBegun || !standing.edition(task.edition).courses.includes(course) ? [] : [task];
    });
    for (const task of begun) task.startedAt = day;
    const types = ['CourseCompleted', ...begun.map(() => 'AssignmentStarted')];
    return [...types, ...this.concerned(course).flatMap((standing) => this.earn(standing))];
  }

  assign(id: string, on: number, start: number | undefined, due: number | undefined): ReferenceAnswer {
    this.order += 1;
    if (isFuture(on, this.now)) return 'EFFECTIVE_IN_FUTURE';
    const standing = this.of(id);
    const last = standing.standing;
    if (last !== undefined && this.now < endOf(last)) return 'ALREADY_CERTIFIED';
    if (due !== undefined && due <= Math.max(on, start ?? on)) return 'DUE_BEFORE_START';
    const open = openOn(standing, this.now);
    if (open !== undefined) return open.start === start && open.due === due ? [] : 'ASSIGNMENT_OPEN';
    const number = standing.tasks.length + 1;
    const given = { number, edition: standing.newest, on, order: this.order, start, due };
    standing.tasks.push({ ...given, startedAt: Infinity, withdrawnAt: Infinity });
    return ['SchemeAssigned', ...this.earn(standing)];
  }

  start(id: string, day: number): ReferenceAnswer {
    this.order += 1;
    if (isFuture(day, this.now)) return 'EFFECTIVE_IN_FUTURE';
    const standing = this.of(id);
    const task = standing.pending;
    if (task === undefined) return 'NOT_ASSIGNED';
    if (task.startedAt !== Infinity) return [];
    if (openOn(standing, day) === undefined) return 'NOT_ASSIGNED';
    if (day < (task.start ?? -Infinity)) return 'TOO_EARLY';
    task.startedAt = day;
    return ['AssignmentStarted'];
  }

  withdraw(id: string): ReferenceAnswer {
    this.order += 1;
    const standing = this.of(id);
    if (standing.pending === undefined) return 'NOT_ASSIGNED';
    // What it earned already and a person declined is not proposed again because nothing is asked any more.
    const isEarned = earned(standing, this.done, this.now)?.fulfils === standing.pending;
    standing.pending.withdrawnAt = this.now;
    return ['AssignmentWithdrawn', ...(isEarned ? [] : this.earn(standing))];
  }

  /** By hand while a renewal is open it renews; else it begins anew what does not stand. */
  award(id: string, day: number): ReferenceAnswer {
    this.order += 1;
    if (isFuture(day, this.now)) return 'EFFECTIVE_IN_FUTURE';
    const standing = this.of(id);
    const last = standing.cycles.at(-1);
    if (standing.waiting !== undefined) return 'PROPOSAL_OPEN';
    const renewal = last === undefined || isSuspended(last, this.now) ? undefined : standing.opened;
    const isRenewal = renewal !== undefined && day >= Math.floor(renewal.at) && day < closesOf(renewal.closes, standing.renewed!);
    if (last !== undefined && day < last.term.from && !isRenewal) return 'AWARD_BEFORE_EARLIER_CYCLE';
    if (!isRenewal && standing.standing !== undefined && day < endOf(standing.standing)) return 'ALREADY_CERTIFIED';
    return this.begin(standing, byHand(standing, this.done, day, isRenewal));
  }

  approve(id: string): ReferenceAnswer {
    this.order += 1;
    const standing = this.of(id);
    const { waiting } = standing;
    if (waiting === undefined) return 'NO_PROPOSAL';
    const last = standing.cycles.at(-1);
    if (last !== undefined && isSuspended(last, this.now)) return 'CERTIFICATION_SUSPENDED';
    if (waiting.made.renewal !== undefined && waiting.made.renewal !== standing.opened) return 'RENEWAL_CLOSED';
    // Evidence earns nothing where a person revoked.
    if (waiting.made.renewal === undefined && last !== undefined && last.revokedAt !== Infinity) return 'ALREADY_REVOKED';
    waiting.closedAt = this.now;
    const { made } = waiting;
    const types = this.begin(standing, approved(standing, made));
    // While an update waited nothing else was awarded.
    return made.kind === 'update' ? [...types, ...this.earn(standing)] : types;
  }

  decline(id: string): ReferenceAnswer {
    this.order += 1;
    const { waiting } = this.of(id);
    if (waiting === undefined) return 'NO_PROPOSAL';
    waiting.closedAt = this.now;
    return ['AwardDeclined'];
  }

  revoke(id: string): ReferenceAnswer {
    this.order += 1;
    const last = this.of(id).cycles.at(-1);
    if (last === undefined) return 'NOT_CERTIFIED';
    if (last.revokedAt !== Infinity) return 'ALREADY_REVOKED';
    last.revokedAt = this.now;
    return ['CertificationRevoked'];
  }

  status(id: string, at: number): ReferenceStatus {
    return referenceStatus(this.of(id), at);
  }

  /** All that follows from what stands now, until nothing follows any more. */
  earn(standing: Standing): readonly string[] {
    const made = standing.waiting === undefined ? earned(standing, this.done, this.now) : undefined;
    if (made === undefined) return [];
    if (standing.scheme.approval !== undefined) {
      standing.proposals.push({ at: this.now, order: this.order, made, closedAt: Infinity });
      return ['AwardProposed'];
    }
    return this.begin(standing, made);
  }

  /** Whoever is awarded an earlier edition later is met by what the newer one does, in the same commit. */
  begin(standing: Standing, made: Made): readonly string[] {
    const fresh = { revokedAt: Infinity, goneAt: Infinity, endings: [], suspensions: [] };
    standing.cycles.push({ ...made, ...fresh, number: standing.cycles.length + 1, order: this.order, at: this.now });
    const applied = this.applyEdition(standing);
    return ['CertificationAwarded', ...applied, ...(applied.length > 0 ? this.earn(standing) : [])];
  }

  applyEdition(standing: Standing): readonly string[] {
    const { second, standing: last } = standing;
    const effect = standing.scheme.second?.holders;
    if (second === undefined || last === undefined || effect === undefined || effect === 'keep' || last.edition > 1) return [];
    if (holdsUntil(last) <= this.now || last.endings.length > 0) return [];
    last.endings.push({ edition: 2, effect, on: second.published, end: second.by });
    return ['EditionApplied'];
  }

  /** The schemes that ask for a course. */
  concerned(course: string): readonly Standing[] {
    return [...this.standings.values()].filter(({ scheme, second }) =>
      [scheme.first, second === undefined ? undefined : scheme.second].some((known) =>
        [...(known?.courses ?? []), ...(known?.renewal?.alternatives ?? [])].includes(course),
      ),
    );
  }
}

/** The pending assignment where work of that time could still fulfil it. */
function openOn({ pending, scheme }: Standing, time: number): Task | undefined {
  return !scheme.late && time >= (pending?.due ?? Infinity) ? undefined : pending;
}
