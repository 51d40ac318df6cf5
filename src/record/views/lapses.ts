import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { latest, type Catalogue } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { StoredDocument } from '../../projections/ports/read-model-store.js';
import { Projections } from '../../projections/projections.js';
import type { IsoInstant } from '../../shared/calendar.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { endingIndex } from './ending-certifications.js';
import { filteredPage } from './filtered-page.js';
import { lapseSchema, lapsesBy, type ShownLapse } from './lapsed-times.js';
import { LearnerDocuments, unknownGroup } from './learner-documents.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { openedSchema } from './open.js';
import { schemeStandings, type SchemeStandingDocument } from './scheme-standings.projection.js';

const querySchema = z.strictObject({
  state: z.enum(['open', 'closed']).optional().meta({
    description: 'open unless told: who is without the certification now. closed: who was, and holds or held it again since.',
  }),
  scheme: definitionId.optional(),
  group: definitionId.optional(),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type LapsesQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  scheme: z.string(),
  title: z.string(),
  lapses: z
    .array(lapseSchema)
    .meta({ description: 'Every time without the certification after it was held, the latest first; an open one has no end.' }),
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type LapsesAnswer = z.infer<typeof answerSchema>;

export class ListLapses extends CqrsQuery<LapsesAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly query: LapsesQuery,
  ) {
    super();
  }
}

interface Lapsed {
  readonly scheme: string;
  readonly title: string;
  readonly learner: LearnerDocument;
  readonly lapses: readonly ShownLapse[];
}

@QueryHandler(ListLapses)
export class ListLapsesHandler implements IQueryHandler<ListLapses> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, query }: ListLapses): Promise<LapsesAnswer | Rejection> {
    const { organization } = principal;
    const { state = 'open', scheme, group, cursor, limit, minPosition } = query;
    const { facts: catalogue } = await this.catalogue.read(organization);
    if (group !== undefined && !catalogue.groups.has(group)) return unknownGroup();
    await awaitReadModel(this.projections, schemeStandings.name, minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const at = this.clock.now();
    const options = {
      ...(state === 'open' ? { ...endingIndex(organization, scheme), to: at.slice(0, 10) } : closedIndex(organization, scheme)),
      descending: true,
      after: cursor,
      limit: limit ?? PAGE_DEFAULT,
    };
    const page = await filteredPage(this.projections, schemeStandings, options, async (documents) =>
      (await this.lapsed(documents, { principal, group, catalogue, at })).map((found) =>
        found?.lapses.some(({ until }) => (until === undefined) === (state === 'open')) === true ? found : undefined,
      ),
    );
    const items = page.items.map(async ({ learner, scheme: of, title, lapses }) => ({
      learner: await this.learners.idOf(organization, learner),
      scheme: of,
      title,
      lapses: [...lapses],
    }));
    return { ...page, items: await Promise.all(items) };
  }

  private async lapsed(
    documents: readonly StoredDocument[],
    asked: { principal: Principal; group: string | undefined; catalogue: Catalogue; at: IsoInstant },
  ): Promise<readonly (Lapsed | undefined)[]> {
    const standings = documents.map(({ body }) => body as unknown as SchemeStandingDocument);
    const records = standings.map(({ record }) => record);
    const learners = await this.learners.among(asked.principal, records, asked.group);
    return standings.map(({ record, scheme, standing }) => {
      const learner = learners.get(record);
      if (learner === undefined) return undefined;
      const { title } = latest(asked.catalogue.schemes, scheme)!;
      return { scheme, title, learner, lapses: lapsesBy(asked.at, standing, asked.catalogue.schemes.get(scheme)!) };
    });
  }
}

const closedIndex = (organization: string, scheme: string | undefined) =>
  scheme === undefined
    ? { index: 'byLapse', equals: [organization, true] }
    : { index: 'bySchemeAndLapse', equals: [organization, scheme, true] };

@Controller('v1')
export class LapseRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('lapses')
  @ApiOperation({
    summary:
      'Certifications that expired without a renewal, since when and for how many days; also times without one that are over',
    tags: ['Reports'],
  })
  @Answers(answerSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: LapsesQuery,
  ): Promise<LapsesAnswer | Rejection> {
    return this.queries.execute(new ListLapses(principal, query));
  }
}
