import { z } from 'zod';
import { decimalScore, definitionId, isoDate, text } from '../../shared/text.js';

/** What must be done, as a tree (domain.md, Criteria): the same for courses, learning plans and schemes; only the leaves differ. */
export type Tree<Leaf> = Branch<Leaf> | Leaf;
type Branch<Leaf> =
  | { readonly all: readonly Tree<Leaf>[] }
  | { readonly any: readonly Tree<Leaf>[] }
  | { readonly atLeast: number; readonly of: readonly Tree<Leaf>[] }
  | { readonly notBefore: string; readonly criteria: Tree<Leaf> };

export type CourseNamed = { readonly course: string; readonly minEdition?: number | undefined };
export type LearningPlanNamed = { readonly learningPlan: string };
/** Rules 000-1, 001-9 and 001-12: what a scheme can ask for. */
export type SchemeLeaf =
  | CourseNamed
  | LearningPlanNamed
  | {
      readonly submission: string;
      readonly kind?: 'external-training' | 'credential-document' | undefined;
      readonly review?: 'required' | 'none' | undefined;
      readonly sourceCheck?: 'required' | undefined;
    }
  | { readonly sitting: string }
  | { readonly approval: string };
export type PlanLeaf = CourseNamed;
/** Rules 003-1 to 003-3: what a course can ask for. */
export type CourseLeaf =
  | { readonly lesson: string }
  | { readonly quiz: string; readonly minScore: string }
  | { readonly participation: string; readonly minCount: number }
  | { readonly project: string }
  | { readonly assessment: string; readonly minScore: string }
  | { readonly attendance: string; readonly minCount: number }
  | { readonly approval: string };

export type Criteria = Tree<SchemeLeaf>;
export type PlanCriteria = Tree<PlanLeaf>;
export type CourseCriteria = Tree<CourseLeaf>;

export const CRITERIA_DEPTH_MAX = 16;
export const CRITERIA_NODES_MAX = 500;
export const LABEL_CHARACTERS_MAX = 100;

/** What a submission or an approval is asked for as; people see it and a submission must repeat it exactly. */
export const label = text(LABEL_CHARACTERS_MAX);

const courseLeaf = z.strictObject({ course: definitionId, minEdition: z.int().min(1).optional() });
const learningPlanLeaf = z.strictObject({ learningPlan: definitionId });
const approvalLeaf = z.strictObject({ approval: label });
const submissionLeaf = z.strictObject({
  submission: label,
  kind: z.enum(['external-training', 'credential-document']).optional(),
  review: z.enum(['required', 'none']).optional(),
  sourceCheck: z
    .literal('required')
    .optional()
    .meta({ description: 'The document is approved only after somebody asked whoever issued it.' }),
});

function treeSchema<Leaf>(leaves: readonly z.ZodType<Leaf>[], id: string, what: string): z.ZodType<Tree<Leaf>> {
  const node: z.ZodType<Tree<Leaf>> = z
    .lazy(() => {
      const list = z.array(node).max(CRITERIA_NODES_MAX);
      const branches: readonly z.ZodType<Branch<Leaf>>[] = [
        z.strictObject({ all: list }),
        z.strictObject({ any: list }),
        z.strictObject({ atLeast: z.int(), of: list }),
        z.strictObject({ notBefore: isoDate, criteria: node }),
      ];
      return z.union([...branches, ...leaves], {
        error: `Must be all, any, atLeast with of, notBefore with criteria, or ${what}.`,
      });
    })
    .meta({ id, description: `A tree of all, any, atLeast and notBefore over ${what}.` });
  return node;
}

export const criteriaSchema = treeSchema<SchemeLeaf>(
  [courseLeaf, learningPlanLeaf, submissionLeaf, z.strictObject({ sitting: definitionId }), approvalLeaf],
  'Criteria',
  'course, learningPlan, submission, sitting or approval',
);
export const planCriteriaSchema = treeSchema<PlanLeaf>([courseLeaf], 'PlanCriteria', 'course');
/** What a request may hold: a plan inside a plan fits the form, so that the linter can say what is wrong with it. */
export const askedPlanCriteriaSchema = treeSchema<PlanLeaf | LearningPlanNamed>(
  [courseLeaf, learningPlanLeaf],
  'AskedPlanCriteria',
  'course',
);
const minCount = z.int();
export const courseCriteriaSchema = treeSchema<CourseLeaf>(
  [
    z.strictObject({ lesson: definitionId }),
    z.strictObject({ quiz: definitionId, minScore: decimalScore }),
    z.strictObject({ participation: definitionId, minCount }),
    z.strictObject({ project: definitionId }),
    z.strictObject({ assessment: definitionId, minScore: decimalScore }),
    z.strictObject({ attendance: definitionId, minCount }),
    approvalLeaf,
  ],
  'CourseCriteria',
  'lesson, quiz, participation, project, assessment, attendance or approval',
);

const BRANCHES = ['all', 'any', 'of', 'criteria'] as const;

export function isLeaf<Leaf extends object>(node: Tree<Leaf>): node is Leaf {
  return BRANCHES.every((name) => !(name in node));
}

/** The children of a node with the JSON Pointer of each. */
export function children<Leaf extends object>(
  node: Tree<Leaf>,
  pointer: string,
): readonly { node: Tree<Leaf>; pointer: string }[] {
  if (isLeaf(node)) return [];
  const branch = node as Branch<Leaf>;
  if ('criteria' in branch) return [{ node: branch.criteria, pointer: `${pointer}/criteria` }];
  const [name, list] = 'all' in branch ? ['all', branch.all] : 'any' in branch ? ['any', branch.any] : ['of', branch.of];
  return (list as readonly Tree<Leaf>[]).map((child, index) => ({ node: child, pointer: `${pointer}/${String(name)}/${index}` }));
}

/** Every leaf in the order of the tree, with its JSON Pointer from the root of the tree. */
export function leavesOf<Leaf extends object>(
  tree: Tree<Leaf>,
  pointer = '',
): readonly { readonly leaf: Leaf; readonly pointer: string }[] {
  if (isLeaf(tree)) return [{ leaf: tree, pointer }];
  return children(tree, pointer).flatMap((child) => leavesOf(child.node, child.pointer));
}

/** How many leaves a checklist over the tree has. */
export const countLeaves = <Leaf extends object>(tree: Tree<Leaf>): number => leavesOf(tree).length;

/** Trees never change, so what they name is found once: each completion asks it of every scheme. */
function named(key: 'course' | 'learningPlan' | 'approval'): (tree: Tree<object>) => ReadonlySet<string> {
  const known = new WeakMap<object, ReadonlySet<string>>();
  return (tree) => {
    const found = known.get(tree) ?? new Set(leavesOf(tree).flatMap(({ leaf }) => (key in leaf ? [idOf(leaf, key)] : [])));
    known.set(tree, found);
    return found;
  };
}
const idOf = (leaf: object, key: string): string => (leaf as Record<string, string>)[key]!;

/** Every course that the tree names itself; those of the learning plans that it names stand in the plans. */
export const coursesNamed = named('course');
export const plansNamed = named('learningPlan');
export const approvalsNamed = named('approval');

/** What a scheme or plan lists, in order, for its learners to do (domain.md, item; rule 001-4 has all of them, 001-7 also optional ones). */
export type Item =
  | { readonly course: string }
  | { readonly learningPlan: string }
  | { readonly submission: string }
  | { readonly sitting: string }
  | { readonly approval: string };

export const itemSchema: z.ZodType<Item> = z.union(
  [
    z.strictObject({ course: definitionId }),
    learningPlanLeaf,
    z.strictObject({ submission: label }),
    z.strictObject({ sitting: definitionId }),
    approvalLeaf,
  ],
  { error: 'Must be course, learningPlan, submission, sitting or approval.' },
);

/** The item that a leaf asks for, without what it demands of it. */
export function itemOf(leaf: SchemeLeaf): Item {
  if ('course' in leaf) return { course: leaf.course };
  if ('submission' in leaf) return { submission: leaf.submission };
  return leaf;
}

/** Names an item among those of one definition, for example "course AAA". */
export function itemKey(item: Item): string {
  const [kind, id] = Object.entries(item)[0] as [string, string];
  return `${kind} ${id}`;
}

/** The items of criteria whose author listed none: what the leaves name, in order, each once. */
export function itemsOf(...trees: readonly Criteria[]): readonly Item[] {
  const items = trees.flatMap((criteria) => leavesOf<SchemeLeaf>(criteria).map(({ leaf }) => itemOf(leaf)));
  return [...new Map(items.map((item) => [itemKey(item), item])).values()];
}
