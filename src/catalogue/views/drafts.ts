import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { Projections } from '../../projections/projections.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { isoInstant } from '../../shared/text.js';
import { Drafts } from '../drafts.js';
import { definitionKind } from '../domain/events.js';
import { drafts, type DraftDocument } from './drafts.projection.js';
import { adviseOn, faultSchema } from './lint.js';

const draftState = z.enum(['open', 'published', 'discarded']);
const querySchema = z.strictObject({
  state: draftState.optional(),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type DraftQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  draft: z.uuid(),
  kind: definitionKind,
  id: z.string(),
  title: z.string().optional(),
  state: draftState,
  savedAt: isoInstant,
});
const listSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type DraftList = z.infer<typeof listSchema>;
const draftSchema = z.object({
  draft: z.uuid(),
  kind: definitionKind,
  id: z.string(),
  state: draftState,
  content: z.unknown(),
  faults: z.array(faultSchema).meta({ description: 'All that keeps it from being published now, in order.' }),
  etag: z.int(),
});
type DraftAnswer = z.infer<typeof draftSchema>;

export class ListDrafts extends CqrsQuery<DraftList> {
  constructor(
    readonly principal: Principal,
    readonly query: DraftQuery,
  ) {
    super();
  }
}

@QueryHandler(ListDrafts)
export class ListDraftsHandler implements IQueryHandler<ListDrafts> {
  constructor(private readonly projections: Projections) {}

  async execute({ principal: { organization }, query }: ListDrafts): Promise<DraftList> {
    const { state, limit, cursor, minPosition } = query;
    await awaitReadModel(this.projections, drafts.name, minPosition);
    const page = await this.projections.find(drafts.name, {
      index: state === undefined ? 'bySaving' : 'byStateAndSaving',
      equals: state === undefined ? [organization] : [organization, state],
      after: cursor,
      limit: limit ?? PAGE_DEFAULT,
      descending: true,
    });
    const items = page.documents.map(({ body }) => {
      const { organization: _, ...shown } = body as unknown as DraftDocument;
      return shown;
    });
    return { items, ...(page.next === undefined ? {} : { next: page.next }) };
  }
}

export class ShowDraft extends CqrsQuery<DraftAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly draft: string,
  ) {
    super();
  }
}

@QueryHandler(ShowDraft)
export class ShowDraftHandler implements IQueryHandler<ShowDraft> {
  constructor(private readonly drafts: Drafts) {}

  async execute({ principal: { organization }, draft }: ShowDraft): Promise<DraftAnswer | Rejection> {
    const shown = await this.drafts.read(organization, draft);
    if (isRejection(shown)) return shown;
    const faults = shown.state === 'open' ? await this.drafts.faults(organization, shown) : [];
    return { draft, ...shown, faults: faults.map(adviseOn) };
  }
}

@Controller('v1')
export class DraftRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('drafts')
  @ApiOperation({ summary: 'Drafts of definitions, the one saved last first', tags: ['Drafts'] })
  @Answers(listSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: querySchema }) query: DraftQuery): Promise<DraftList> {
    return this.queries.execute(new ListDrafts(principal, query));
  }

  @Get('drafts/:draft')
  @ApiOperation({ summary: 'A draft with its content and all that the linter finds wrong with it', tags: ['Drafts'] })
  @Answers(draftSchema)
  show(
    @CurrentPrincipal() principal: Principal,
    @Param('draft', { schema: z.uuid().toLowerCase() }) draft: string,
  ): Promise<DraftAnswer | Rejection> {
    return this.queries.execute(new ShowDraft(principal, draft));
  }
}
