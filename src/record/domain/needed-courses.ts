import { children, isLeaf, latest, type Catalogue, type Criteria } from '../../catalogue/published.js';

/** Courses that bear on criteria: whether nobody meets them without the course, or it is one way among others. */
export type NeededCourses = ReadonlyMap<string, 'always' | 'possibly'>;

/** What must be taught to who is to meet some criteria; a learning plan stands for the courses that it asks for. */
export function neededCourses(criteria: Criteria, catalogue: Pick<Catalogue, 'learningPlans'>): NeededCourses {
  if (isLeaf(criteria)) {
    if ('course' in criteria) return new Map([[criteria.course, 'always']]);
    const plan = 'learningPlan' in criteria ? latest(catalogue.learningPlans, criteria.learningPlan) : undefined;
    return plan === undefined ? new Map() : neededCourses(plan.criteria, catalogue);
  }
  const below = children(criteria, '').map(({ node }) => neededCourses(node, catalogue));
  const needed = enoughOf(criteria, below.length);
  // Nobody comes by a course where too few of the branches can be met without it.
  const isAlways = (course: string): boolean => below.filter((known) => known.get(course) !== 'always').length < needed;
  const courses = new Set(below.flatMap((known) => [...known.keys()]));
  return new Map([...courses].map((course) => [course, isAlways(course) ? 'always' : 'possibly']));
}

function enoughOf(criteria: Criteria, branches: number): number {
  if ('any' in criteria) return 1;
  return 'atLeast' in criteria ? criteria.atLeast : branches;
}
