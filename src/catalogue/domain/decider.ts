import type { Decider } from '../../ledger/decider.js';
import type { Sealed } from '../../ledger/sealed.js';
import { reject, type Rejection } from '../../shared/result.js';
import { countLeaves, coursesNamed, lintCriteria, type Criteria } from './criteria.js';
import type { CatalogueEvent, CoursePublishedData, SchemePublishedData, Validity } from './events.js';

export interface CourseEdition {
  readonly course: string;
  readonly edition: number;
  readonly title: string;
  readonly description?: string | undefined;
  readonly launchAddress?: string | undefined;
  readonly workloadHours?: string | undefined;
  readonly responsibleParty?: Sealed | string | undefined;
  readonly institution?: string | undefined;
}

export interface SchemeEdition {
  readonly scheme: string;
  readonly edition: number;
  readonly title: string;
  readonly published: string;
  readonly timeZone: string;
  readonly validity: Validity;
  readonly award: 'automatic';
  readonly criteria: Criteria;
}

/** All definitions of one organization: editions in order, never changed. */
export interface Catalogue {
  readonly courses: ReadonlyMap<string, readonly CourseEdition[]>;
  readonly schemes: ReadonlyMap<string, readonly SchemeEdition[]>;
}

type CourseContent = Omit<CoursePublishedData, 'edition'>;
type SchemeContent = Omit<SchemePublishedData, 'edition'>;
export type CatalogueCommand =
  | { readonly type: 'DefineCourse'; readonly course: CourseContent }
  | { readonly type: 'ReviseCourse'; readonly course: CourseContent }
  | { readonly type: 'DefineScheme'; readonly scheme: SchemeContent }
  | { readonly type: 'ReviseScheme'; readonly scheme: SchemeContent };

export type CatalogueRejectionCode =
  | 'COURSE_EXISTS'
  | 'COURSE_UNKNOWN'
  | 'SCHEME_EXISTS'
  | 'SCHEME_UNKNOWN'
  | 'CRITERIA_NEVER_SATISFIED'
  | 'CRITERIA_ALWAYS_SATISFIED'
  | 'CRITERIA_REPEATED'
  | 'CRITERIA_TOO_LARGE'
  | 'COURSE_IN_TOO_MANY_SCHEMES';

export const emptyCatalogue: Catalogue = { courses: new Map(), schemes: new Map() };

/** Only administrators and authors define (rules 002-2, 002-11); editions are immutable and dense. */
export const catalogueDecider: Decider<Catalogue, CatalogueCommand, CatalogueEvent> = {
  kind: 'catalogue',
  initial: emptyCatalogue,

  decide(command, state) {
    switch (command.type) {
      case 'DefineCourse':
        if (state.courses.has(command.course.course))
          return reject('COURSE_EXISTS', 'A course with this id is defined already. Publish a new edition of it instead.');
        return [{ type: 'CoursePublished', data: { ...command.course, edition: 1 } }];
      case 'ReviseCourse': {
        const editions = state.courses.get(command.course.course);
        if (editions === undefined) return reject('COURSE_UNKNOWN', 'There is no course with this id. Define it first.');
        return [{ type: 'CoursePublished', data: { ...command.course, edition: editions.length + 1 } }];
      }
      case 'DefineScheme':
        if (state.schemes.has(command.scheme.scheme))
          return reject('SCHEME_EXISTS', 'A scheme with this id is defined already. Publish a new edition of it instead.');
        return publishScheme(command.scheme, 1, state);
      case 'ReviseScheme': {
        const editions = state.schemes.get(command.scheme.scheme);
        if (editions === undefined) return reject('SCHEME_UNKNOWN', 'There is no scheme with this id. Define it first.');
        return publishScheme(command.scheme, editions.length + 1, state);
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'CoursePublished':
        return { ...state, courses: withEdition(state.courses, event.data.course, event.data) };
      case 'SchemePublished':
        return { ...state, schemes: withEdition(state.schemes, event.data.scheme, event.data) };
    }
  },
};

function publishScheme(scheme: SchemeContent, edition: number, state: Catalogue): CatalogueEvent[] | Rejection {
  const fault = lintCriteria(scheme.criteria, (course) => state.courses.has(course));
  if (fault !== undefined) return reject(fault.code, fault.detail, fault.pointer);
  const crowded = crowdedCourse(scheme, state);
  if (crowded !== undefined) {
    const bounds = `at most ${SCHEMES_PER_COURSE_MAX} schemes with ${LEAVES_PER_COURSE_MAX} leaves in all`;
    return reject(
      'COURSE_IN_TOO_MANY_SCHEMES',
      `The course ${crowded} may stand in ${bounds}, as one completion decides them together.`,
    );
  }
  return [{ type: 'SchemePublished', data: { ...scheme, edition } }];
}

/** One completion may award every scheme that names its course, in one commit that must fit a store's bounds. */
export const SCHEMES_PER_COURSE_MAX = 100;
export const LEAVES_PER_COURSE_MAX = 2_000;

function crowdedCourse(scheme: SchemeContent, state: Catalogue): string | undefined {
  const others = [...state.schemes.values()]
    .map((editions) => editions.at(-1)!)
    .filter((other) => other.scheme !== scheme.scheme);
  const named = others.map(({ criteria }) => coursesNamed(criteria));
  return [...coursesNamed(scheme.criteria)].find((course) => {
    const sharing = others.filter((_, index) => named[index]!.has(course));
    const leaves = sharing.reduce((sum, { criteria }) => sum + countLeaves(criteria), countLeaves(scheme.criteria));
    return sharing.length + 1 > SCHEMES_PER_COURSE_MAX || leaves > LEAVES_PER_COURSE_MAX;
  });
}

function withEdition<Edition>(
  editions: ReadonlyMap<string, readonly Edition[]>,
  id: string,
  edition: Edition,
): ReadonlyMap<string, readonly Edition[]> {
  return new Map(editions).set(id, [...(editions.get(id) ?? []), edition]);
}

/** The edition that stands now. */
export function latest<Edition>(editions: ReadonlyMap<string, readonly Edition[]>, id: string): Edition | undefined {
  return editions.get(id)?.at(-1);
}
