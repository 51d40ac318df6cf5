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
import { EVIDENCE_KINDS } from '../domain/submission-events.js';
import { kindsFor } from '../domain/submissions.js';
import { enrolmentsOf, type Enrolment, type RecordState } from '../domain/state.js';
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
    presentation: z
      .string()
      .optional()
      .meta({ description: 'Of a course: in which it was completed, else in which the learner works.' }),
    title: z.string().optional(),
    submit: z
      .object({ scheme: z.string(), label: z.string(), title: z.string(), kinds: z.array(z.enum(EVIDENCE_KINDS)) })
      .optional()
      .meta({ description: 'Of a submission: what to send back unchanged, with one of the kinds.' }),
    state: z.enum(['open', 'done']),
    since: effective.optional(),
    by: z.int().optional(),
    missing: z.string().optional(),
    approvedLate: z
      .literal(true)
      .optional()
      .meta({ description: 'Handed in before the due instant and approved after it, which is in time.' }),
    optional: z.literal(true).optional().meta({ description: 'The criteria do not need it.' }),
  })
  .meta({ description: 'What there is to do. Exactly one of course, learningPlan, submission, sitting and approval names it.' });
export type ShownItem = z.infer<typeof itemSchema>;
export const nextItemSchema = z.object({ ...named, presentation: z.string().optional(), title: z.string().optional() });
type NextItem = z.infer<typeof nextItemSchema>;

/** Rules 001-7 and 001-11: all that the scheme lists, in its order, each open or done and since when, optional things too. */
export function itemsAt(standing: StandingAt, catalogue: Catalogue): readonly ShownItem[] {
  const needed = linesByItem(standing);
  return standing.scheme.items.map((item) => {
    const lines = needed.get(itemKey(item));
    const line = lines?.find(({ satisfied }) => satisfied) ?? lines?.[0] ?? ownLine(item, standing);
    return {
      ...item,
      ...optional({ presentation: presentationOf(item, line, standing), title: titleOf(item, catalogue) }),
      state: line.satisfied ? 'done' : 'open',
      ...optional({ since: line.effective, by: line.by, missing: line.missing, approvedLate: line.approvedLate }),
      ...prefilled(item, standing.scheme),
      ...(lines === undefined ? { optional: true as const } : {}),
    };
  });
}

/** The lines of the checklist that stand for each item which the criteria need. */
function linesByItem({ criteria, evaluation }: StandingAt): ReadonlyMap<string, readonly ChecklistLeaf[]> {
  const lines = new Map<string, ChecklistLeaf[]>();
  // The checklist has one line for each leaf, in the order of the tree.
  for (const [index, { leaf }] of leavesOf<SchemeLeaf>(criteria).entries()) {
    const key = itemKey(itemOf(leaf));
    lines.set(key, [...(lines.get(key) ?? []), evaluation.checklist[index]!]);
  }
  return lines;
}

/** An item that no criterion needs is judged as if it were the only one. */
function ownLine(item: Item, { scheme, record, window }: StandingAt): ChecklistLeaf {
  return evaluateRecord(item, scheme.scheme, record, scheme.timeZone, window).checklist[0]!;
}

/** Rule 001-15: label and title stand in the task, so that what is handed in belongs to it. */
const prefilled = (item: Item, scheme: SchemeEdition): Pick<ShownItem, 'submit'> =>
  'submission' in item
    ? {
        submit: {
          scheme: scheme.scheme,
          label: item.submission,
          title: scheme.title,
          kinds: [...kindsFor(scheme, item.submission)],
        },
      }
    : {};

function titleOf(item: Item, { courses, learningPlans }: Catalogue): string | undefined {
  if ('course' in item) return latest(courses, item.course)?.title;
  return 'learningPlan' in item ? latest(learningPlans, item.learningPlan)?.title : undefined;
}

/** A certification asks for the course, whichever presentation it is; the learner needs to know in which one. */
function presentationOf(item: Item, line: ChecklistLeaf, { record, at }: StandingAt): string | undefined {
  if (!('course' in item)) return undefined;
  if (line.satisfied) return record.completions.find(({ revision }) => revision === line.by)?.presentation;
  const open = openAt(record, item.course, at);
  const latestWork = Math.max(...open.map((enrolment) => lastWorkIn(enrolment, at)));
  return open.findLast((enrolment) => lastWorkIn(enrolment, at) === latestWork)?.presentation;
}

/**
 * Rule 002-7: what to go on with. Of the open items that the criteria need, the one on which the learner worked last comes first, else
 * the first in the scheme's order; the learner may take any other. An approval is for somebody else to give.
 */
export function nextItem(items: readonly ShownItem[], standing: StandingAt, catalogue: Catalogue): NextItem | undefined {
  if (standing.evaluation.satisfied || standing.status?.proposal !== undefined) return undefined;
  let [next, latestWork]: [ShownItem | undefined, number] = [undefined, Number.NEGATIVE_INFINITY];
  for (const item of items) {
    const isForOthers = item.approval !== undefined || item.missing === 'awaiting-review';
    if (item.state === 'done' || item.optional === true || isForOthers) continue;
    const work = lastWorkOn(item, standing, catalogue);
    if (next !== undefined && work <= latestWork) continue;
    [next, latestWork] = [item, work];
  }
  if (next === undefined) return undefined;
  const { course, presentation, learningPlan, submission, sitting, title } = next;
  return optional({ course, presentation, learningPlan, submission, sitting, title });
}

function lastWorkOn({ course, learningPlan }: ShownItem, { record, at }: StandingAt, { learningPlans }: Catalogue): number {
  const ofPlan = learningPlan === undefined ? [] : (latest(learningPlans, learningPlan)?.items ?? []);
  const courses = [...(course === undefined ? [] : [course]), ...ofPlan.map((item) => item.course)];
  const open = courses.flatMap((id) => openAt(record, id, at));
  return Math.max(Number.NEGATIVE_INFINITY, ...open.map((enrolment) => lastWorkIn(enrolment, at)));
}

const openAt = (record: RecordState, course: string, at: IsoInstant): readonly Enrolment[] =>
  enrolmentsOf(record, course).filter(
    ({ effective: begun, closed }) =>
      hasHappened(begun, COURSE_ZONE, at) && (closed === undefined || !hasHappened(closed.effective, COURSE_ZONE, at)),
  );

/** When the learner last did something in an enrolment. */
function lastWorkIn({ effective: begun, reports }: Enrolment, at: IsoInstant): number {
  const times = [begun, ...reports.map((report) => report.effective)];
  const happened = times.filter((time) => hasHappened(time, COURSE_ZONE, at));
  return happened.reduce((last, time) => Math.max(last, effectiveMilliseconds(time, COURSE_ZONE)), Number.NEGATIVE_INFINITY);
}

/** Whether a scheme's criteria ask for an item. */
export const isNeeded = ({ criteria }: SchemeEdition, item: Item): boolean =>
  leavesOf<SchemeLeaf>(criteria).some(({ leaf }) => itemKey(itemOf(leaf)) === itemKey(item));
