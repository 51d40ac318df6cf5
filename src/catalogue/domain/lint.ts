import { dateAt, effectiveMilliseconds } from '../../shared/calendar.js';
import { compareDecimals, isPadded } from '../../shared/decimal.js';
import { UNPADDED } from '../../shared/text.js';
import type { AskedLearningPlan, AskedScheme, Fault } from './commands.js';
import { COURSES_PER_PLAN_MAX, ITEMS_MAX, MAX_SCORE_DEFAULT } from './content.js';
import {
  countLeaves,
  coursesNamed,
  itemKey,
  itemOf,
  itemsOf,
  leavesOf,
  type CourseLeaf,
  type Criteria,
  type Item,
  type LearningPlanNamed,
  type PlanLeaf,
  type SchemeLeaf,
} from './criteria.js';
import { lintHolders, lintRenewal } from './lint-renewal.js';
import { fault, lintTree, wordsOf } from './lint-tree.js';
import {
  coursesBehind,
  criteriaOf,
  latest,
  retirementOf,
  type Activity,
  type Catalogue,
  type CourseEdition,
  type SchemeCriteria,
  type SchemeEdition,
} from './state.js';

/** All that is wrong with a course: rules 003-1 to 003-3 name what its criteria may ask for. */
export function lintCourse({ activities = [], criteria }: Pick<CourseEdition, 'activities' | 'criteria'>): readonly Fault[] {
  const known = new Map(activities.map((activity) => [activity.activity, activity]));
  const repeated = repeats(
    activities.map(({ activity }) => activity),
    (activity, index) =>
      fault('ACTIVITY_REPEATED', `/activities/${index}`, `The activity ${activity} is listed twice. List it once.`),
  );
  const scales = activities.flatMap(({ maxScore }, index) => padded(maxScore, `/activities/${index}/maxScore`));
  const faults = criteria === undefined ? [] : lintTree<CourseLeaf>(criteria, (leaf, at) => lintCourseLeaf(leaf, at, known));
  return [...repeated, ...scales, ...faults];
}

/** Judged here and not by the schema, which must still read editions that were published before it was asked. */
const padded = (score: string | undefined, pointer: string): readonly Fault[] =>
  score !== undefined && isPadded(score) ? [fault('INVALID_REQUEST', pointer, UNPADDED)] : [];

function lintCourseLeaf(leaf: CourseLeaf, pointer: string, activities: ReadonlyMap<string, Activity>): readonly Fault[] {
  if ('approval' in leaf) return [];
  const [kind, id] = Object.entries(leaf)[0] as [Activity['kind'], string];
  const activity = activities.get(id);
  if (activity === undefined)
    return [fault('ACTIVITY_UNKNOWN', pointer, `The course lists no activity ${id}. List it under "activities" as a ${kind}.`)];
  if (activity.kind !== kind)
    return [
      fault('ACTIVITY_UNKNOWN', pointer, `The activity ${id} is a ${activity.kind}, no ${kind}. Ask for it as what it is.`),
    ];
  if ('minCount' in leaf && leaf.minCount < 1)
    return [fault('CRITERIA_ALWAYS_SATISFIED', pointer, `"minCount": ${leaf.minCount} is always satisfied. Ask for 1 or more.`)];
  if (!('minScore' in leaf)) return [];
  const { maxScore = MAX_SCORE_DEFAULT } = activity;
  if (isPadded(leaf.minScore)) return padded(leaf.minScore, `${pointer}/minScore`);
  return compareDecimals(leaf.minScore, maxScore) > 0
    ? [
        fault(
          'MINIMUM_ABOVE_SCALE',
          pointer,
          `${leaf.minScore} cannot be reached, as the scale ends at ${maxScore}. Ask for less.`,
        ),
      ]
    : [];
}

/** All that is wrong with a learning plan: it holds courses only, never a plan, so that none can hold itself. */
export function lintLearningPlan(plan: AskedLearningPlan, catalogue: Catalogue): readonly Fault[] {
  const { learningPlan, items, criteria } = plan;
  const lintNamed = (named: PlanLeaf | LearningPlanNamed, at: string): readonly Fault[] =>
    'learningPlan' in named
      ? [fault('PLAN_IN_PLAN', at, 'A learning plan holds courses only. Name the courses of the other plan instead.')]
      : lintDefinitionNamed(named, at, catalogue);
  const size = (items ?? itemsOf(criteria)).length;
  const bound = `A learning plan holds at most ${COURSES_PER_PLAN_MAX} courses.`;
  // The schemes that name the plan would follow it to its new courses.
  const learningPlans = new Map<string, readonly { readonly criteria: Criteria }[]>(catalogue.learningPlans).set(learningPlan, [
    plan,
  ]);
  return [
    ...lintItems(items, lintNamed),
    ...lintTree(criteria, lintNamed),
    ...missingItems(criteria, items, '/criteria'),
    ...(size > COURSES_PER_PLAN_MAX ? [fault('CRITERIA_TOO_LARGE', '/criteria', bound)] : []),
    ...crowdedByPlans(criteria, learningPlans, catalogue),
    ...crowdedCourses(coursesNamed(criteria), latestSchemes(catalogue), { learningPlans }),
  ];
}

const latestSchemes = ({ schemes }: Catalogue): readonly SchemeEdition[] =>
  [...schemes.values()].map((editions) => editions.at(-1)!);

/** All that is wrong with a scheme that would be published now, also beside the definitions that stand. */
export function lintScheme(scheme: AskedScheme, catalogue: Catalogue, now: string): readonly Fault[] {
  const { items } = scheme;
  const schemes = [...latestSchemes(catalogue).filter((other) => other.scheme !== scheme.scheme), scheme];
  const trees = criteriaOf(scheme).map((criteria, index) => ({ criteria, at: CRITERIA_POINTERS[index]! }));
  return [
    ...lintPublished(scheme, catalogue, now),
    ...lintItems(items, (item, at) => lintDefinitionNamed(item, at, catalogue)),
    ...trees.flatMap(({ criteria, at }) => [
      ...lintTree<SchemeLeaf>(criteria, (leaf, node) => lintSchemeLeaf(leaf, node, catalogue), at),
      ...missingItems(criteria, items, at),
    ]),
    ...tooManyItems(scheme),
    ...lintAward(scheme),
    ...lintTimeToFulfil(scheme),
    ...lintRenewal(scheme),
    ...lintHolders(scheme, catalogue),
    ...trees.flatMap(({ criteria, at }) => crowdedCourses(coursesBehind(criteria, catalogue), schemes, catalogue, at)),
  ];
}

/** Where the trees of a scheme stand, in the order of `criteriaOf`. */
const CRITERIA_POINTERS = ['/criteria', '/renewal/criteria'] as const;

function lintSchemeLeaf(leaf: SchemeLeaf, pointer: string, catalogue: Catalogue): readonly Fault[] {
  if ('submission' in leaf && leaf.kind === 'credential-document' && leaf.review === 'none')
    return [fault('DOCUMENT_UNREVIEWED', pointer, 'A credential document is always reviewed. Leave "review" out.')];
  if ('submission' in leaf && leaf.sourceCheck !== undefined && leaf.kind !== 'credential-document') {
    const detail =
      'Only a document has an issuer who can be asked. Add "kind": "credential-document", or leave "sourceCheck" out.';
    return [fault('SOURCE_CHECK_WITHOUT_DOCUMENT', pointer, detail)];
  }
  return lintDefinitionNamed(leaf, pointer, catalogue);
}

/** What a leaf or an item names must be defined, in that edition, and not retired. */
function lintDefinitionNamed(named: SchemeLeaf | Item, pointer: string, catalogue: Catalogue): readonly Fault[] {
  if (!('course' in named) && !('learningPlan' in named)) return [];
  const kind = 'course' in named ? 'course' : 'learningPlan';
  const id = 'course' in named ? named.course : named.learningPlan;
  const editions = kind === 'course' ? catalogue.courses.get(id) : catalogue.learningPlans.get(id);
  if (editions === undefined)
    return 'course' in named
      ? [fault('COURSE_UNKNOWN', pointer, `There is no course ${id}. Define the course first.`)]
      : [fault('LEARNING_PLAN_UNKNOWN', pointer, `There is no learning plan ${id}. Define the learning plan first.`)];
  if (retirementOf(catalogue, kind, id) !== undefined)
    return [fault('DEFINITION_RETIRED', pointer, `The ${wordsOf(kind)} ${id} was retired. Name another one.`)];
  const wanted = ('minEdition' in named ? named.minEdition : undefined) ?? 1;
  return wanted > editions.length
    ? [
        fault(
          'EDITION_UNKNOWN',
          pointer,
          `The latest edition of the course ${id} is ${editions.length}. Publish edition ${wanted} first.`,
        ),
      ]
    : [];
}

function lintItems<Named extends Item>(
  items: readonly Named[] = [],
  lintNamed: (item: Named, pointer: string) => readonly Fault[],
): readonly Fault[] {
  const repeated = repeats(items.map(itemKey), (_, index) =>
    fault('ITEM_REPEATED', `/items/${index}`, 'The same item is listed twice. List it once.'),
  );
  return [...items.flatMap((item, index) => lintNamed(item, `/items/${index}`)), ...repeated];
}

/** Rule 001-7: whatever the criteria ask for is listed for the learner; what is listed beside it is optional. */
function missingItems(criteria: Criteria, items: readonly Item[] | undefined, at: string): readonly Fault[] {
  if (items === undefined) return [];
  const listed = new Set(items.map(itemKey));
  return leavesOf<SchemeLeaf>(criteria, at)
    .filter(({ leaf }) => !listed.has(itemKey(itemOf(leaf))))
    .map(({ pointer }) => fault('ITEM_MISSING', pointer, 'The criteria ask for what "items" does not list. List it there.'));
}

/** One tree alone cannot name so many; those of the first award and of the renewal together can. */
function tooManyItems(scheme: AskedScheme): readonly Fault[] {
  if (scheme.renewal?.criteria === undefined) return [];
  const { length } = scheme.items ?? itemsOf(...criteriaOf(scheme));
  const detail = `A scheme lists at most ${ITEMS_MAX} items, and its criteria name ${length}. Name less in the renewal's.`;
  return length > ITEMS_MAX ? [fault('CRITERIA_TOO_LARGE', '/renewal/criteria', detail)] : [];
}

/**
 * An edition is in force from its publication on, so its author may date it back but not ahead. One that lies ahead all the same, from
 * before this rule, keeps no later edition waiting for its date.
 */
function lintPublished({ scheme, published, timeZone }: AskedScheme, catalogue: Catalogue, now: string): readonly Fault[] {
  const today = dateAt(now, timeZone);
  if (published > today) {
    const detail = `An edition is in force at once, and today is ${today} in ${timeZone}. Give that date or an earlier one.`;
    return [fault('PUBLISHED_IN_FUTURE', '/published', detail)];
  }
  const earlier = latest(catalogue.schemes, scheme)?.published;
  if (earlier === undefined) return [];
  const from = earlier < today ? earlier : today;
  const detail = `The edition before was published on ${earlier}. Give a date from ${from} to ${today}.`;
  return published < from ? [fault('EDITION_OUT_OF_ORDER', '/published', detail)] : [];
}

function lintAward({ award, approval }: AskedScheme): readonly Fault[] {
  const detail = 'An automatic award waits for no approval. Leave "approval" out, or make the award "on-approval".';
  return approval !== undefined && award !== 'on-approval' ? [fault('APPROVAL_UNASKED', '/approval', detail)] : [];
}

/** Rule 001-4: due is exclusive, so a due at the start leaves no time at all. */
function lintTimeToFulfil({ timeToFulfil, timeZone }: AskedScheme): readonly Fault[] {
  const { start, due } = timeToFulfil ?? {};
  if (start === undefined || due === undefined) return [];
  return effectiveMilliseconds(due, timeZone) <= effectiveMilliseconds(start, timeZone)
    ? [fault('DUE_BEFORE_START', '/timeToFulfil/due', 'What is due must be due after its start. Give a later due.')]
    : [];
}

/** One completion may award every scheme that its course bears on, in one commit that must fit a store's bounds. */
export const SCHEMES_PER_COURSE_MAX = 100;
export const LEAVES_PER_COURSE_MAX = 2_000;

function crowdedCourses(
  courses: Iterable<string>,
  schemes: readonly SchemeCriteria[],
  plans: Parameters<typeof coursesBehind>[1],
  at = '/criteria',
): readonly Fault[] {
  const behind = schemes.map((scheme) => criteriaOf(scheme).map((criteria) => coursesBehind(criteria, plans)));
  const crowded = [...courses].find((course) => {
    const sharing = schemes.filter((_, index) => behind[index]!.some((named) => named.has(course)));
    const leaves = sharing.flatMap(criteriaOf).reduce((sum, criteria) => sum + countLeaves(criteria), 0);
    return sharing.length > SCHEMES_PER_COURSE_MAX || leaves > LEAVES_PER_COURSE_MAX;
  });
  if (crowded === undefined) return [];
  const bounds = `at most ${SCHEMES_PER_COURSE_MAX} schemes with ${LEAVES_PER_COURSE_MAX} leaves in all`;
  const detail = `The course ${crowded} may stand in ${bounds}, as one completion decides them together.`;
  return [fault('COURSE_IN_TOO_MANY_SCHEMES', at, detail)];
}

export const PLANS_PER_COURSE_MAX = 50;

/** One completion may also complete every plan that names its course, in the same commit. */
function crowdedByPlans(
  criteria: Criteria,
  plans: ReadonlyMap<string, readonly { readonly criteria: Criteria }[]>,
  catalogue: Catalogue,
): readonly Fault[] {
  const standing = [...plans].filter(([plan]) => retirementOf(catalogue, 'learningPlan', plan) === undefined);
  const newest = standing.map(([, editions]) => editions.at(-1)!);
  const crowded = [...coursesNamed(criteria)].find((course) => {
    const sharing = newest.filter((plan) => coursesNamed(plan.criteria).has(course));
    const leaves = sharing.reduce((sum, plan) => sum + countLeaves(plan.criteria), 0);
    return sharing.length > PLANS_PER_COURSE_MAX || leaves > LEAVES_PER_COURSE_MAX;
  });
  if (crowded === undefined) return [];
  const bounds = `at most ${PLANS_PER_COURSE_MAX} learning plans with ${LEAVES_PER_COURSE_MAX} leaves in all`;
  const detail = `The course ${crowded} may stand in ${bounds}, as one completion decides them together.`;
  return [fault('COURSE_IN_TOO_MANY_PLANS', '/criteria', detail)];
}

function repeats(ids: readonly string[], faultOf: (id: string, index: number) => Fault): readonly Fault[] {
  const seen = new Set<string>();
  return ids.flatMap((id, index) => {
    const isRepeated = seen.has(id);
    seen.add(id);
    return isRepeated ? [faultOf(id, index)] : [];
  });
}
