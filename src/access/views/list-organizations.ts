import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Projections } from '../../projections/projections.js';
import { isoInstant } from '../../shared/text.js';
import type { OrganizationDocument } from './access-directory.projection.js';
import { listed, opened, openedSchema, pageSchema, type Page, type PageQuery } from './directory.js';

const itemSchema = z.object({ organization: z.string(), name: openedSchema, platform: z.boolean(), since: isoInstant });
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type Item = z.infer<typeof itemSchema>;

export class ListOrganizations extends CqrsQuery<Page<Item>> {
  constructor(readonly query: PageQuery) {
    super();
  }
}

@QueryHandler(ListOrganizations)
export class ListOrganizationsHandler implements IQueryHandler<ListOrganizations> {
  constructor(
    private readonly projections: Projections,
    private readonly keyRing: KeyRing,
  ) {}

  execute({ query }: ListOrganizations): Promise<Page<Item>> {
    const where = { index: 'organizations', equals: ['organization'] };
    return listed(this.projections, query, where, (documents: readonly OrganizationDocument[]) =>
      Promise.all(
        documents.map(async ({ organization, name, platform, since }) => {
          return { organization, name: await opened(this.keyRing, organization, name), platform, since };
        }),
      ),
    );
  }
}

@Controller('v1')
export class ListOrganizationsRoute {
  constructor(private readonly queries: QueryBus) {}

  @Get('organizations')
  @ApiOperation({ summary: 'All organizations of this service, the oldest first', tags: ['Access'] })
  @Answers(answerSchema)
  list(@Query({ schema: pageSchema }) query: PageQuery): Promise<Page<Item>> {
    return this.queries.execute(new ListOrganizations(query));
  }
}
