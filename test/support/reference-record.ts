/**
 * What domain.md says of one learner's record, written from that text alone and as plainly as possible: days are numbers
 * (0 is 1 January 2024, UTC), instants are fractions of days, validities are counted in days.
 */
export interface ReferenceScheme {
  readonly id: string;
  readonly days: number | undefined;
  readonly courses: readonly string[];
  readonly needed: number;
  /** Whether late evidence is accepted, and flagged. */
  readonly late: boolean;
}
interface ReferenceCycle {
  readonly from: number;
  readonly end: number;
  readonly fulfils: ReferenceTask | undefined;
  readonly late: boolean;
  revokedAt: number;
  observed: boolean;
}
interface ReferenceTask {
  readonly on: number;
  readonly start: number | undefined;
  readonly due: number | undefined;
  startedAt: number;
  withdrawnAt: number;
}

/** A certification is expiring from 30 days before its end, where its scheme says nothing else. */
const EXPIRING_DAYS = 30;

export class ReferenceRecord {
  readonly done: { course: string; day: number }[] = [];
  readonly cycles = new Map<string, ReferenceCycle[]>();
  readonly tasks = new Map<string, ReferenceTask[]>();
  /** The present: noon of day 150 at first. */
  now = 150.5;

  constructor(private readonly schemes: readonly ReferenceScheme[]) {}

  /** How many assignments this completion begins and what it awards; undefined when it is a fact of the future. */
  complete(course: string, day: number): { readonly begun: number; readonly awarded: readonly string[] } | undefined {
    if (this.isFuture(day)) return undefined;
    this.done.push({ course, day });
    const concerned = this.schemes.filter((scheme) => scheme.courses.includes(course));
    const begun = concerned.flatMap((scheme) => {
      const task = this.openOn(scheme, day);
      return task === undefined || task.startedAt !== Infinity || day < (task.start ?? task.on) ? [] : [task];
    });
    for (const task of begun) task.startedAt = day;
    return { begun: begun.length, awarded: concerned.filter((scheme) => this.earn(scheme)).map(({ id }) => id) };
  }

  assign(id: string, on: number, start: number | undefined, due: number | undefined): string | readonly string[] {
    if (this.isFuture(on)) return 'EFFECTIVE_IN_FUTURE';
    const last = this.of(id).at(-1);
    if (last !== undefined && last.revokedAt === Infinity && this.now < last.end) return 'ALREADY_CERTIFIED';
    if (due !== undefined && due <= Math.max(on, start ?? on)) return 'DUE_BEFORE_START';
    const scheme = this.scheme(id);
    const open = this.openOn(scheme, this.now);
    if (open !== undefined) return open.start === start && open.due === due ? [] : 'ASSIGNMENT_OPEN';
    this.tasks.set(id, [...this.tasksOf(id), { on, start, due, startedAt: Infinity, withdrawnAt: Infinity }]);
    return this.earn(scheme) ? ['SchemeAssigned', 'CertificationAwarded'] : ['SchemeAssigned'];
  }

  start(id: string, day: number): string | readonly string[] {
    if (this.isFuture(day)) return 'EFFECTIVE_IN_FUTURE';
    const task = this.pending(id);
    if (task === undefined) return 'NOT_ASSIGNED';
    if (task.startedAt !== Infinity) return [];
    if (this.openOn(this.scheme(id), day) === undefined) return 'NOT_ASSIGNED';
    if (day < (task.start ?? -Infinity)) return 'TOO_EARLY';
    task.startedAt = day;
    return ['AssignmentStarted'];
  }

  withdraw(id: string): string | readonly string[] {
    const task = this.pending(id);
    if (task === undefined) return 'NOT_ASSIGNED';
    task.withdrawnAt = this.now;
    return this.earn(this.scheme(id)) ? ['AssignmentWithdrawn', 'CertificationAwarded'] : ['AssignmentWithdrawn'];
  }

  award(id: string, day: number): string | undefined {
    if (this.isFuture(day)) return 'EFFECTIVE_IN_FUTURE';
    const last = this.of(id).at(-1);
    if (last !== undefined && day < last.from) return 'AWARD_BEFORE_EARLIER_CYCLE';
    if (last !== undefined && last.revokedAt === Infinity && day < last.end) return 'ALREADY_CERTIFIED';
    this.begin(this.scheme(id), day, false);
    return undefined;
  }

  revoke(id: string): string | undefined {
    const last = this.of(id).at(-1);
    if (last === undefined) return 'NOT_CERTIFIED';
    if (last.revokedAt !== Infinity) return 'ALREADY_REVOKED';
    last.revokedAt = this.now;
    return undefined;
  }

  /** Whether an expiry is there to be observed, once. */
  observe(id: string, number: number): boolean {
    const cycle = this.of(id)[number - 1];
    if (cycle === undefined || cycle.observed || cycle.end > this.now || cycle.revokedAt < cycle.end) return false;
    return (cycle.observed = true);
  }

  /** A certification that holds; else what is asked and not fulfilled; else how the last certification ended; else withdrawn. */
  status(id: string, at: number): string | undefined {
    const begun = this.of(id).filter(({ from }) => from <= at);
    const cycle = begun.at(-1);
    if (cycle !== undefined && at < cycle.revokedAt && at < cycle.end)
      return cycle.end - EXPIRING_DAYS <= at ? 'expiring' : 'certified';
    const task = this.tasksOf(id)
      .filter(({ on }) => on <= at)
      .at(-1);
    const isFulfilled = begun.some(({ fulfils }) => fulfils === task);
    if (task !== undefined && !isFulfilled && at < task.withdrawnAt) {
      if (at >= (task.due ?? Infinity)) return this.scheme(id).late ? 'overdue' : 'missed';
      return task.startedAt <= at ? 'in-progress' : 'assigned';
    }
    if (cycle !== undefined) return cycle.revokedAt <= at ? 'revoked' : 'expired';
    return task === undefined ? undefined : 'withdrawn';
  }

  /** Awards the first certification where the evidence meets the criteria: what the assignment counts or, without one, all of it. */
  private earn(scheme: ReferenceScheme): boolean {
    if (this.of(scheme.id).length > 0) return false;
    const task = this.pending(scheme.id);
    const from = task?.start ?? -Infinity;
    const due = task?.due ?? Infinity;
    const counted = this.done.filter(({ day }) => day >= from && (scheme.late || day < due));
    const days = scheme.courses.map((course) =>
      Math.min(...counted.filter((item) => item.course === course).map((item) => item.day)),
    );
    const met = days.sort((a, b) => a - b)[scheme.needed - 1]!;
    if (met === Infinity) return false;
    this.begin(scheme, met, met >= due);
    return true;
  }

  /** The last assignment that is neither withdrawn nor fulfilled, missed or not. */
  private pending(id: string): ReferenceTask | undefined {
    const last = this.tasksOf(id).at(-1);
    return last === undefined || last.withdrawnAt !== Infinity || this.of(id).some(({ fulfils }) => fulfils === last)
      ? undefined
      : last;
  }

  /** The same where work of that time could still fulfil it. */
  private openOn({ id, late }: ReferenceScheme, time: number): ReferenceTask | undefined {
    const task = this.pending(id);
    return !late && time >= (task?.due ?? Infinity) ? undefined : task;
  }

  /** A date is in the future when it is tomorrow everywhere on Earth. */
  private isFuture(day: number): boolean {
    return day > Math.floor(this.now) + 1;
  }

  private scheme(id: string): ReferenceScheme {
    return this.schemes.find((scheme) => scheme.id === id)!;
  }

  private of(id: string): ReferenceCycle[] {
    return this.cycles.get(id) ?? [];
  }

  private tasksOf(id: string): ReferenceTask[] {
    return this.tasks.get(id) ?? [];
  }

  /** Completed on day d for n days: d + n is the last valid day, so the end is the start of the day after it. */
  private begin({ id, days }: ReferenceScheme, from: number, late: boolean): void {
    const end = days === undefined ? Infinity : from + days + 1;
    const fulfils = this.pending(id);
    this.cycles.set(id, [...this.of(id), { from, end, fulfils, late, revokedAt: Infinity, observed: false }]);
  }
}
