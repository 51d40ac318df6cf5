import { effectiveMilliseconds, type Effective } from '../../shared/calendar.js';
import { children, type Criteria } from '../../catalogue/published.js';
import type { ChecklistLeaf } from './events.js';

/** One completion that may satisfy leaves; `revision` names its event in the record's stream. */
export interface Evidence {
  readonly course: string;
  readonly effective: Effective;
  readonly revision: number;
}

export interface Evaluation {
  readonly satisfied: boolean;
  /** The effective time at which the tree became true, when it is. */
  readonly effective?: Effective;
  readonly checklist: readonly ChecklistLeaf[];
}

interface Moment {
  readonly milliseconds: number;
  readonly effective: Effective;
}

/**
 * The one evaluator: status, "why", "why not" and the award itself come from it (domain.md, Criteria). The tree is plain
 * logic over its leaves; a leaf is true from the earliest evidence that counts for it. Dates count as the day's start in `zone`.
 */
export function evaluate(criteria: Criteria, evidence: readonly Evidence[], zone: string): Evaluation {
  const moments = evidence
    .map((item) => ({ item, milliseconds: effectiveMilliseconds(item.effective, zone) }))
    .sort((a, b) => a.milliseconds - b.milliseconds || a.item.revision - b.item.revision);
  const checklist: ChecklistLeaf[] = [];

  const leaf = (course: string, path: string, notBefore: number): Moment | undefined => {
    const candidates = moments.filter(({ item }) => item.course === course);
    const first = candidates.find(({ milliseconds }) => milliseconds >= notBefore);
    if (first === undefined) {
      checklist.push({ path, course, satisfied: false, missing: candidates.length === 0 ? 'not-completed' : 'only-before' });
      return undefined;
    }
    checklist.push({ path, course, satisfied: true, by: first.item.revision, effective: first.item.effective });
    return { milliseconds: first.milliseconds, effective: first.item.effective };
  };

  const visit = (node: Criteria, path: string, notBefore: number): Moment | undefined => {
    if ('course' in node) return leaf(node.course, path, notBefore);
    const bound = 'notBefore' in node ? Math.max(notBefore, effectiveMilliseconds({ date: node.notBefore }, zone)) : notBefore;
    const parts = children(node, path).map((child) => visit(child.node, child.pointer, bound));
    const needed = 'any' in node ? 1 : 'of' in node ? node.atLeast : parts.length;
    const met = parts.filter((part) => part !== undefined).sort((a, b) => a.milliseconds - b.milliseconds);
    return met[needed - 1];
  };

  const moment = visit(criteria, '', Number.NEGATIVE_INFINITY);
  return moment === undefined ? { satisfied: false, checklist } : { satisfied: true, effective: moment.effective, checklist };
}
