import type { z } from 'zod';
import type { Json } from '../../shared/json.js';
import { placesOf, pointerTo } from '../../shared/places.js';
import type { CatalogueCommand, Fault } from './commands.js';
import { courseContentSchema, learningPlanContentSchema, schemeContentSchema } from './content.js';
import { lintCourse, lintLearningPlan, lintScheme } from './lint.js';
import { fault, wordsOf } from './lint-tree.js';
import { retirementOf, type Catalogue, type DefinitionKind } from './state.js';

/** A definition that may not be one yet: whatever JSON its author has so far. */
export interface UncheckedDefinition {
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly content: Json;
}

/** All that keeps it from being published now; pointers lead into the content. */
export function lintContent({ kind, id, content }: UncheckedDefinition, catalogue: Catalogue, now: string): readonly Fault[] {
  const detail = `The ${wordsOf(kind)} ${id} was retired and gets no new edition. Define another one under a new id.`;
  const retired = retirementOf(catalogue, kind, id) === undefined ? [] : [fault('DEFINITION_RETIRED', '', detail)];
  switch (kind) {
    case 'course':
      return [...retired, ...lintFitting(courseContentSchema, content, (course) => lintCourse(course))];
    case 'learningPlan':
      return [
        ...retired,
        ...lintFitting(learningPlanContentSchema, content, (plan) => lintLearningPlan({ learningPlan: id, ...plan }, catalogue)),
      ];
    case 'scheme':
      return [
        ...retired,
        ...lintFitting(schemeContentSchema, content, (scheme) => lintScheme({ scheme: id, ...scheme }, catalogue, now)),
      ];
  }
}

/** What does not fit its schema has no meaning yet that could be judged. */
function lintFitting<Content>(
  schema: z.ZodType<Content>,
  content: Json,
  lint: (content: Content) => readonly Fault[],
): readonly Fault[] {
  const fitting = schema.safeParse(content);
  if (fitting.success) return lint(fitting.data);
  return placesOf(fitting.error.issues).map(({ path, message }) => fault('INVALID_REQUEST', pointerTo(path), message));
}

/** The command that publishes content which fits its schema: the first edition of what is not defined yet, else the next one. */
export function publicationOf(
  { kind, id, content }: UncheckedDefinition,
  { courses, learningPlans, schemes }: Catalogue,
  by: { readonly draft: string; readonly edition?: number | undefined },
): CatalogueCommand {
  switch (kind) {
    case 'course': {
      const course = { course: id, ...courseContentSchema.parse(content) };
      return { type: courses.has(id) ? 'ReviseCourse' : 'DefineCourse', course, ...by };
    }
    case 'learningPlan': {
      const learningPlan = { learningPlan: id, ...learningPlanContentSchema.parse(content) };
      return { type: learningPlans.has(id) ? 'ReviseLearningPlan' : 'DefineLearningPlan', learningPlan, ...by };
    }
    case 'scheme': {
      const scheme = { scheme: id, ...schemeContentSchema.parse(content) };
      return { type: schemes.has(id) ? 'ReviseScheme' : 'DefineScheme', scheme, ...by };
    }
  }
}
