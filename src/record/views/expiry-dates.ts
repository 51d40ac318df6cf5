import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import {
  atParameter,
  awaitReadModel,
  cursorParameter,
  limitParameter,
  minPositionParameter,
  PAGE_DEFAULT,
} from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { daysAhead, DAYS_AHEAD_MAX, endingAmong, endingIndex, type EndingCertification } from './ending-certifications.js';
import { filteredPage } from './filtered-page.js';
import { LearnerDocuments, unknownGroup } from './learner-documents.js';
import { learnerStatus } from './learner-status.projection.js';
import { openedSchema } from './open.js';
import { shownWindow, windowSchema } from './renewal-window.js';
import { schemeStandings } from './scheme-standings.projection.js';

const querySchema = z
  .strictObject({
    scheme: definitionId.optional(),
    group: definitionId.optional(),
    from: isoDate.optional().meta({ description: 'The first last valid day to list.' }),
    to: isoDate.optional().meta({ description: 'The last one, inclusive.' }),
    days: z
      .string()
      .regex(/^\d{1,4}$/, 'Must be a whole number.')
      .transform(Number)
      .pipe(z.int().min(1).max(DAYS_AHEAD_MAX))
      .optional()
      .meta({
        description: `Instead of "from" and "to": the day of "at" in UTC and so many days after it, 1 to ${DAYS_AHEAD_MAX}; as the forecast counts.`,
      }),
    at: atParameter,
    limit: limitParameter,
    cursor: cursorParameter,
    minPosition: minPositionParameter,
  })
  .refine(({ days, from, to }) => days === undefined || (from === undefined && to === undefined), {
    path: ['days'],
    error: 'Give either days, or from and to.',
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
  renewal: windowSchema.optional(),
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type ExpiryAnswer = z.infer<typeof answerSchema>;

export class ListExpiryDates extends CqrsQuery<ExpiryAnswer | Rejection> {
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
    private readonly catalogue: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, query }: ListExpiryDates): Promise<ExpiryAnswer | Rejection> {
    const { organization } = principal;
    const { scheme, group, days, cursor, limit, minPosition, at = this.clock.now() } = query;
    const { facts: catalogue } = await this.catalogue.read(organization);
    if (group !== undefined && !catalogue.groups.has(group)) return unknownGroup();
    await awaitReadModel(this.projections, schemeStandings.name, minPosition);
    // The learner's own id stands in the other read model, which must have come as far for the names to be there.
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const options = {
      ...endingIndex(organization, scheme),
      ...(days === undefined ? optional({ from: query.from, to: query.to }) : daysAhead(at, days)),
      after: cursor,
      limit: limit ?? PAGE_DEFAULT,
    };
    const page = await filteredPage(this.projections, schemeStandings, options, (documents) =>
      endingAmong(documents, this.learners, { principal, group, catalogue }),
    );
    const items = page.items.map(async (ending) => ({
      learner: await this.learners.idOf(organization, ending.learner),
      ...shownEnd(ending, at),
    }));
    return { ...page, items: await Promise.all(items) };
  }
}

function shownEnd(ending: EndingCertification, at: IsoInstant): Omit<ExpiryAnswer['items'][number], 'learner'> {
  const { document, cycle, end } = ending;
  const { lastValidDay, endsAt } = end;
  return {
    scheme: document.scheme,
    cycle: cycle.number,
    edition: cycle.edition,
    lastValidDay,
    endsAt,
    expired: instantMilliseconds(endsAt) <= instantMilliseconds(at),
    ...optional({ renewal: shownWindow(ending, at) }),
  };
}

@Controller('v1')
export class ExpiryDateRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('expiry-dates')
  @ApiOperation({
    summary: 'When certifications end, by last valid day, and when they may be renewed; renewed and revoked ones are left out',
    tags: ['Reports'],
  })
  @Answers(answerSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: ExpiryQuery,
  ): Promise<ExpiryAnswer | Rejection> {
    return this.queries.execute(new ListExpiryDates(principal, query));
  }
}
