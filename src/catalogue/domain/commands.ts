import type { Secret } from '../../ledger/sealed.js';
import type { CourseContent, LearningPlanContent, SchemeContent, Validity } from './content.js';
import type { DefinitionKind, OrganizationRules } from './state.js';
import type { WhatIf } from './what-if.js';

/** A course with the owner of the key for its responsible party, which may be a person. */
export type AskedCourse = Omit<CourseContent, 'responsibleParty'> & {
  readonly course: string;
  readonly responsibleParty?: Secret | undefined;
  readonly responsiblePartySubject?: string | undefined;
};
export type AskedLearningPlan = LearningPlanContent & { readonly learningPlan: string };
export type AskedScheme = SchemeContent & { readonly scheme: string };

/** A certification over this one course, defined with it in one step (domain.md, Award; rules 003-1 to 003-3 are its criteria). */
export interface AskedCertificate {
  readonly scheme: string;
  readonly title?: string | undefined;
  readonly published: string;
  readonly timeZone: string;
  readonly validity: Validity;
}

/** Rules as they are asked for; how long a review may take is what it is by default unless told. */
export type AskedRules = Pick<OrganizationRules, 'learnersCorrectOwnNames' | 'secondApprover'> & {
  readonly reviewAgesAfter?: string | undefined;
  readonly reviewEscalatesAfter?: string | undefined;
};

/** A publication may say which edition it means to be, and from which draft it comes. */
interface Publication {
  readonly edition?: number | undefined;
  readonly draft?: string | undefined;
}

interface SchemePublication extends Publication {
  /** What it changes for the learners, where that was counted. */
  readonly whatIf?: WhatIf | undefined;
}

export type CatalogueCommand =
  | (Publication & {
      readonly type: 'DefineCourse';
      readonly course: AskedCourse;
      readonly certificate?: AskedCertificate | undefined;
    })
  | (Publication & { readonly type: 'ReviseCourse'; readonly course: AskedCourse })
  | (Publication & { readonly type: 'DefineLearningPlan'; readonly learningPlan: AskedLearningPlan })
  | (Publication & { readonly type: 'ReviseLearningPlan'; readonly learningPlan: AskedLearningPlan })
  | (SchemePublication & { readonly type: 'DefineScheme'; readonly scheme: AskedScheme })
  | (SchemePublication & { readonly type: 'ReviseScheme'; readonly scheme: AskedScheme })
  | {
      readonly type: 'Retire';
      readonly kind: DefinitionKind;
      readonly id: string;
      readonly reason: { readonly code: string; readonly text: string };
      readonly reasonSubject: string;
    }
  | { readonly type: 'DefineGroup'; readonly group: string; readonly title: string }
  | { readonly type: 'ChangeRules'; readonly rules: AskedRules };

/** The text of the latest edition's responsible party, which the state holds sealed; absent where it was not asked for. */
export interface OpenedParty {
  readonly edition: number;
  readonly responsibleParty: string;
}

export type CatalogueRejectionCode =
  | 'COURSE_EXISTS'
  | 'COURSE_UNKNOWN'
  | 'LEARNING_PLAN_EXISTS'
  | 'LEARNING_PLAN_UNKNOWN'
  | 'SCHEME_EXISTS'
  | 'SCHEME_UNKNOWN'
  | 'DEFINITION_RETIRED'
  | 'EDITION_OUT_OF_ORDER'
  | 'DRAFT_PUBLISHED'
  | 'FORBIDDEN'
  | FaultCode;

/** What the linter finds. */
export type FaultCode =
  | 'CRITERIA_NEVER_SATISFIED'
  | 'CRITERIA_ALWAYS_SATISFIED'
  | 'CRITERIA_REPEATED'
  | 'CRITERIA_TOO_LARGE'
  | 'COURSE_UNKNOWN'
  | 'COURSE_IN_TOO_MANY_SCHEMES'
  | 'COURSE_IN_TOO_MANY_PLANS'
  | 'LEARNING_PLAN_UNKNOWN'
  | 'PLAN_IN_PLAN'
  | 'EDITION_UNKNOWN'
  | 'EDITION_OUT_OF_ORDER'
  | 'DEFINITION_RETIRED'
  | 'ACTIVITY_UNKNOWN'
  | 'ACTIVITY_REPEATED'
  | 'MINIMUM_ABOVE_SCALE'
  | 'ITEM_MISSING'
  | 'ITEM_REPEATED'
  | 'PUBLISHED_IN_FUTURE'
  | 'DUE_BEFORE_START'
  | 'DOCUMENT_UNREVIEWED'
  | 'SOURCE_CHECK_WITHOUT_DOCUMENT'
  | 'APPROVAL_UNASKED'
  | 'RENEWAL_CONTRADICTORY'
  | 'HOLDERS_CONTRADICTORY'
  | 'INVALID_REQUEST';

/** One thing that is wrong with a definition, with the JSON Pointer of the node that offends. */
export interface Fault {
  readonly code: FaultCode;
  readonly pointer: string;
  readonly detail: string;
}
