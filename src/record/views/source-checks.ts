import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { dateAt } from '../../shared/calendar.js';
import { isoDate } from '../../shared/text.js';
import { filteredPage } from './filtered-page.js';
import { LearnerDocuments } from './learner-documents.js';
import { learnerStatus } from './learner-status.projection.js';
import { openedSchema } from './open.js';
import { reviews, type ReviewDocument } from './reviews.projection.js';

const querySchema = z.strictObject({
  due: isoDate.optional().meta({ description: 'What is due again by this day; today (UTC) unless told.' }),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type CheckQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  submission: z.int(),
  scheme: z.string(),
  label: z.string(),
  authority: z.string(),
  dueAgain: isoDate,
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type ChecksAnswer = z.infer<typeof answerSchema>;

export class ListSourceChecks extends CqrsQuery<ChecksAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: CheckQuery,
  ) {
    super();
  }
}

@QueryHandler(ListSourceChecks)
export class ListSourceChecksHandler implements IQueryHandler<ListSourceChecks> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, query }: ListSourceChecks): Promise<ChecksAnswer> {
    await awaitReadModel(this.projections, reviews.name, query.minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, query.minPosition);
    const { organization } = principal;
    const options = {
      index: 'sourceChecks',
      equals: [organization, true],
      to: query.due ?? dateAt(this.clock.now(), 'UTC'),
      after: query.cursor,
      limit: query.limit ?? PAGE_DEFAULT,
    };
    const page = await filteredPage(this.projections, reviews, options, async (documents) => {
      const checked = documents.map(({ body }) => body as unknown as ReviewDocument);
      const learners = await this.learners.among(
        principal,
        checked.map(({ record }) => record),
      );
      return checked.map((review) => {
        const learner = learners.get(review.record);
        return learner === undefined ? undefined : { review, learner };
      });
    });
    const items = page.items.map(async ({ review, learner }) => {
      const { submission, scheme, label, authority, checkDue: dueAgain } = review;
      return {
        learner: await this.learners.idOf(organization, learner),
        submission,
        scheme,
        label,
        authority: authority!,
        dueAgain,
      };
    });
    return { ...page, items: await Promise.all(items) };
  }
}

@Controller('v1')
export class SourceCheckRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('source-checks')
  @ApiOperation({ summary: 'Checks at the source that are due again, the longest overdue first', tags: ['Submissions'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: querySchema }) query: CheckQuery): Promise<ChecksAnswer> {
    return this.queries.execute(new ListSourceChecks(principal, query));
  }
}
