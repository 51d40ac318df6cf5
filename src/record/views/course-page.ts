import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import {
  coursesNamed,
  editionOf,
  itemKey,
  latest,
  retirementOf,
  type Catalogue,
  type CourseEdition,
} from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { minPositionParameter } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Clock } from '../../ledger/ports/clock.js';
import { reject, type Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective, isoDate, presentation } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { evaluateEnrolment } from '../domain/course-evidence.js';
import { ACTIVITY_KINDS, checklistSchema } from '../domain/events.js';
import { approvalsOf, enrolmentsOf, openEnrolments, type Enrolment, type RecordState } from '../domain/state.js';
import { isNeeded } from './items.js';
import { LearnerDocuments, unknownLearner } from './learner-documents.js';
import { open, openedSchema } from './open.js';
import { correctedShape, correctionsOf, shownCorrected } from './shown-corrections.js';
import { progressOf, progressSchema, statusIn } from './standing-at.js';

/** How many reports of one enrolment an answer shows, the newest; all of them stand in the learner's history. */
export const REPORTS_SHOWN_MAX = 200;

const querySchema = z.strictObject({ presentation: presentation.optional(), minPosition: minPositionParameter });
type PageQuery = z.infer<typeof querySchema>;
const reportSchema = z.object({
  activity: z.string(),
  kind: z.enum(ACTIVITY_KINDS),
  effective,
  revision: z.int(),
  percent: z.int().optional(),
  score: z.string().optional(),
  count: z.int().optional(),
  carriedOver: z.literal(true).optional(),
  counted: z.boolean(),
  notCounted: z.enum(['after-withdrawal', 'after-completion']).optional().meta({ description: 'Why it does not count.' }),
});
const enrolmentSchema = z.object({
  number: z.int(),
  edition: z.int(),
  presentation: z.string().optional(),
  effective,
  closed: z.object({ how: z.enum(['completed', 'withdrawn']), effective }).optional(),
  reports: z.array(reportSchema),
  reportsLeftOut: z
    .int()
    .optional()
    .meta({ description: `How many are older than the ${REPORTS_SHOWN_MAX} newest.` }),
});
const certificationSchema = z.object({
  scheme: z.string(),
  edition: z.int(),
  title: z.string(),
  learningPlans: z.array(z.string()).optional().meta({ description: 'The plans by which it asks for the course.' }),
  optional: z.literal(true).optional().meta({ description: 'Its criteria do not need the course.' }),
});
const answerSchema = z.object({
  learner: z.string(),
  position: z.string(),
  etag: z.int(),
  course: z.string(),
  edition: z.int().meta({ description: 'That of the enrolment whose progress is shown, else the newest.' }),
  presentation: z.string().optional().meta({ description: 'That of the enrolment whose progress is shown.' }),
  title: z.string(),
  description: z.string().optional(),
  launchAddress: z.string().optional(),
  workloadHours: z.string().optional(),
  institution: z.string().optional(),
  responsibleParty: openedSchema.optional(),
  logo: z.object({ digest: z.string(), mediaType: z.string() }).optional(),
  activities: z.array(
    z.object({
      activity: z.string(),
      kind: z.enum(ACTIVITY_KINDS),
      title: z.string().optional(),
      maxScore: z.string().optional(),
    }),
  ),
  enrolments: z.array(enrolmentSchema),
  criteriaMet: z.boolean().optional().meta({ description: 'Absent where the course has no criteria of its own.' }),
  progress: progressSchema.optional(),
  checklist: checklistSchema.optional(),
  completions: z.array(
    z.object({
      edition: z.int(),
      enrolment: z.int(),
      presentation: z.string().optional(),
      effective,
      how: z.enum(['reported', 'criteria']),
      revision: z.int(),
      validUntil: isoDate.optional(),
      ...correctedShape,
    }),
  ),
  certifications: z.array(certificationSchema).meta({ description: 'What asks for the course.' }),
});
type CoursePage = z.infer<typeof answerSchema>;

export class ShowCoursePage extends CqrsQuery<CoursePage | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly course: string,
    readonly query: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowCoursePage)
export class ShowCoursePageHandler implements IQueryHandler<ShowCoursePage> {
  constructor(
    private readonly documents: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, learner, course, query }: ShowCoursePage): Promise<CoursePage | Rejection> {
    const { organization } = principal;
    const { facts } = await this.catalogue.read(organization);
    const newest = latest(facts.courses, course);
    if (newest === undefined) return reject('COURSE_UNKNOWN', 'There is no course with this id.');
    const found = await this.documents.find(principal, learner, query.minPosition);
    if (found === undefined) return unknownLearner();
    const { record, etag } = found.document;
    const enrolments = enrolmentsOf(record, course, query.presentation);
    const enrolment = openEnrolments(record, course, query.presentation).at(-1) ?? enrolments.at(-1);
    const edition = enrolment === undefined ? newest : editionOf(facts.courses, course, enrolment.edition)!;
    const { responsibleParty } = edition;
    return {
      learner,
      position: found.position,
      etag,
      ...statedBy(edition),
      ...optional({ presentation: enrolment?.presentation }),
      ...(await open(this.keyRing, organization, { responsibleParty })),
      enrolments: enrolments.map(shownEnrolment),
      ...progressIn(edition, enrolment, record),
      completions: record.completions
        .filter((known) => known.course === course && isOf(query.presentation, known))
        .map(({ course: _, ...completion }) => ({
          ...completion,
          ...shownCorrected(correctionsOf(record, completion.revision)),
        })),
      certifications: certificationsAsking(course, record, facts, this.clock.now()),
    };
  }
}

const isOf = (asked: string | undefined, { presentation: own }: { readonly presentation?: string | undefined }): boolean =>
  asked === undefined || asked === own;

function statedBy(edition: CourseEdition) {
  const { course, edition: number, title, description, launchAddress, workloadHours, institution, logo } = edition;
  const stated = optional({ description, launchAddress, workloadHours, institution, logo });
  return { course, edition: number, title, ...stated, activities: [...(edition.activities ?? [])] };
}

function shownEnrolment({ reports, ...enrolment }: Enrolment): CoursePage['enrolments'][number] {
  const leftOut = reports.length - REPORTS_SHOWN_MAX;
  return {
    ...enrolment,
    reports: reports.slice(-REPORTS_SHOWN_MAX).map((report) => ({ ...report, counted: report.notCounted === undefined })),
    ...(leftOut > 0 ? { reportsLeftOut: leftOut } : {}),
  };
}

/** Rule 003-11: the checklist of the course's own criteria in the newest open enrolment, else in the last. */
function progressIn(
  { course, criteria }: CourseEdition,
  enrolment: Enrolment | undefined,
  record: RecordState,
): Pick<CoursePage, 'criteriaMet' | 'progress' | 'checklist'> {
  if (criteria === undefined || enrolment === undefined) return {};
  const evaluation = evaluateEnrolment(criteria, enrolment, approvalsOf(record, course, enrolment.number));
  return {
    criteriaMet: evaluation.satisfied,
    progress: progressOf(evaluation),
    checklist: [...evaluation.checklist],
  };
}

/** The schemes that ask for a course by itself or by a plan, each in the edition that holds for this learner. */
function certificationsAsking(
  course: string,
  record: RecordState,
  catalogue: Catalogue,
  at: string,
): CoursePage['certifications'] {
  const plans = [...catalogue.learningPlans.values()].map((editions) => editions.at(-1)!);
  const plansWith = plans
    .filter(({ items, criteria }) => items.some((item) => item.course === course) || coursesNamed(criteria).has(course))
    .map(({ learningPlan }) => learningPlan);
  return [...catalogue.schemes.keys()].flatMap((id) => {
    const status = statusIn(record, catalogue, id, at);
    if (status === undefined && retirementOf(catalogue, 'scheme', id) !== undefined) return [];
    const scheme = (status && editionOf(catalogue.schemes, id, status.edition)) ?? latest(catalogue.schemes, id)!;
    const names = [{ course }, ...plansWith.map((learningPlan) => ({ learningPlan }))];
    const asked = names.filter((name) => isNeeded(scheme, name) || scheme.items.some((item) => itemKey(item) === itemKey(name)));
    if (asked.length === 0) return [];
    const learningPlans = asked.flatMap((name) => ('learningPlan' in name ? [name.learningPlan] : []));
    return [
      {
        scheme: id,
        edition: scheme.edition,
        title: scheme.title,
        ...(learningPlans.length === 0 ? {} : { learningPlans }),
        ...(asked.some((name) => isNeeded(scheme, name)) ? {} : { optional: true as const }),
      },
    ];
  });
}

@Controller('v1')
export class CoursePageRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners/:learner/courses/:course')
  @ApiOperation({
    summary: 'A course for a learner: how to launch it, enrolments with what was reported, progress, and what asks for it',
    tags: ['Learners'],
  })
  @Answers(answerSchema)
  page(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('course', { schema: definitionId }) course: string,
    @Query({ schema: querySchema }) query: PageQuery,
  ): Promise<CoursePage | Rejection> {
    return this.queries.execute(new ShowCoursePage(principal, learner, course, query));
  }
}
