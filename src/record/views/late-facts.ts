import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { Projections } from '../../projections/projections.js';
import { definitionId, effective, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { filteredPage } from './filtered-page.js';
import { DATED_FACTS, LATE_AFTER_DAYS, lateFacts, type LateFactDocument } from './late-facts.projection.js';
import { LearnerDocuments } from './learner-documents.js';
import { learnerStatus } from './learner-status.projection.js';
import { openedSchema } from './open.js';

const querySchema = z.strictObject({
  scheme: definitionId.optional(),
  course: definitionId.optional(),
  fact: z.enum(DATED_FACTS).optional().meta({ description: 'Only facts of this type.' }),
  minLag: z
    .string()
    .regex(/^\d{1,6}$/, 'Must be a whole number of days.')
    .transform(Number)
    .optional()
    .meta({ description: 'Only facts that came at least so many days after they were true.' }),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type LateQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  fact: z.enum(DATED_FACTS),
  revision: z.int(),
  scheme: z.string().optional(),
  course: z.string().optional(),
  learningPlan: z.string().optional(),
  effective: effective.meta({ description: 'When it was true; of a correction, what it says of the fact that it corrects.' }),
  recordedAt: isoInstant,
  lagDays: z.int().meta({ description: 'Whole days in between; a date counts as the start of its day in UTC.' }),
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type LateAnswer = z.infer<typeof answerSchema>;

export class ListLateFacts extends CqrsQuery<LateAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: LateQuery,
  ) {
    super();
  }
}

@QueryHandler(ListLateFacts)
export class ListLateFactsHandler implements IQueryHandler<ListLateFacts> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
  ) {}

  async execute({ principal, query }: ListLateFacts): Promise<LateAnswer> {
    await awaitReadModel(this.projections, lateFacts.name, query.minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, query.minPosition);
    const { organization } = principal;
    const options = {
      ...placeIn(organization, query),
      descending: true,
      after: query.cursor,
      limit: query.limit ?? PAGE_DEFAULT,
    };
    const page = await filteredPage(this.projections, lateFacts, options, async (documents) => {
      const late = documents.map(({ body }) => body as unknown as LateFactDocument);
      const learners = await this.learners.among(
        principal,
        late.map(({ record }) => record),
      );
      return late.map((fact) => {
        const learner = isAsked(fact, query) ? learners.get(fact.record) : undefined;
        return learner === undefined ? undefined : { fact, learner };
      });
    });
    const items = page.items.map(async ({ fact: late, learner }) => {
      const { fact, revision, scheme, course, learningPlan, effective: time, recordedAt, lagDays } = late;
      return {
        learner: await this.learners.idOf(organization, learner),
        fact,
        revision,
        ...optional({ scheme, course, learningPlan }),
        effective: time,
        recordedAt,
        lagDays,
      };
    });
    return { ...page, items: await Promise.all(items) };
  }
}

function placeIn(organization: string, { scheme, course }: LateQuery) {
  if (course !== undefined) return { index: 'byCourseAndTime', equals: [organization, course] };
  if (scheme !== undefined) return { index: 'bySchemeAndTime', equals: [organization, scheme] };
  return { index: 'byTime', equals: [organization] };
}

const isAsked = ({ fact, scheme, lagDays }: LateFactDocument, query: LateQuery): boolean =>
  (query.fact === undefined || fact === query.fact) &&
  (query.scheme === undefined || scheme === query.scheme) &&
  lagDays >= (query.minLag ?? 0);

@Controller('v1')
export class LateFactRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('late-facts')
  @ApiOperation({
    summary: `Facts that were recorded more than ${LATE_AFTER_DAYS} days after they were true, the newest first, with their lag`,
    tags: ['Audit'],
  })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: querySchema }) query: LateQuery): Promise<LateAnswer> {
    return this.queries.execute(new ListLateFacts(principal, query));
  }
}
