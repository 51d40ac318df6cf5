import { v4 as uuidv4 } from 'uuid';
import { withPartySubject, type Definitions } from '../catalogue/services.js';
import type { Records } from '../record/published.js';
import { isDate, type Effective } from '../shared/calendar.js';
import type { DefinitionRow, LearnerRow } from './rows.js';

type CatalogueCommand = Parameters<Definitions['execute']>[2];
type RecordCommand = Parameters<Records['execute']>[3];
type Dated = { readonly effective: Effective };

/** The command that a definition's row asks for: the same that its route would send. */
export function catalogueCommandOf(row: DefinitionRow): CatalogueCommand {
  switch (row.kind) {
    case 'course': {
      const { kind: _, source: __, row: ___, ...course } = row;
      return { type: 'DefineCourse', course: withPartySubject(course) };
    }
    case 'learning-plan': {
      const { kind: _, source: __, row: ___, ...learningPlan } = row;
      return { type: 'DefineLearningPlan', learningPlan };
    }
    case 'scheme': {
      const { kind: _, source: __, row: ___, schemeKind: kind, validity, ...scheme } = row;
      const period = validity === 'perpetual' ? ({ perpetual: true } as const) : { duration: validity };
      return { type: 'DefineScheme', scheme: { ...scheme, kind, validity: period } };
    }
    case 'group':
      return { type: 'DefineGroup', group: row.group, title: row.title };
  }
}

/** The command that a row about a learner asks for; `now` is when a row without a time of its own happens. */
export function recordCommandOf(row: LearnerRow, now: string): RecordCommand {
  switch (row.kind) {
    case 'learner': {
      const { learner, name, contact, groups } = row;
      return { type: 'RegisterLearner', subject: uuidv4(), learner, name, contact, groups };
    }
    case 'enrolment':
      return { type: 'Enrol', course: row.course, ...effectiveOf(row.enrolledAt, row.enrolledOn) };
    case 'withdrawal': {
      const { course, reasonCode: code, reason: text } = row;
      const reason = code === undefined || text === undefined ? undefined : { code, text };
      return { type: 'WithdrawEnrolment', course, ...effectiveOf(row.withdrawnAt, row.withdrawnOn), reason };
    }
    case 'activity': {
      const { course, activity, activityKind: kind, score, percent, count } = row;
      const carriedOver = row.carriedOver === true ? true : undefined;
      const done = effectiveOf(row.reportedAt, row.reportedOn);
      return { type: 'ReportActivity', course, activity, kind, ...done, score, percent, count, carriedOver };
    }
    case 'completion': {
      const { course, grade, honours } = row;
      return { type: 'CompleteCourse', course, ...effectiveOf(row.completedAt, row.completedOn), grade, honours };
    }
    case 'plan-completion':
      return { type: 'CompletePlan', learningPlan: row.learningPlan, ...effectiveOf(row.completedAt, row.completedOn) };
    case 'assignment': {
      const { scheme, start, due, completeWithin } = row;
      const asked = effectiveOf(row.assignedAt ?? (row.assignedOn === undefined ? now : undefined), row.assignedOn);
      return { type: 'AssignScheme', scheme, ...asked, start: timeOf(start), due: timeOf(due), completeWithin };
    }
  }
}

/** A row's schema holds it to exactly one of the two. */
const effectiveOf = (instant: string | undefined, date: string | undefined): Dated => ({
  effective: instant === undefined ? { date: date! } : { instant },
});

const timeOf = (text: string | undefined): Effective | undefined =>
  text === undefined ? undefined : isDate(text) ? { date: text } : { instant: text };
