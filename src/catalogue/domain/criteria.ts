import { z } from 'zod';
import { isoDate, definitionId } from '../../shared/text.js';

/** What must be done, as a tree (domain.md, Criteria). Leaves name courses; further kinds of leaf are only added. */
export type Criteria =
  | { readonly all: readonly Criteria[] }
  | { readonly any: readonly Criteria[] }
  | { readonly atLeast: number; readonly of: readonly Criteria[] }
  | { readonly notBefore: string; readonly criteria: Criteria }
  | { readonly course: string };

export const CRITERIA_DEPTH_MAX = 16;
export const CRITERIA_NODES_MAX = 500;

export const criteriaSchema: z.ZodType<Criteria> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(criteriaSchema).max(CRITERIA_NODES_MAX) }),
      z.strictObject({ any: z.array(criteriaSchema).max(CRITERIA_NODES_MAX) }),
      z.strictObject({ atLeast: z.int(), of: z.array(criteriaSchema).max(CRITERIA_NODES_MAX) }),
      z.strictObject({ notBefore: isoDate, criteria: criteriaSchema }),
      z.strictObject({ course: definitionId }),
    ]),
  )
  .meta({ id: 'Criteria', description: 'A tree of all, any, atLeast and notBefore over courses.' });

/** The children of a node with the JSON Pointer of each. */
export function children(node: Criteria, pointer: string): readonly { node: Criteria; pointer: string }[] {
  if ('criteria' in node) return [{ node: node.criteria, pointer: `${pointer}/criteria` }];
  const list = 'all' in node ? node.all : 'any' in node ? node.any : 'of' in node ? node.of : [];
  const name = 'all' in node ? 'all' : 'any' in node ? 'any' : 'of';
  return list.map((child, index) => ({ node: child, pointer: `${pointer}/${name}/${index}` }));
}

/** Every course that the tree names. */
export function coursesNamed(node: Criteria): ReadonlySet<string> {
  const named = new Set<string>();
  const visit = (current: Criteria): void => {
    if ('course' in current) named.add(current.course);
    for (const child of children(current, '')) visit(child.node);
  };
  visit(node);
  return named;
}

/** How many leaves a checklist over the tree has. */
export function countLeaves(node: Criteria): number {
  return 'course' in node ? 1 : children(node, '').reduce((sum, child) => sum + countLeaves(child.node), 0);
}

export interface CriteriaFault {
  readonly code:
    'CRITERIA_NEVER_SATISFIED' | 'CRITERIA_ALWAYS_SATISFIED' | 'CRITERIA_REPEATED' | 'COURSE_UNKNOWN' | 'CRITERIA_TOO_LARGE';
  readonly pointer: string;
  readonly detail: string;
}

/** The linter of domain.md: the first fault with the path of the offending node, or nothing. */
export function lintCriteria(
  root: Criteria,
  knowsCourse: (course: string) => boolean,
  pointer = '/criteria',
): CriteriaFault | undefined {
  let nodes = 0;
  const visit = (node: Criteria, at: string, depth: number): CriteriaFault | undefined => {
    nodes += 1;
    if (depth > CRITERIA_DEPTH_MAX || nodes > CRITERIA_NODES_MAX) {
      return {
        code: 'CRITERIA_TOO_LARGE',
        pointer: at,
        detail: `Criteria go at most ${CRITERIA_DEPTH_MAX} levels deep and hold at most ${CRITERIA_NODES_MAX} nodes.`,
      };
    }
    return (
      lintNode(node, at, knowsCourse) ?? firstFault(children(node, at), (child) => visit(child.node, child.pointer, depth + 1))
    );
  };
  return visit(root, pointer, 1);
}

function lintNode(node: Criteria, pointer: string, knowsCourse: (course: string) => boolean): CriteriaFault | undefined {
  if ('course' in node) {
    return knowsCourse(node.course)
      ? undefined
      : { code: 'COURSE_UNKNOWN', pointer, detail: `There is no course ${node.course}. Define the course first.` };
  }
  if ('all' in node && node.all.length === 0)
    return { code: 'CRITERIA_ALWAYS_SATISFIED', pointer, detail: 'An empty "all" is always satisfied. Name what must be done.' };
  if ('any' in node && node.any.length === 0)
    return { code: 'CRITERIA_NEVER_SATISFIED', pointer, detail: 'An empty "any" can never be satisfied. Name the alternatives.' };
  if ('of' in node) {
    if (node.atLeast < 1)
      return {
        code: 'CRITERIA_ALWAYS_SATISFIED',
        pointer,
        detail: `"atLeast": ${node.atLeast} is always satisfied. Ask for 1 or more.`,
      };
    if (node.atLeast > node.of.length) {
      return {
        code: 'CRITERIA_NEVER_SATISFIED',
        pointer,
        detail: `${node.atLeast} of ${node.of.length} can never be satisfied. Ask for ${node.of.length} at the most.`,
      };
    }
  }
  return repeatedSibling(node, pointer);
}

function repeatedSibling(node: Criteria, pointer: string): CriteriaFault | undefined {
  const seen = new Set<string>();
  for (const child of children(node, pointer)) {
    if (!('course' in child.node)) continue;
    if (seen.has(child.node.course)) {
      return {
        code: 'CRITERIA_REPEATED',
        pointer: child.pointer,
        detail: `The course ${child.node.course} stands twice in the same list. Name it once.`,
      };
    }
    seen.add(child.node.course);
  }
  return undefined;
}

function firstFault<Item>(items: readonly Item[], find: (item: Item) => CriteriaFault | undefined): CriteriaFault | undefined {
  for (const item of items) {
    const fault = find(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
