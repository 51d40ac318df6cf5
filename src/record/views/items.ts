import { z } from 'zod';
import {
  itemKey,
  itemOf,
  latest,
  leavesOf,
  type Catalogue,
  type Item,
  type SchemeEdition,
  type SchemeLeaf,
} from '../../catalogue/published.js';
import { effectiveMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { effective } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { COURSE_ZONE } from '../domain/course-evidence.js';
import type { ChecklistLeaf } from '../domain/events.js';
import { evaluateRecord } from '../domain/scheme-evidence.js';
import { enrolmentsOf, type RecordState } from '../domain/state.js';
import { hasHappened, type StandingAt } from './standing-at.js';

const named = {
  course: z.string().optional(),
  learningPlan: z.string().optional(),
  submission: z.string().optional(),
  sitting: z.string().optional(),
  approval: z.string().optional(),
};
export const itemSchema = z
  .object({
    ...named,
    title: z.string().optional(),
    state: z.enum(['open', 'done']),
    since: effective.optional(),
    by: z.int().optional(),
    missing: z.string().optional(),
    optional: z.literal(true).optional().meta({ description: 'The criteria do not need it.' }),
  })
  .meta({ description: 'What there is to do. Exactly one of course, learningPlan, submission, sitting and approval names it.' });
export type ShownItem = z.infer<typeof itemSchema>;
export const nextItemSchema = z.object({ ...named, title: z.string().optional() });
type NextItem = z.infer<typeof nextItemSchema>;

/** Rules 001-7 and 001-11: all that the scheme lists, in its order, each open or done and since when, optional things too. */
export function itemsAt(standing: StandingAt, catalogue: Catalogue): readonly ShownItem[] {
  const needed = linesByItem(standing);
  return standing.scheme.items.map((item) => {
    const lines = needed.get(itemKey(item));
    const line = lines?.find(({ satisfied }) => satisfied) ?? lines?.[0] ?? ownLine(item, standing);
    return {
      ...item,
      ...optional({ title: titleOf(item, catalogue) }),
      state: line.satisfied ? 'done' : 'open',
      ...optional({ since: line.effective, by: line.by, missing: line.missing }),
      ...(lines === undefined ? { optional: true as const } : {}),
    };
  });
}

/** The lines of the checklist that stand for each item which the criteria need. */
function linesByItem({ scheme, evaluation }: StandingAt): ReadonlyMap<string, readonly ChecklistLeaf[]> {
  const lines = new Map<string, ChecklistLeaf[]>();
  // The checklist has one line for each leaf, in the order of the tree.
  for (const [index, { leaf }] of leavesOf<SchemeLeaf>(scheme.criteria).entries()) {
    const key = itemKey(itemOf(leaf));
    lines.set(key, [...(lines.get(key) ?? []), evaluation.checklist[index]!]);
  }
  return lines;
}

/** An item that no criterion needs is judged as if it were the only one. */
function ownLine(item: Item, { scheme, record, window }: StandingAt): ChecklistLeaf {
  return evaluateRecord(item, scheme.scheme, record, scheme.timeZone, window).checklist[0]!;
}

function titleOf(item: Item, { courses, learningPlans }: Catalogue): string | undefined {
  if ('course' in item) return latest(courses, item.course)?.title;
  return 'learningPlan' in item ? latest(learningPlans, item.learningPlan)?.title : undefined;
}

/**
 * Rule 002-7: what to go on with. Of the open items that the criteria need, the one on which the learner worked last comes first, else
 * the first in the scheme's order; the learner may take any other. An approval is for somebody else to give.
 */
export function nextItem(items: readonly ShownItem[], standing: StandingAt, catalogue: Catalogue): NextItem | undefined {
  if (standing.evaluation.satisfied || standing.status?.status === 'awaiting-review') return undefined;
  let [next, latestWork]: [ShownItem | undefined, number] = [undefined, Number.NEGATIVE_INFINITY];
  for (const item of items) {
    if (item.state === 'done' || item.optional === true || item.approval !== undefined) continue;
    const work = lastWorkOn(item, standing, catalogue);
    if (next !== undefined && work <= latestWork) continue;
    [next, latestWork] = [item, work];
  }
  if (next === undefined) return undefined;
  const { course, learningPlan, submission, sitting, title } = next;
  return optional({ course, learningPlan, submission, sitting, title });
}

function lastWorkOn({ course, learningPlan }: ShownItem, { record, at }: StandingAt, { learningPlans }: Catalogue): number {
  const ofPlan = learningPlan === undefined ? [] : (latest(learningPlans, learningPlan)?.items ?? []);
  const courses = [...(course === undefined ? [] : [course]), ...ofPlan.map((item) => item.course)];
  return Math.max(Number.NEGATIVE_INFINITY, ...courses.map((id) => lastWorkInCourse(record, id, at)));
}

/** When the learner last did something in an enrolment that is still open. */
function lastWorkInCourse(record: RecordState, course: string, at: IsoInstant): number {
  const open = enrolmentsOf(record, course).filter(
    ({ effective: begun, closed }) =>
      hasHappened(begun, COURSE_ZONE, at) && (closed === undefined || !hasHappened(closed.effective, COURSE_ZONE, at)),
  );
  const times = open.flatMap(({ effective: begun, reports }) => [begun, ...reports.map((report) => report.effective)]);
  const happened = times.filter((time) => hasHappened(time, COURSE_ZONE, at));
  return happened.reduce((last, time) => Math.max(last, effectiveMilliseconds(time, COURSE_ZONE)), Number.NEGATIVE_INFINITY);
}

/** Whether a scheme's criteria ask for an item. */
export const isNeeded = ({ criteria }: SchemeEdition, item: Item): boolean =>
  leavesOf<SchemeLeaf>(criteria).some(({ leaf }) => itemKey(itemOf(leaf)) === itemKey(item));
