import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { latest, type Catalogue } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { atParameter, awaitReadModel, minPositionParameter } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { DOCUMENTS_PER_FIND_MAX } from '../../projections/ports/read-model-store.js';
import { Projections } from '../../projections/projections.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId, isoDate, isoInstant } from '../../shared/text.js';
import { Forecast, FORECAST_DAYS } from './counted-ends.js';
import { daysAhead, endingAmong, endingIndex } from './ending-certifications.js';
import { LearnerDocuments, unknownGroup } from './learner-documents.js';
import { learnerStatus } from './learner-status.projection.js';
import { schemeStandings } from './scheme-standings.projection.js';

const querySchema = z.strictObject({
  at: atParameter,
  scheme: definitionId.optional(),
  group: definitionId.optional(),
  minPosition: minPositionParameter,
});
type ForecastQuery = z.infer<typeof querySchema>;

const withinSchema = z.array(
  z.object({
    days: z.int(),
    to: isoDate.meta({ description: 'The last day that is counted; the first is the day of "at" in UTC.' }),
    certifications: z.int().meta({ description: 'As many as /v1/expiry-dates lists with the same days, scheme and group.' }),
    renewing: z.int().meta({ description: 'Of these, how many have a renewal open.' }),
    courses: z
      .array(z.object({ course: z.string(), title: z.string(), seats: z.object({ least: z.int(), most: z.int() }) }))
      .meta({
        description:
          'The courses of their renewals. least: how many renewals cannot be done without the course; most: in how many it can be taken.',
      }),
  }),
);
const answerSchema = z.object({
  at: isoInstant,
  from: isoDate,
  schemes: z.array(
    z.object({
      scheme: z.string(),
      title: z.string(),
      renewable: z.boolean(),
      within: withinSchema,
      groups: z
        .array(z.object({ group: z.string(), within: withinSchema }))
        .meta({ description: 'The same for each group of these learners; who is in several counts in each of them.' }),
    }),
  ),
});
export type ForecastAnswer = z.infer<typeof answerSchema>;

export class ShowForecast extends CqrsQuery<ForecastAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly query: ForecastQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowForecast)
export class ShowForecastHandler implements IQueryHandler<ShowForecast> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, query }: ShowForecast): Promise<ForecastAnswer | Rejection> {
    const { organization } = principal;
    const { scheme, group, minPosition, at = this.clock.now() } = query;
    const { facts: catalogue } = await this.catalogue.read(organization);
    if (group !== undefined && !catalogue.groups.has(group)) return unknownGroup();
    await awaitReadModel(this.projections, schemeStandings.name, minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const days = daysAhead(at, FORECAST_DAYS.at(-1)!);
    const forecast = new Forecast(at, catalogue);
    let after: string | undefined;
    do {
      const options = { ...endingIndex(organization, scheme), ...days, after, limit: DOCUMENTS_PER_FIND_MAX };
      const page = await this.projections.find(schemeStandings.name, options);
      for (const ending of await endingAmong(page.documents, this.learners, { principal, group, catalogue })) {
        if (ending !== undefined) forecast.count(ending, group);
      }
      after = page.next;
      // Between two pages others get their turn.
      await setImmediate();
    } while (after !== undefined);
    return { at, from: days.from, schemes: shown(forecast, catalogue) };
  }
}

/** By the ids of schemes, groups and courses, so that equal questions have equal answers. */
function shown(forecast: Forecast, catalogue: Catalogue): ForecastAnswer['schemes'] {
  const within = (counts: ReturnType<Forecast['within']>): z.infer<typeof withinSchema> =>
    counts.map(({ courses, ...counted }) => ({
      ...counted,
      courses: courses.map(({ course, seats }) => ({ course, title: latest(catalogue.courses, course)!.title, seats })),
    }));
  return forecast.schemes().map(({ scheme, groups }) => {
    const { title, renewal } = latest(catalogue.schemes, scheme)!;
    return {
      scheme,
      title,
      renewable: renewal !== undefined,
      within: within(forecast.within(scheme)),
      groups: groups.map((group) => ({ group, within: within(forecast.within(scheme, group)) })),
    };
  });
}

@Controller('v1')
export class ExpiryForecastRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('expiry-forecast')
  @ApiOperation({
    summary:
      'How many certifications end within 7, 30, 60 and 90 days, by scheme and group, with the courses and seats of their renewals',
    tags: ['Reports'],
  })
  @Answers(answerSchema)
  forecast(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: ForecastQuery,
  ): Promise<ForecastAnswer | Rejection> {
    return this.queries.execute(new ShowForecast(principal, query));
  }
}
