import type { CourseCriteria, CourseLeaf } from '../../catalogue/published.js';
import { effectiveMilliseconds, type Effective } from '../../shared/calendar.js';
import { compareDecimals } from '../../shared/decimal.js';
import { evaluate, type Evaluation, type Judge, type Judged } from './evaluate.js';
import type { ChecklistLeaf } from './events.js';
import type { Approval, Enrolment, Report } from './state.js';

/** ◆ A course has no time zone of its own: where its dates must be compared, they count as the day's start in UTC. */
export const COURSE_ZONE = 'UTC';

/** A lesson is done when it was watched to the end (rule 003-1). */
const LESSON_DONE_PERCENT = 100;

interface Timed {
  readonly report: Report;
  readonly milliseconds: number;
}

/** Evaluates the criteria of a course over what was reported in one enrolment (rules 003-1 to 003-3). */
export function evaluateEnrolment(criteria: CourseCriteria, enrolment: Enrolment, approvals: readonly Approval[]): Evaluation {
  const timed = enrolment.reports
    .filter(({ notCounted }) => notCounted === undefined)
    .map((report) => ({ report, milliseconds: effectiveMilliseconds(report.effective, COURSE_ZONE) }))
    .sort((a, b) => a.milliseconds - b.milliseconds || a.report.revision - b.report.revision);
  const judge: Judge<CourseLeaf> = (leaf, notBefore) => {
    const of = (activity: string): Timed[] =>
      timed.filter(({ report, milliseconds }) => report.activity === activity && milliseconds >= notBefore);
    if ('lesson' in leaf) return percent(of(leaf.lesson), { lesson: leaf.lesson });
    if ('quiz' in leaf) return score(of(leaf.quiz), { quiz: leaf.quiz }, leaf.minScore);
    if ('assessment' in leaf) return score(of(leaf.assessment), { assessment: leaf.assessment }, leaf.minScore);
    if ('participation' in leaf) return count(of(leaf.participation), { participation: leaf.participation }, leaf.minCount);
    if ('attendance' in leaf) return count(of(leaf.attendance), { attendance: leaf.attendance }, leaf.minCount);
    if ('project' in leaf) return first(of(leaf.project), { project: leaf.project });
    return approved(leaf.approval, approvals, notBefore);
  };
  return evaluate<CourseLeaf>(criteria, COURSE_ZONE, judge);
}

type Name = Partial<ChecklistLeaf>;

/** What a leaf has come to so far stands beside what is missing, because that is what a learner asks first (rule 003-11). */
const met = ({ report, milliseconds }: Timed, name: Name): Judged => ({
  moment: { milliseconds, effective: report.effective },
  line: { ...name, by: report.revision, effective: report.effective },
});

/** The highest percentage that was reported counts. */
function percent(reports: readonly Timed[], name: Name): Judged {
  const done = reports.find(({ report }) => (report.percent ?? 0) >= LESSON_DONE_PERCENT);
  if (done !== undefined) return met(done, name);
  const highest = Math.max(0, ...reports.map(({ report }) => report.percent ?? 0));
  return missing(name, reports, String(highest), highest / LESSON_DONE_PERCENT);
}

/** A score equal to the minimum passes (rule 003-1); one that was submitted without a score satisfies no minimum. */
function score(reports: readonly Timed[], name: Name, minimum: string): Judged {
  const scores = reports.flatMap((timed) => (timed.report.score === undefined ? [] : [{ timed, value: timed.report.score }]));
  const passed = scores.find(({ value }) => compareDecimals(value, minimum) >= 0);
  if (passed !== undefined) return met(passed.timed, name);
  const highest = scores
    .map(({ value }) => value)
    .sort(compareDecimals)
    .at(-1);
  return missing(name, reports, highest, highest === undefined ? 0 : Number(highest) / Number(minimum));
}

function count(reports: readonly Timed[], name: Name, minimum: number): Judged {
  let reached = 0;
  for (const timed of reports) {
    reached += timed.report.count ?? 1;
    if (reached >= minimum) return met(timed, name);
  }
  return missing(name, reports, String(reached), reached / minimum);
}

const first = ([earliest]: readonly Timed[], name: Name): Judged =>
  earliest === undefined ? missing(name, [], undefined, 0) : met(earliest, name);

function approved(label: string, approvals: readonly Approval[], notBefore: number): Judged {
  const given = approvals.find(
    (approval) => approval.label === label && effectiveMilliseconds(approval.effective, COURSE_ZONE) >= notBefore,
  );
  if (given === undefined) return { line: { approval: label, missing: 'not-approved' } };
  const { effective, revision } = given;
  return {
    moment: { milliseconds: effectiveMilliseconds(effective, COURSE_ZONE), effective },
    line: { approval: label, by: revision, effective },
  };
}

const missing = (name: Name, reports: readonly Timed[], reachedText: string | undefined, reached: number): Judged => ({
  reached,
  line: {
    ...name,
    missing: reports.length === 0 ? 'not-done' : 'below-minimum',
    ...(reports.length === 0 || reachedText === undefined ? {} : { reached: reachedText }),
  },
});

/** Whether an effective time lies at or after another, by the course's own reckoning. */
export const isAtOrAfter = (effective: Effective, other: Effective): boolean =>
  effectiveMilliseconds(effective, COURSE_ZONE) >= effectiveMilliseconds(other, COURSE_ZONE);
