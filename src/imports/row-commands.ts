import { v4 as uuidv4 } from 'uuid';
import type { DefinitionKind } from '../catalogue/published.js';
import { courseCommand, learningPlanCommand, schemeCommand, withPartySubject, type Definitions } from '../catalogue/services.js';
import type { Records } from '../record/published.js';
import { isDate, type Effective } from '../shared/calendar.js';
import { certificationCommandOf } from './certification-commands.js';
import { renewalCommandOf } from './renewal-rows.js';
import { effectiveOf, optionalReasonOf, reasonOf } from './row-times.js';
import type { DecisionRow, DefinitionRow, LearnerRow, Row } from './rows.js';
import { submissionCommandOf } from './submission-commands.js';

type CatalogueCommand = Parameters<Definitions['execute']>[2];
type RecordCommand = Parameters<Records['execute']>[3];
type SchemeRow = Extract<Row, { kind: 'scheme' }>;
type BindingRow = Extract<Row, { kind: 'person-binding' }>;
type RetirementRow = Extract<Row, { kind: 'retirement' }>;
type EvidenceRow = Extract<Row, { kind: 'submission' }>;

/** The command that a definition's row asks for: the same that its route would send. */
export function catalogueCommandOf(row: DefinitionRow): CatalogueCommand {
  switch (row.kind) {
    case 'course':
      return courseCommand(contentOf(row));
    case 'course-edition': {
      const { edition, ...course } = contentOf(row);
      return { type: 'ReviseCourse', course: withPartySubject(course), edition };
    }
    case 'learning-plan':
      return learningPlanCommand(contentOf(row));
    case 'learning-plan-edition': {
      const { edition, ...learningPlan } = contentOf(row);
      return { type: 'ReviseLearningPlan', learningPlan, edition };
    }
    case 'scheme':
      return schemeCommand(schemeOf(contentOf(row)));
    case 'scheme-edition': {
      const { edition, ...scheme } = contentOf(row);
      return { type: 'ReviseScheme', scheme: schemeOf(scheme), edition };
    }
    case 'group':
      return { type: 'DefineGroup', group: row.group, title: row.title };
    case 'retirement':
      return { type: 'Retire', ...retiredBy(row), reason: reasonOf(row), reasonSubject: uuidv4() };
  }
}

/** What a row says, without what identifies it. */
function contentOf<Some extends DefinitionRow>(row: Some): Omit<Some, 'kind' | 'source' | 'row'> {
  const { kind: _, source: __, row: ___, ...content } = row;
  return content;
}

function schemeOf<Content extends Pick<SchemeRow, 'schemeKind' | 'validity'>>({
  schemeKind: kind,
  validity,
  ...content
}: Content) {
  return { ...content, kind, validity: validity === 'perpetual' ? ({ perpetual: true } as const) : { duration: validity } };
}

/** The one definition that a retirement names, which its schema sees to. */
export function retiredBy({ course, learningPlan, scheme }: RetirementRow): {
  readonly kind: DefinitionKind;
  readonly id: string;
} {
  if (course !== undefined) return { kind: 'course', id: course };
  return learningPlan !== undefined ? { kind: 'learningPlan', id: learningPlan } : { kind: 'scheme', id: scheme! };
}

/**
 * The command that a row about a learner asks for; `now` is when a row without a time of its own happens. A binding and a submission
 * are not among them, as they need the pseudonym of a person and a file.
 */
export function recordCommandOf(row: Exclude<LearnerRow, BindingRow | EvidenceRow>, now: string): RecordCommand {
  switch (row.kind) {
    case 'learner': {
      const { learner, name, contact, groups } = row;
      return { type: 'RegisterLearner', subject: uuidv4(), learner, name, contact, groups };
    }
    case 'correction':
      return { type: 'CorrectDetails', name: row.name, contact: row.contact };
    case 'group-change':
      return { type: 'ChangeGroups', groups: row.groups };
    case 'enrolment':
      return { type: 'Enrol', ...courseOf(row), ...effectiveOf(row.enrolledAt, row.enrolledOn) };
    case 'withdrawal': {
      const withdrawn = effectiveOf(row.withdrawnAt, row.withdrawnOn);
      return { type: 'WithdrawEnrolment', ...courseOf(row), ...withdrawn, reason: optionalReasonOf(row) };
    }
    case 'activity': {
      const { activity, activityKind: kind, score, percent, count } = row;
      const carriedOver = row.carriedOver === true ? true : undefined;
      const done = effectiveOf(row.reportedAt, row.reportedOn);
      return { type: 'ReportActivity', ...courseOf(row), activity, kind, ...done, score, percent, count, carriedOver };
    }
    case 'completion': {
      const { grade, honours, validUntil } = row;
      return {
        type: 'CompleteCourse',
        ...courseOf(row),
        ...effectiveOf(row.completedAt, row.completedOn),
        grade,
        honours,
        validUntil,
      };
    }
    case 'plan-completion':
      return { type: 'CompletePlan', learningPlan: row.learningPlan, ...effectiveOf(row.completedAt, row.completedOn) };
    case 'assignment': {
      const { scheme, start, due, completeWithin } = row;
      const asked = effectiveOf(row.assignedAt ?? (row.assignedOn === undefined ? now : undefined), row.assignedOn);
      return { type: 'AssignScheme', scheme, ...asked, start: timeOf(start), due: timeOf(due), completeWithin };
    }
    case 'assignment-start':
      return { type: 'StartAssignment', scheme: row.scheme, ...effectiveOf(row.startedAt, row.startedOn) };
    case 'assignment-withdrawal':
      return { type: 'WithdrawAssignment', scheme: row.scheme, reason: reasonOf(row) };
    case 'approval':
    case 'award':
    case 'award-approval':
    case 'award-decline':
    case 'revocation':
    case 'fact-correction':
      return decisionOf(row);
    case 'suspension':
    case 'reinstatement':
    case 'scope-reduction':
    case 'waiver':
    case 'waiver-end':
      return certificationCommandOf(row);
    case 'renewal':
    case 'renewal-withdrawal':
      return renewalCommandOf(row);
    case 'submission-withdrawal':
    case 'submission-approval':
    case 'submission-decline':
    case 'source-check':
      return submissionCommandOf(row);
  }
}

function decisionOf(row: DecisionRow): RecordCommand {
  switch (row.kind) {
    case 'approval': {
      const { course, presentation, scheme, label } = row;
      const target = course === undefined ? { scheme: scheme! } : { course, presentation };
      return { type: 'Approve', target, label, ...effectiveOf(row.approvedAt, row.approvedOn), reason: optionalReasonOf(row) };
    }
    case 'award':
      return { type: 'AwardByHand', scheme: row.scheme, ...effectiveOf(row.awardedAt, row.awardedOn), reason: reasonOf(row) };
    case 'award-approval':
      return { type: 'ApproveAward', scheme: row.scheme, reason: optionalReasonOf(row) };
    case 'award-decline':
      return { type: 'DeclineAward', scheme: row.scheme, reason: reasonOf(row) };
    case 'revocation':
      return { type: 'Revoke', scheme: row.scheme, cycle: row.cycle, reason: reasonOf(row) };
    case 'fact-correction':
      return { type: 'CorrectFact', corrects: row.corrects, to: row.to, reason: reasonOf(row) };
  }
}

const courseOf = ({ course, presentation }: { readonly course: string; readonly presentation?: string | undefined }) => ({
  course,
  presentation,
});

const timeOf = (text: string | undefined): Effective | undefined =>
  text === undefined ? undefined : isDate(text) ? { date: text } : { instant: text };
