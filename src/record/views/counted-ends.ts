import type { Catalogue, Criteria } from '../../catalogue/published.js';
import type { IsoDate, IsoInstant } from '../../shared/calendar.js';
import { neededCourses, type NeededCourses } from '../domain/needed-courses.js';
import { renewalCriteria, renewalWay } from '../domain/earning.js';
import { openRenewal } from '../domain/ends.js';
import type { Renewal } from '../domain/standing.js';
import { daysAhead, type EndingCertification } from './ending-certifications.js';

/** How far ahead the forecast looks, the nearest first; each holds what the ones before it hold. */
export const FORECAST_DAYS = [7, 30, 60, 90] as const;

/** For how many renewals a course must, or can, be taken. */
interface Seats {
  least: number;
  most: number;
}

interface CountedEnds {
  readonly days: number;
  readonly to: IsoDate;
  certifications: number;
  renewing: number;
  readonly seats: Map<string, Seats>;
}

type ShownEnds = Omit<CountedEnds, 'seats'> & {
  readonly courses: readonly { readonly course: string; readonly seats: Seats }[];
};

/** Counts certifications that end, by scheme, by group and by how soon. */
export class Forecast {
  private readonly counted = new Map<string, { readonly all: CountedEnds[]; readonly groups: Map<string, CountedEnds[]> }>();
  /** Many renewals ask for the same. */
  private readonly needed = new Map<Criteria, NeededCourses>();

  constructor(
    private readonly at: IsoInstant,
    private readonly catalogue: Catalogue,
  ) {}

  /** Adds one to its scheme and to each of the learner's groups or, where one is asked for, to that group alone. */
  count(ending: EndingCertification, group: string | undefined): void {
    const { scheme } = ending.document;
    const counted = this.counted.get(scheme) ?? { all: this.nothing(), groups: new Map<string, CountedEnds[]>() };
    this.counted.set(scheme, counted);
    const groups = group === undefined ? ending.learner.record.groups : [group];
    const lists = groups.map((name) => {
      const list = counted.groups.get(name) ?? this.nothing();
      counted.groups.set(name, list);
      return list;
    });
    const renewal = openRenewal(ending.document.standing, this.at);
    const courses = this.coursesOf(ending, renewal);
    for (const ends of [counted.all, ...lists].flat()) {
      if (ending.end.lastValidDay <= ends.to) add(ends, courses, renewal !== undefined);
    }
  }

  schemes(): readonly { readonly scheme: string; readonly groups: readonly string[] }[] {
    return [...this.counted].map(([scheme, { groups }]) => ({ scheme, groups: [...groups.keys()].sort() })).sort(byScheme);
  }

  within(scheme: string, group?: string): readonly ShownEnds[] {
    const { all, groups } = this.counted.get(scheme)!;
    return (group === undefined ? all : groups.get(group)!).map(({ seats, ...counts }) => ({
      ...counts,
      courses: [...seats].map(([course, of]) => ({ course, seats: of })).sort(byCourse),
    }));
  }

  private nothing(): CountedEnds[] {
    return FORECAST_DAYS.map((days) => {
      const { to } = daysAhead(this.at, days);
      return { days, to, certifications: 0, renewing: 0, seats: new Map<string, Seats>() };
    });
  }

  /** What the learner chose, where a renewal is open; else everything that the renewal leaves to choose among. */
  private coursesOf({ newest, cycle, document }: EndingCertification, renewal: Renewal | undefined): NeededCourses {
    if (newest.renewal === undefined) return new Map();
    const editions = this.catalogue.schemes.get(document.scheme)!;
    const criteria =
      renewal === undefined ? renewalCriteria(newest) : renewalWay(renewal, cycle, document.standing, editions).criteria;
    const known = this.needed.get(criteria) ?? neededCourses(criteria, this.catalogue);
    this.needed.set(criteria, known);
    return known;
  }
}

function add(ends: CountedEnds, courses: NeededCourses, isRenewing: boolean): void {
  ends.certifications += 1;
  if (isRenewing) ends.renewing += 1;
  for (const [course, how] of courses) {
    const seats = ends.seats.get(course) ?? { least: 0, most: 0 };
    ends.seats.set(course, { least: seats.least + (how === 'always' ? 1 : 0), most: seats.most + 1 });
  }
}

const byScheme = (a: { readonly scheme: string }, b: { readonly scheme: string }): number => (a.scheme < b.scheme ? -1 : 1);
const byCourse = (a: { readonly course: string }, b: { readonly course: string }): number => (a.course < b.course ? -1 : 1);
