import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Projections } from '../../projections/projections.js';
import { isoInstant } from '../../shared/text.js';
import type { GrantDocument } from './access-directory.projection.js';
import { listed, opened, openedSchema, pageSchema, type Page, type PageQuery } from './directory.js';

const itemSchema = z.object({
  grant: z.uuid(),
  person: openedSchema,
  home: z.string(),
  role: z.string(),
  from: isoInstant,
  until: isoInstant,
  revoked: z.boolean(),
  since: isoInstant,
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type Item = z.infer<typeof itemSchema>;

export class ListGrants extends CqrsQuery<Page<Item>> {
  constructor(
    readonly principal: Principal,
    readonly query: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListGrants)
export class ListGrantsHandler implements IQueryHandler<ListGrants> {
  constructor(
    private readonly projections: Projections,
    private readonly keyRing: KeyRing,
  ) {}

  execute({ principal: { organization }, query }: ListGrants): Promise<Page<Item>> {
    const where = { index: 'byOrganization', equals: [organization, 'grant'] };
    return listed(this.projections, query, where, (documents: readonly GrantDocument[]) =>
      Promise.all(
        documents.map(async ({ id, personId, home, role, from, until, revoked, since }) => {
          const person = await opened(this.keyRing, organization, personId);
          return { grant: id, person, home, role, from, until, revoked, since };
        }),
      ),
    );
  }
}

@Controller('v1')
export class ListGrantsRoute {
  constructor(private readonly queries: QueryBus) {}

  @Get('grants')
  @ApiOperation({ summary: 'Whom of the platform this organization let in, ever', tags: ['Access'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageSchema }) query: PageQuery): Promise<Page<Item>> {
    return this.queries.execute(new ListGrants(principal, query));
  }
}
