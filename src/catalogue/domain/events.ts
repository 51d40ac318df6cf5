import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema, type Secret } from '../../ledger/sealed.js';
import type { JsonObject } from '../../shared/json.js';
import { calendarDuration, definitionId, reasonCode, text } from '../../shared/text.js';
import { courseContent, learningPlanContent, planItemsSchema, schemeContent, schemeFilledIn } from './content.js';
import { itemsOf, planCriteriaSchema, type Criteria } from './criteria.js';
import {
  REVIEW_AGES_AFTER_DEFAULT,
  REVIEW_ESCALATES_AFTER_DEFAULT,
  type CourseEdition,
  type DefinitionKind,
  type LearningPlanEdition,
  type OrganizationRules,
  type SchemeEdition,
} from './state.js';
import { whatIfSchema } from './what-if.js';

const edition = z.int().min(1);
/** The draft that the edition came from, where it came from one. */
const draft = z.uuid().optional();

export const GROUP_TITLE_CHARACTERS_MAX = 300;

const coursePublished = z.strictObject({
  course: definitionId,
  edition,
  ...courseContent,
  responsibleParty: sealedSchema.optional(),
  responsiblePartySubject: z.uuid().optional(),
  draft,
});
const learningPlanPublished = z.strictObject({
  learningPlan: definitionId,
  edition,
  ...learningPlanContent,
  items: planItemsSchema,
  criteria: planCriteriaSchema,
  draft,
});
const schemePublished = z.strictObject({
  scheme: definitionId,
  edition,
  ...schemeContent,
  ...schemeFilledIn,
  draft,
  /** What it changes for the learners, counted before it was published; where it came from a draft. */
  whatIf: whatIfSchema.optional(),
});
export const definitionKind = z.enum(['course', 'learningPlan', 'scheme']);
const definitionRetired = z.strictObject({
  kind: definitionKind,
  id: definitionId,
  reasonCode,
  reason: sealedSchema,
  /** What a reason says may be about a person: it can be erased by itself. */
  reasonSubject: z.uuid(),
});
export const groupContent = { group: definitionId, title: text(GROUP_TITLE_CHARACTERS_MAX) };
export const organizationRules = {
  learnersCorrectOwnNames: z.boolean(),
  secondApprover: z.boolean(),
  reviewAgesAfter: calendarDuration.meta({
    description: `How long a submission waits before its review is late; ${REVIEW_AGES_AFTER_DEFAULT} unless told.`,
  }),
  reviewEscalatesAfter: calendarDuration.meta({
    description: `How long before it is a matter for somebody else; ${REVIEW_ESCALATES_AFTER_DEFAULT} unless told.`,
  }),
};

type FromDraft = { readonly draft?: string | undefined };
export type CoursePublishedData = CourseEdition & FromDraft & { readonly responsiblePartySubject?: string | undefined };
export type LearningPlanPublishedData = LearningPlanEdition & FromDraft;
export type SchemePublishedData = SchemeEdition & FromDraft;
export interface DefinitionRetiredData {
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly reasonCode: string;
  readonly reason: Secret;
  readonly reasonSubject: string;
}

export type CatalogueEvent =
  | LedgerEvent<'CoursePublished', CoursePublishedData>
  | LedgerEvent<'LearningPlanPublished', LearningPlanPublishedData>
  | LedgerEvent<'SchemePublished', SchemePublishedData>
  | LedgerEvent<'DefinitionRetired', DefinitionRetiredData>
  | LedgerEvent<'GroupDefined', { readonly group: string; readonly title: string }>
  | LedgerEvent<'OrganizationRulesChanged', OrganizationRules>;

/** Version 2 only adds what may be absent. */
const courseOfVersion1 = (data: JsonObject): JsonObject => data;
/** A scheme of version 1 listed nothing beside its criteria and was what the organization itself certifies. */
const schemeOfVersion1 = (data: JsonObject): JsonObject => ({
  ...data,
  kind: 'internal',
  items: itemsOf(data['criteria'] as unknown as Criteria) as unknown as JsonObject[],
});

/** Version 3 only adds what may be absent. */
const schemeOfVersion2 = (data: JsonObject): JsonObject => data;
/** A scheme of version 3 could not be renewed, and who held it kept it; so it is where nothing is said. */
const schemeOfVersion3 = (data: JsonObject): JsonObject => data;
/** Rules of version 1 said nothing of reviews, which then took what they take by default. */
const rulesOfVersion1 = (data: JsonObject): JsonObject => ({
  ...data,
  reviewAgesAfter: REVIEW_AGES_AFTER_DEFAULT,
  reviewEscalatesAfter: REVIEW_ESCALATES_AFTER_DEFAULT,
});

export const catalogueEvents = [
  defineEvent('CoursePublished', coursePublished, {
    version: 2,
    sealed: [{ field: 'responsibleParty', subject: 'responsiblePartySubject' }],
    upcasters: [courseOfVersion1],
  }),
  defineEvent('LearningPlanPublished', learningPlanPublished),
  defineEvent('SchemePublished', schemePublished, {
    version: 4,
    upcasters: [schemeOfVersion1, schemeOfVersion2, schemeOfVersion3],
  }),
  defineEvent('DefinitionRetired', definitionRetired, { sealed: [{ field: 'reason', subject: 'reasonSubject' }] }),
  defineEvent('GroupDefined', z.strictObject(groupContent)),
  defineEvent('OrganizationRulesChanged', z.strictObject(organizationRules), { version: 2, upcasters: [rulesOfVersion1] }),
];
