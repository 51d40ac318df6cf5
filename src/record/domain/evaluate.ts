import { children, isLeaf, type Tree } from '../../catalogue/published.js';
import { effectiveMilliseconds, type Effective } from '../../shared/calendar.js';
import type { ChecklistLeaf } from './events.js';

export interface Moment {
  readonly milliseconds: number;
  readonly effective: Effective;
}

/** What a leaf came to: the moment from which it is true, if it is, and its line of the checklist. */
export interface Judged {
  readonly moment?: Moment | undefined;
  readonly line: Omit<ChecklistLeaf, 'path' | 'satisfied'>;
  /** How far an unsatisfied leaf has come, from 0 to 1. */
  readonly reached?: number | undefined;
}

/** Judges one leaf; evidence that is effective before `notBefore` (milliseconds) does not count for it. */
export type Judge<Leaf> = (leaf: Leaf, notBefore: number) => Judged;

export interface Evaluation {
  readonly satisfied: boolean;
  /** The effective time at which the tree became true, when it is. */
  readonly effective?: Effective;
  readonly checklist: readonly ChecklistLeaf[];
  /** From 0 to 100; 100 only when the tree is satisfied. */
  readonly percent: number;
}

interface Branch {
  readonly moment: Moment | undefined;
  readonly reached: number;
}

/**
 * The one evaluator: status, "why", "why not", progress and the award itself come from it (domain.md, Criteria; rules 001-8, 002-10,
 * 003-11). The tree is plain logic over its leaves; a leaf is true from the earliest evidence that counts for it.
 */
export function evaluate<Leaf extends object>(criteria: Tree<Leaf>, zone: string, judge: Judge<Leaf>): Evaluation {
  const checklist: ChecklistLeaf[] = [];

  const visit = (node: Tree<Leaf>, path: string, notBefore: number): Branch => {
    if (isLeaf(node)) {
      const { moment, line, reached = 0 } = judge(node, notBefore);
      checklist.push({ path, ...line, satisfied: moment !== undefined });
      return { moment, reached: moment === undefined ? Math.min(reached, 0.99) : 1 };
    }
    const bound = 'notBefore' in node ? Math.max(notBefore, effectiveMilliseconds({ date: node.notBefore }, zone)) : notBefore;
    const parts = children(node, path).map((child) => visit(child.node, child.pointer, bound));
    const needed = 'any' in node ? 1 : 'of' in node ? node.atLeast : parts.length;
    return join(parts, needed);
  };

  const { moment, reached } = visit(criteria, '', Number.NEGATIVE_INFINITY);
  const percent = moment === undefined ? Math.min(99, Math.floor(reached * 100)) : 100;
  return moment === undefined
    ? { satisfied: false, checklist, percent }
    : { satisfied: true, effective: moment.effective, checklist, percent };
}

/** A node is true when as many of its parts as it needs are, from the moment of the last of them; it has come as far as its best parts. */
function join(parts: readonly Branch[], needed: number): Branch {
  const met = parts.flatMap(({ moment }) => moment ?? []).sort((a, b) => a.milliseconds - b.milliseconds);
  const best = parts
    .map(({ reached }) => reached)
    .sort((a, b) => b - a)
    .slice(0, needed);
  return { moment: met[needed - 1], reached: best.reduce((sum, value) => sum + value, 0) / needed };
}
