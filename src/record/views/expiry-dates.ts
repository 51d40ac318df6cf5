import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { definitionId, isoDate, isoInstant } from '../../shared/text.js';
import { expiryDates, type ExpiryDocument } from './expiry-dates.projection.js';
import { filteredPage } from './filtered-page.js';
import { LearnerDocuments } from './learner-documents.js';
import { learnerStatus } from './learner-status.projection.js';
import { openedSchema } from './open.js';

const querySchema = z.strictObject({
  scheme: definitionId.optional(),
  from: isoDate.optional().meta({ description: 'The first last valid day to list.' }),
  to: isoDate.optional().meta({ description: 'The last one, inclusive.' }),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type ExpiryQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  scheme: z.string(),
  cycle: z.int(),
  edition: z.int(),
  lastValidDay: isoDate,
  endsAt: isoInstant,
  expired: z.boolean(),
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type ExpiryAnswer = z.infer<typeof answerSchema>;

export class ListExpiryDates extends CqrsQuery<ExpiryAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: ExpiryQuery,
  ) {
    super();
  }
}

@QueryHandler(ListExpiryDates)
export class ListExpiryDatesHandler implements IQueryHandler<ListExpiryDates> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, query }: ListExpiryDates): Promise<ExpiryAnswer> {
    await awaitReadModel(this.projections, expiryDates.name, query.minPosition);
    // The learner's own id stands in the other read model, which must have come as far for the names to be there.
    await awaitReadModel(this.projections, learnerStatus.name, query.minPosition);
    const { organization } = principal;
    const { scheme, from, to, cursor, limit } = query;
    const options = {
      index: scheme === undefined ? 'byDay' : 'bySchemeAndDay',
      equals: scheme === undefined ? [organization, true] : [organization, scheme, true],
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      after: cursor,
      limit: limit ?? PAGE_DEFAULT,
    };
    const page = await filteredPage(this.projections, expiryDates, options, async (documents) => {
      const ends = documents.map(({ body }) => body as unknown as ExpiryDocument);
      const learners = await this.learners.among(
        principal,
        ends.map(({ record }) => record),
      );
      return ends.map((end) => {
        const learner = learners.get(end.record);
        return learner === undefined ? undefined : { end, learner };
      });
    });
    const now = instantMilliseconds(this.clock.now());
    const items = await Promise.all(
      page.items.map(async ({ end, learner }) => ({
        learner: await this.learners.idOf(organization, learner),
        scheme: end.scheme,
        cycle: end.cycle,
        edition: end.edition,
        lastValidDay: end.lastValidDay,
        endsAt: end.endsAt,
        expired: end.ends <= now,
      })),
    );
    return { ...page, items };
  }
}

@Controller('v1')
export class ExpiryDateRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('expiry-dates')
  @ApiOperation({ summary: 'When certifications end, by last valid day; revoked ones are left out', tags: ['Reports'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: querySchema }) query: ExpiryQuery): Promise<ExpiryAnswer> {
    return this.queries.execute(new ListExpiryDates(principal, query));
  }
}
