import type { Fault, FaultCode } from './commands.js';
import { children, CRITERIA_DEPTH_MAX, CRITERIA_NODES_MAX, isLeaf, type Tree } from './criteria.js';

/** What is wrong with one leaf, if anything. */
export type LeafLinter<Leaf> = (leaf: Leaf, pointer: string) => readonly Fault[];

export const fault = (code: FaultCode, pointer: string, detail: string): Fault => ({ code, pointer, detail });

/** All that is wrong with a tree, in the order of its nodes, each with the path of the offending one (domain.md, Criteria). */
export function lintTree<Leaf extends object>(
  root: Tree<Leaf>,
  lintLeaf: LeafLinter<Leaf>,
  pointer = '/criteria',
): readonly Fault[] {
  const faults: Fault[] = [];
  let nodes = 0;
  const visit = (node: Tree<Leaf>, at: string, depth: number): boolean => {
    nodes += 1;
    if (depth > CRITERIA_DEPTH_MAX || nodes > CRITERIA_NODES_MAX) {
      const bounds = `at most ${CRITERIA_DEPTH_MAX} levels deep and hold at most ${CRITERIA_NODES_MAX} nodes`;
      faults.push(fault('CRITERIA_TOO_LARGE', at, `Criteria go ${bounds}.`));
      return false;
    }
    if (isLeaf(node)) faults.push(...lintLeaf(node, at));
    else faults.push(...lintTruth(node, at), ...repeatedSiblings(node, at));
    // What is beyond the bounds is not looked at, however much of it there is.
    return children(node, at).every((child) => visit(child.node, child.pointer, depth + 1));
  };
  visit(root, pointer, 1);
  return faults;
}

/** A node that is true or false whatever a learner does. */
function lintTruth(node: object, pointer: string): readonly Fault[] {
  const { all, any, of, atLeast } = node as { all?: unknown[]; any?: unknown[]; of?: unknown[]; atLeast?: number };
  if (all?.length === 0)
    return [fault('CRITERIA_ALWAYS_SATISFIED', pointer, 'An empty "all" is always satisfied. Name what must be done.')];
  if (any?.length === 0)
    return [fault('CRITERIA_NEVER_SATISFIED', pointer, 'An empty "any" can never be satisfied. Name the alternatives.')];
  if (of === undefined || atLeast === undefined) return [];
  if (atLeast < 1)
    return [fault('CRITERIA_ALWAYS_SATISFIED', pointer, `"atLeast": ${atLeast} is always satisfied. Ask for 1 or more.`)];
  const advice = `Ask for ${of.length} at the most.`;
  return atLeast > of.length
    ? [fault('CRITERIA_NEVER_SATISFIED', pointer, `${atLeast} of ${of.length} can never be satisfied. ${advice}`)]
    : [];
}

/** The same thing twice among siblings would let one deed count twice, whatever else the leaves demand of it. */
function repeatedSiblings<Leaf extends object>(node: Tree<Leaf>, pointer: string): readonly Fault[] {
  const seen = new Set<string>();
  return children(node, pointer).flatMap((child) => {
    if (!isLeaf(child.node)) return [];
    const [kind, id] = Object.entries(child.node)[0] as [string, string];
    const isRepeated = seen.has(`${kind} ${id}`);
    seen.add(`${kind} ${id}`);
    const detail = `The same ${wordsOf(kind)} stands twice in one list. Name it once.`;
    return isRepeated ? [fault('CRITERIA_REPEATED', child.pointer, detail)] : [];
  });
}

/** A field's name as people read it: "learningPlan" is a learning plan. */
export const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
