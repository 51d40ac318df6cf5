import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, Roles, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { definitionId, isoDate, isoInstant } from '../../shared/text.js';
import { expiryDates, type ExpiryDocument } from './expiry-dates.projection.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { open, openedSchema } from './open.js';

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
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  async execute({ principal: { organization }, query }: ListExpiryDates): Promise<ExpiryAnswer> {
    await awaitReadModel(this.projections, expiryDates.name, query.minPosition);
    // The learner's own id stands in the other read model, which must have come as far for the names to be there.
    await awaitReadModel(this.projections, learnerStatus.name, query.minPosition);
    const { scheme, from, to, cursor, limit } = query;
    const page = await this.projections.find(expiryDates.name, {
      index: scheme === undefined ? 'byDay' : 'bySchemeAndDay',
      equals: scheme === undefined ? [organization, true] : [organization, scheme, true],
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      after: cursor,
      limit: limit ?? PAGE_DEFAULT,
    });
    const cycles = page.documents.map(({ body }) => body as unknown as ExpiryDocument);
    const learners = await this.learners(organization, [...new Set(cycles.map(({ record }) => record))]);
    const now = instantMilliseconds(this.clock.now());
    const items = cycles.map(({ record, scheme: id, cycle, edition, lastValidDay, endsAt, ends }) => ({
      learner: learners.get(record) ?? '',
      scheme: id,
      cycle,
      edition,
      lastValidDay,
      endsAt,
      expired: ends <= now,
    }));
    return { items, ...(page.next === undefined ? {} : { next: page.next }) };
  }

  private async learners(organization: string, records: readonly string[]): Promise<Map<string, z.infer<typeof openedSchema>>> {
    const documents = await this.projections.getMany(learnerStatus.name, records);
    const named = documents.map(async ({ key, body }) => {
      const { learner } = (body as unknown as LearnerDocument).record.profile!;
      return [key, (await open(this.keyRing, organization, { learner })).learner!] as const;
    });
    return new Map(await Promise.all(named));
  }
}

@Controller('v1')
@Roles('admin', 'auditor', 'reporter')
export class ExpiryDateRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('expiry-dates')
  @ApiOperation({ summary: 'When certifications end, by last valid day; revoked ones are left out', tags: ['Reports'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: querySchema }) query: ExpiryQuery): Promise<ExpiryAnswer> {
    return this.queries.execute(new ListExpiryDates(principal, query));
  }
}
