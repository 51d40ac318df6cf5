/** What other capabilities may know of the catalogue: its definitions, how to read them and how to send a definition. */
export {
  approvalsNamed,
  children,
  countLeaves,
  coursesNamed,
  criteriaSchema,
  isLeaf,
  itemKey,
  itemOf,
  leavesOf,
  plansNamed,
  type CourseCriteria,
  type CourseLeaf,
  type Criteria,
  type Item,
  type PlanCriteria,
  type PlanLeaf,
  type SchemeLeaf,
  type Tree,
} from './domain/criteria.js';
export {
  certificateContent,
  courseContent,
  EXPIRING_FROM_DEFAULT,
  learningPlanContent,
  MAX_SCORE_DEFAULT,
  revisedEdition,
  schemeContent,
  validitySchema,
  type Image,
  type Validity,
} from './domain/content.js';
export { groupContent, organizationRules, type CatalogueEvent } from './domain/events.js';
export type { HoldersPolicy, RenewalBasis, RenewalPolicy } from './domain/renewal.js';
export {
  coursesBehind,
  editionOf,
  emptyCatalogue,
  latest,
  retirementOf,
  type Activity,
  type Catalogue,
  type CourseEdition,
  type DefinitionKind,
  type LearningPlanEdition,
  type OrganizationRules,
  type Retirement,
  type SchemeEdition,
} from './domain/state.js';
export { whatIfCounts, type WhatIf } from './domain/what-if.js';
