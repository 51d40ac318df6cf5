import type { Circumstances, Decider } from '../../ledger/decider.js';
import { isSameJson } from '../../shared/json.js';
import { reject, type Rejection } from '../../shared/result.js';
import type { CatalogueCommand, CatalogueRejectionCode, Fault, OpenedParty } from './commands.js';
import { APPROVAL_DEFAULT } from './content.js';
import { itemsOf } from './criteria.js';
import { draftPublished } from './draft.js';
import type { CatalogueEvent, CoursePublishedData, LearningPlanPublishedData, SchemePublishedData } from './events.js';
import { lintCourse, lintLearningPlan, lintScheme } from './lint.js';
import {
  criteriaOf,
  definitionsOf,
  emptyCatalogue,
  evolve,
  latest,
  retirementOf,
  REVIEW_AGES_AFTER_DEFAULT,
  REVIEW_ESCALATES_AFTER_DEFAULT,
  unknownDefinition,
  type Catalogue,
  type CourseEdition,
  type DefinitionKind,
} from './state.js';

type Decision = readonly CatalogueEvent[] | Rejection<CatalogueRejectionCode>;
type Given = Circumstances<OpenedParty | undefined>;
type Of<Type extends CatalogueCommand['type']> = Extract<CatalogueCommand, { type: Type }>;

/** Editions are immutable and dense. Authors and administrators define courses and plans, only administrators all else. */
export const catalogueDecider: Decider<Catalogue, CatalogueCommand, CatalogueEvent, OpenedParty | undefined> = {
  kind: 'catalogue',
  initial: emptyCatalogue,
  evolve,

  decide(command, state, given) {
    if (given.actor.role !== 'admin' && needsAdmin(command))
      return reject('FORBIDDEN', 'Only an administrator may do this. Use a key with the role admin.');
    switch (command.type) {
      case 'DefineCourse':
      case 'ReviseCourse':
        return publishCourse(command, state, given);
      case 'DefineLearningPlan':
      case 'ReviseLearningPlan':
        return publishLearningPlan(command, state);
      case 'DefineScheme':
      case 'ReviseScheme':
        return publishScheme(command, state, given);
      case 'Retire':
        return retire(command, state);
      case 'DefineGroup':
        return state.groups.get(command.group)?.title === command.title
          ? []
          : [{ type: 'GroupDefined', data: { group: command.group, title: command.title } }];
      case 'ChangeRules':
        return changeRules(command, state);
    }
  },
};

const FOR_AUTHORS: ReadonlySet<CatalogueCommand['type']> = new Set(['ReviseCourse', 'DefineLearningPlan', 'ReviseLearningPlan']);

/** Rule 002-2: only administrators define certifications; rule 002-11: authors say what courses and plans ask for. */
function needsAdmin(command: CatalogueCommand): boolean {
  if (command.type === 'DefineCourse') return command.certificate !== undefined;
  if (command.type === 'Retire') return command.kind === 'scheme';
  return !FOR_AUTHORS.has(command.type);
}

function publishCourse(command: Of<'DefineCourse' | 'ReviseCourse'>, state: Catalogue, given: Given): Decision {
  const edition = nextEdition(command, 'course', command.course.course, state);
  if (typeof edition !== 'number') return edition;
  const data: CoursePublishedData = { ...command.course, edition, ...optional({ draft: command.draft }) };
  const standing = latest(state.courses, data.course);
  if (standing !== undefined && isSameParty(data, standing, given.facts) && isSameContent(data, standing)) return [];
  const fault = lintCourse(data)[0];
  if (fault !== undefined) return refusal(fault);
  const published: CatalogueEvent = { type: 'CoursePublished', data };
  if (command.type !== 'DefineCourse' || command.certificate === undefined) return [published];
  const { title = data.title, ...certificate } = command.certificate;
  const criteria = { all: [{ course: data.course }] };
  const scheme = publishScheme(
    { type: 'DefineScheme', scheme: { ...certificate, title, criteria } },
    evolve(state, published, { recordedAt: '' }),
    given,
  );
  return 'code' in scheme ? { ...scheme, pointer: `/certificate${scheme.pointer ?? ''}` } : [published, ...scheme];
}

function publishLearningPlan(command: Of<'DefineLearningPlan' | 'ReviseLearningPlan'>, state: Catalogue): Decision {
  const asked = command.learningPlan;
  const edition = nextEdition(command, 'learningPlan', asked.learningPlan, state);
  if (typeof edition !== 'number') return edition;
  const items = asked.items ?? itemsOf(asked.criteria);
  // What the linter lets through names courses only.
  const data = { ...asked, items, edition, ...optional({ draft: command.draft }) } as LearningPlanPublishedData;
  if (isSameContent(data, state.learningPlans.get(data.learningPlan)?.at(-1))) return [];
  const fault = lintLearningPlan(asked, state)[0];
  return fault === undefined ? [{ type: 'LearningPlanPublished', data }] : refusal(fault);
}

function publishScheme(command: Of<'DefineScheme' | 'ReviseScheme'>, state: Catalogue, { now }: Given): Decision {
  const asked = command.scheme;
  const edition = nextEdition(command, 'scheme', asked.scheme, state);
  if (typeof edition !== 'number') return edition;
  const { award = 'automatic', kind = 'internal', items = itemsOf(...criteriaOf(asked)) } = asked;
  const approval = asked.approval ?? (award === 'on-approval' ? APPROVAL_DEFAULT : undefined);
  const data: SchemePublishedData = {
    ...asked,
    kind,
    items,
    award,
    edition,
    ...optional({ approval, draft: command.draft }),
    ...(command.whatIf === undefined ? {} : { whatIf: command.whatIf }),
  };
  if (isSameContent(data, state.schemes.get(data.scheme)?.at(-1))) return [];
  const fault = lintScheme(asked, state, now)[0];
  return fault === undefined ? [{ type: 'SchemePublished', data }] : refusal(fault);
}

/** The number of the edition that the command makes, or why it makes none. */
function nextEdition(
  command: Exclude<CatalogueCommand, Of<'Retire' | 'DefineGroup' | 'ChangeRules'>>,
  kind: DefinitionKind,
  id: string,
  state: Catalogue,
): number | Rejection<CatalogueRejectionCode> {
  if (command.draft !== undefined && state.publishedDrafts.has(command.draft)) return draftPublished();
  const editions = definitionsOf(state, kind).get(id);
  const isNew = command.type === 'DefineCourse' || command.type === 'DefineLearningPlan' || command.type === 'DefineScheme';
  if (isNew && editions !== undefined) return alreadyDefined(kind);
  if (!isNew && editions === undefined) return unknownDefinition(kind);
  if (retirementOf(state, kind, id) !== undefined)
    return reject('DEFINITION_RETIRED', 'It was retired and gets no new edition. Define another one under a new id.');
  const next = (editions?.length ?? 0) + 1;
  return command.edition === undefined || command.edition === next
    ? next
    : reject(
        'EDITION_OUT_OF_ORDER',
        `The next edition is number ${next}, not ${command.edition}. Read the definition again and decide anew.`,
        '/edition',
      );
}

/** Whether an edition says nothing new; its number, its origin, what it changes for whom and keys of what is sealed are no content. */
function isSameContent(asked: object, standing: object | undefined): boolean {
  const contentOf = (edition: object): object => {
    const {
      edition: _,
      draft: __,
      responsibleParty: ___,
      responsiblePartySubject: ____,
      whatIf: _____,
      ...content
    } = edition as Record<string, unknown>;
    return content;
  };
  return standing !== undefined && isSameJson(contentOf(asked), contentOf(standing));
}

/** The party stands sealed in the state, so its text comes with the circumstances; one that cannot be read any more is another one. */
function isSameParty(asked: CoursePublishedData, standing: CourseEdition, opened: OpenedParty | undefined): boolean {
  if (standing.responsibleParty === undefined) return asked.responsibleParty === undefined;
  return opened?.edition === standing.edition && opened.responsibleParty === asked.responsibleParty;
}

/** Ends new use and touches no holder; a second retirement changes nothing. */
function retire({ kind, id, reason, reasonSubject }: Of<'Retire'>, state: Catalogue): Decision {
  if (!definitionsOf(state, kind).has(id)) return unknownDefinition(kind);
  if (retirementOf(state, kind, id) !== undefined) return [];
  return [{ type: 'DefinitionRetired', data: { kind, id, reasonCode: reason.code, reason: reason.text, reasonSubject } }];
}

function changeRules({ rules: asked }: Of<'ChangeRules'>, { rules: standing }: Catalogue): Decision {
  const rules = {
    ...asked,
    reviewAgesAfter: asked.reviewAgesAfter ?? REVIEW_AGES_AFTER_DEFAULT,
    reviewEscalatesAfter: asked.reviewEscalatesAfter ?? REVIEW_ESCALATES_AFTER_DEFAULT,
  };
  return isSameJson(rules, standing) ? [] : [{ type: 'OrganizationRulesChanged', data: rules }];
}

const EXISTS = {
  course: 'A course with this id is defined already. Publish a new edition of it instead.',
  learningPlan: 'A learning plan with this id is defined already. Publish a new edition of it instead.',
  scheme: 'A scheme with this id is defined already. Publish a new edition of it instead.',
} as const;

function alreadyDefined(kind: DefinitionKind): Rejection<CatalogueRejectionCode> {
  if (kind === 'course') return reject('COURSE_EXISTS', EXISTS.course);
  return kind === 'scheme' ? reject('SCHEME_EXISTS', EXISTS.scheme) : reject('LEARNING_PLAN_EXISTS', EXISTS.learningPlan);
}

const refusal = ({ code, detail, pointer }: Fault): Rejection<CatalogueRejectionCode> => reject(code, detail, pointer);

/** Leaves out what is not there, because an absent field is not a field that holds nothing. */
function optional<Fields extends Record<string, string | undefined>>(fields: Fields): { [Name in keyof Fields]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: string;
  };
}

export { latest, type Catalogue } from './state.js';
export type { CatalogueCommand } from './commands.js';
