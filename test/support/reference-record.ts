/**
 * What domain.md says of one learner's record, written from that text alone and as plainly as possible: days are numbers
 * (0 is 1 January 2024, UTC), instants are fractions of days, validities are counted in days.
 */
export interface ReferenceScheme {
  readonly id: string;
  readonly days: number | undefined;
  readonly courses: readonly string[];
  readonly needed: number;
}
interface ReferenceCycle {
  readonly from: number;
  readonly end: number;
  revokedAt: number;
  observed: boolean;
}

/** A certification is expiring from 30 days before its end, where its scheme says nothing else. */
const EXPIRING_DAYS = 30;

export class ReferenceRecord {
  readonly done: { course: string; day: number }[] = [];
  readonly cycles = new Map<string, ReferenceCycle[]>();
  /** The present: noon of day 150 at first. */
  now = 150.5;

  constructor(private readonly schemes: readonly ReferenceScheme[]) {}

  /** The schemes that this completion awards, or undefined when it is a fact of the future: tomorrow everywhere on Earth. */
  complete(course: string, day: number): readonly string[] | undefined {
    if (day > Math.floor(this.now) + 1) return undefined;
    this.done.push({ course, day });
    return this.schemes
      .filter((scheme) => scheme.courses.includes(course) && this.of(scheme.id).length === 0)
      .flatMap((scheme) => {
        const days = scheme.courses.map((needed) =>
          Math.min(...this.done.filter((item) => item.course === needed).map((item) => item.day)),
        );
        const met = days.sort((a, b) => a - b)[scheme.needed - 1]!;
        if (met === Infinity) return [];
        this.begin(scheme, met);
        return [scheme.id];
      });
  }

  award(id: string, day: number): string | undefined {
    if (day > Math.floor(this.now) + 1) return 'EFFECTIVE_IN_FUTURE';
    const last = this.of(id).at(-1);
    if (last !== undefined && day < last.from) return 'AWARD_BEFORE_EARLIER_CYCLE';
    if (last !== undefined && last.revokedAt === Infinity && day < last.end) return 'ALREADY_CERTIFIED';
    this.begin(
      this.schemes.find((scheme) => scheme.id === id)!,
      day,
    );
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

  status(id: string, at: number): string | undefined {
    const cycle = this.of(id)
      .filter(({ from }) => from <= at)
      .at(-1);
    if (cycle === undefined) return undefined;
    if (cycle.revokedAt <= at) return 'revoked';
    return cycle.end <= at ? 'expired' : cycle.end - EXPIRING_DAYS <= at ? 'expiring' : 'certified';
  }

  private of(id: string): ReferenceCycle[] {
    return this.cycles.get(id) ?? [];
  }

  /** Completed on day d for n days: d + n is the last valid day, so the end is the start of the day after it. */
  private begin({ id, days }: ReferenceScheme, from: number): void {
    const end = days === undefined ? Infinity : from + days + 1;
    this.cycles.set(id, [...this.of(id), { from, end, revokedAt: Infinity, observed: false }]);
  }
}
