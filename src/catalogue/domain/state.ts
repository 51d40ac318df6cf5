import type { Secret } from '../../ledger/sealed.js';
import type { Effective, IsoDate, IsoInstant } from '../../shared/calendar.js';
import { reject, type Rejection } from '../../shared/result.js';
import type { Image, Validity } from './content.js';
import { coursesNamed, plansNamed, type CourseCriteria, type Criteria, type Item, type PlanCriteria } from './criteria.js';
import type { CatalogueEvent } from './events.js';
import type { HoldersPolicy, RenewalPolicy } from './renewal.js';
import type { WhatIf } from './what-if.js';

export interface Activity {
  readonly activity: string;
  readonly kind: 'lesson' | 'quiz' | 'participation' | 'project' | 'assessment' | 'attendance';
  readonly title?: string | undefined;
  /** The scale of a quiz or an assessment. */
  readonly maxScore?: string | undefined;
}

export interface CourseEdition {
  readonly course: string;
  readonly edition: number;
  readonly title: string;
  readonly description?: string | undefined;
  readonly launchAddress?: string | undefined;
  readonly workloadHours?: string | undefined;
  readonly responsibleParty?: Secret | undefined;
  readonly institution?: string | undefined;
  readonly logo?: Image | undefined;
  readonly activities?: readonly Activity[] | undefined;
  readonly criteria?: CourseCriteria | undefined;
  readonly acceptReportedCompletion?: boolean | undefined;
}

export interface LearningPlanEdition {
  readonly learningPlan: string;
  readonly edition: number;
  readonly title: string;
  readonly description?: string | undefined;
  readonly items: readonly { readonly course: string }[];
  readonly criteria: PlanCriteria;
  readonly acceptReportedCompletion?: boolean | undefined;
}

export interface TimeToFulfil {
  readonly start?: Effective | undefined;
  /** Exclusive (rule 001-4). */
  readonly due?: Effective | undefined;
  readonly completeWithin?: string | undefined;
  readonly lateEvidence?: 'refuse' | 'accept-late' | undefined;
}

export interface Notices {
  /** Before the end; P30D where it is absent. */
  readonly expiringFrom?: string | undefined;
  readonly notices?:
    | readonly {
        readonly boundary: 'assigned' | 'due' | 'expiry';
        readonly when: 'before' | 'after';
        readonly offset: string;
        readonly channels: readonly ('mail' | 'in-app' | 'slack')[];
        readonly on: boolean;
      }[]
    | undefined;
}

export interface SchemeEdition {
  readonly scheme: string;
  readonly edition: number;
  readonly title: string;
  readonly overview?: string | undefined;
  readonly instructions?: string | undefined;
  readonly issuer?: string | undefined;
  readonly badge?: Image | undefined;
  readonly kind: 'internal' | 'external';
  readonly published: IsoDate;
  readonly timeZone: string;
  readonly validity: Validity;
  readonly capByEvidence?: boolean | undefined;
  readonly items: readonly Item[];
  readonly criteria: Criteria;
  readonly award: 'automatic' | 'on-approval';
  /** The name of the approval that an award on approval waits for. */
  readonly approval?: string | undefined;
  readonly secondApprover?: boolean | undefined;
  readonly priorEvidence?: 'count' | 'ignore' | undefined;
  readonly timeToFulfil?: TimeToFulfil | undefined;
  readonly notices?: Notices | undefined;
  readonly renewal?: RenewalPolicy | undefined;
  readonly holders?: HoldersPolicy | undefined;
  /** What its publication changed for the learners, as it was counted before. */
  readonly whatIf?: WhatIf | undefined;
}

export type DefinitionKind = 'course' | 'learningPlan' | 'scheme';

export interface Retirement {
  readonly at: IsoInstant;
  readonly reasonCode: string;
}

export interface OrganizationRules {
  readonly learnersCorrectOwnNames: boolean;
  readonly secondApprover: boolean;
  /** How long a submission may wait before its review is late, and before it is a matter for somebody else. */
  readonly reviewAgesAfter: string;
  readonly reviewEscalatesAfter: string;
}

export const REVIEW_AGES_AFTER_DEFAULT = 'P3D';
export const REVIEW_ESCALATES_AFTER_DEFAULT = 'P7D';

export type Editions<Edition> = ReadonlyMap<string, readonly Edition[]>;

/** All definitions of one organization: editions in order, never changed. */
export interface Catalogue {
  readonly courses: Editions<CourseEdition>;
  readonly learningPlans: Editions<LearningPlanEdition>;
  readonly schemes: Editions<SchemeEdition>;
  readonly groups: ReadonlyMap<string, { readonly group: string; readonly title: string }>;
  /** By kind and id, for example "course first-aid". */
  readonly retirements: ReadonlyMap<string, Retirement>;
  readonly rules: OrganizationRules;
  readonly publishedDrafts: ReadonlySet<string>;
}

export const emptyCatalogue: Catalogue = {
  courses: new Map(),
  learningPlans: new Map(),
  schemes: new Map(),
  groups: new Map(),
  retirements: new Map(),
  rules: {
    learnersCorrectOwnNames: false,
    secondApprover: false,
    reviewAgesAfter: REVIEW_AGES_AFTER_DEFAULT,
    reviewEscalatesAfter: REVIEW_ESCALATES_AFTER_DEFAULT,
  },
  publishedDrafts: new Set(),
};

export function evolve(state: Catalogue, event: CatalogueEvent, at: { recordedAt: string }): Catalogue {
  switch (event.type) {
    case 'CoursePublished':
      return { ...from(state, event.data), courses: withEdition(state.courses, event.data.course, event.data) };
    case 'LearningPlanPublished': {
      const learningPlans = withEdition(state.learningPlans, event.data.learningPlan, event.data);
      return { ...from(state, event.data), learningPlans };
    }
    case 'SchemePublished':
      return { ...from(state, event.data), schemes: withEdition(state.schemes, event.data.scheme, event.data) };
    case 'DefinitionRetired': {
      const { kind, id, reasonCode } = event.data;
      const retirement = { at: at.recordedAt, reasonCode };
      return { ...state, retirements: new Map(state.retirements).set(`${kind} ${id}`, retirement) };
    }
    case 'GroupDefined':
      return { ...state, groups: new Map(state.groups).set(event.data.group, event.data) };
    case 'OrganizationRulesChanged':
      return { ...state, rules: event.data };
  }
}

/** Remembers which draft a definition came from, so that it is published once. */
const from = (state: Catalogue, { draft }: { readonly draft?: string | undefined }): Catalogue =>
  draft === undefined ? state : { ...state, publishedDrafts: new Set(state.publishedDrafts).add(draft) };

const withEdition = <Edition>(editions: Editions<Edition>, id: string, edition: Edition): Editions<Edition> =>
  new Map(editions).set(id, [...(editions.get(id) ?? []), edition]);

/** The edition that stands now. */
export function latest<Edition>(editions: Editions<Edition>, id: string): Edition | undefined {
  return editions.get(id)?.at(-1);
}

export function editionOf<Edition extends { readonly edition: number }>(
  editions: Editions<Edition>,
  id: string,
  edition: number,
): Edition | undefined {
  // Editions are dense from 1, so the number is the place.
  return editions.get(id)?.[edition - 1];
}

export const retirementOf = (
  { retirements }: Pick<Catalogue, 'retirements'>,
  kind: DefinitionKind,
  id: string,
): Retirement | undefined => retirements.get(`${kind} ${id}`);

/** What a scheme asks for: for the first award and, where that differs, for a renewal. */
export function criteriaOf({ criteria, renewal }: SchemeCriteria): readonly Criteria[] {
  return renewal?.criteria === undefined ? [criteria] : [criteria, renewal.criteria];
}
export interface SchemeCriteria {
  readonly criteria: Criteria;
  readonly renewal?: { readonly criteria?: Criteria | undefined } | undefined;
}

/** Every course whose completion can bear on the criteria: those named, and those of the learning plans that are named. */
export function coursesBehind(
  criteria: Criteria,
  { learningPlans }: { readonly learningPlans: Editions<{ readonly criteria: Criteria }> },
): ReadonlySet<string> {
  const [named, plans] = [coursesNamed(criteria), plansNamed(criteria)];
  // Each definition asks this of every scheme, and most name no plan.
  if (plans.size === 0) return named;
  const planned = [...plans].flatMap((plan) => latest(learningPlans, plan) ?? []);
  return new Set([...named, ...planned.flatMap((plan) => [...coursesNamed(plan.criteria)])]);
}

export type UnknownDefinition = Rejection<'COURSE_UNKNOWN' | 'LEARNING_PLAN_UNKNOWN' | 'SCHEME_UNKNOWN'>;

export function unknownDefinition(kind: DefinitionKind): UnknownDefinition {
  if (kind === 'course') return reject('COURSE_UNKNOWN', 'There is no course with this id. Define it first.');
  return kind === 'scheme'
    ? reject('SCHEME_UNKNOWN', 'There is no scheme with this id. Define it first.')
    : reject('LEARNING_PLAN_UNKNOWN', 'There is no learning plan with this id. Define it first.');
}

/** The definitions of one kind. */
export const definitionsOf = (
  { courses, learningPlans, schemes }: Catalogue,
  kind: DefinitionKind,
): Editions<CourseEdition | LearningPlanEdition | SchemeEdition> =>
  ({ course: courses, learningPlan: learningPlans, scheme: schemes })[kind];
