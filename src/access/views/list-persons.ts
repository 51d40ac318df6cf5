import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Projections } from '../../projections/projections.js';
import { isoInstant } from '../../shared/text.js';
import type { PersonDocument } from './access-directory.projection.js';
import { listed, opened, openedSchema, pageSchema, type Page, type PageQuery } from './directory.js';

const delegationSchema = z.object({
  delegation: z.uuid(),
  role: z.string(),
  from: isoInstant,
  until: isoInstant,
  ended: z.boolean(),
});
const itemSchema = z.object({
  person: openedSchema,
  name: openedSchema.optional(),
  pseudonym: z.string(),
  deactivated: z.boolean(),
  delegations: z.array(delegationSchema),
  since: isoInstant,
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type Item = z.infer<typeof itemSchema>;

export class ListPersons extends CqrsQuery<Page<Item>> {
  constructor(
    readonly principal: Principal,
    readonly query: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListPersons)
export class ListPersonsHandler implements IQueryHandler<ListPersons> {
  constructor(
    private readonly projections: Projections,
    private readonly keyRing: KeyRing,
  ) {}

  execute({ principal: { organization }, query }: ListPersons): Promise<Page<Item>> {
    const where = { index: 'byOrganization', equals: [organization, 'person'] };
    return listed(this.projections, query, where, (documents: readonly PersonDocument[]) =>
      Promise.all(documents.map((document) => this.shown(document))),
    );
  }

  private async shown({ organization, id, since, state }: PersonDocument): Promise<Item> {
    const { person, name, deactivated, delegations } = state;
    return {
      person: await opened(this.keyRing, organization, person!),
      ...(name === undefined ? {} : { name: await opened(this.keyRing, organization, name) }),
      pseudonym: id,
      deactivated,
      delegations: [...delegations],
      since,
    };
  }
}

@Controller('v1')
export class ListPersonsRoute {
  constructor(private readonly queries: QueryBus) {}

  @Get('persons')
  @ApiOperation({ summary: 'The persons who may act, with the roles that were lent to them', tags: ['Access'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageSchema }) query: PageQuery): Promise<Page<Item>> {
    return this.queries.execute(new ListPersons(principal, query));
  }
}
