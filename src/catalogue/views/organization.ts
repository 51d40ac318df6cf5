import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { cursorParameter, limitParameter } from '../../http/reading.js';
import { Definitions } from '../definitions.js';
import { organizationRules } from '../domain/events.js';
import { idPage } from './id-page.js';

const pageSchema = z.strictObject({ limit: limitParameter, cursor: cursorParameter });
type Page = z.infer<typeof pageSchema>;
const groupsSchema = z.object({
  items: z.array(z.object({ group: z.string(), title: z.string() })),
  next: z.string().optional(),
});
type Groups = z.infer<typeof groupsSchema>;
const rulesSchema = z.object({ ...organizationRules, etag: z.int() });
type Rules = z.infer<typeof rulesSchema>;

export class ListGroups extends CqrsQuery<Groups> {
  constructor(
    readonly principal: Principal,
    readonly page: Page,
  ) {
    super();
  }
}

@QueryHandler(ListGroups)
export class ListGroupsHandler implements IQueryHandler<ListGroups> {
  constructor(private readonly definitions: Definitions) {}

  async execute({ principal, page }: ListGroups): Promise<Groups> {
    const { state } = await this.definitions.read(principal.organization);
    const { ids, ...next } = idPage(state.groups, page);
    return { items: ids.map((id) => state.groups.get(id)!), ...next };
  }
}

export class ShowOrganizationRules extends CqrsQuery<Rules> {
  constructor(readonly principal: Principal) {
    super();
  }
}

@QueryHandler(ShowOrganizationRules)
export class ShowOrganizationRulesHandler implements IQueryHandler<ShowOrganizationRules> {
  constructor(private readonly definitions: Definitions) {}

  async execute({ principal }: ShowOrganizationRules): Promise<Rules> {
    const { state, etag } = await this.definitions.read(principal.organization);
    return { ...state.rules, etag };
  }
}

@Controller('v1')
export class OrganizationRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('groups')
  @ApiOperation({ summary: 'All groups of learners, by id', tags: ['Definitions'] })
  @Answers(groupsSchema)
  groups(@CurrentPrincipal() principal: Principal, @Query({ schema: pageSchema }) page: Page): Promise<Groups> {
    return this.queries.execute(new ListGroups(principal, page));
  }

  @Get('organization/rules')
  @ApiOperation({ summary: 'How the organization decides where a scheme does not say otherwise', tags: ['Definitions'] })
  @Answers(rulesSchema)
  rules(@CurrentPrincipal() principal: Principal): Promise<Rules> {
    return this.queries.execute(new ShowOrganizationRules(principal));
  }
}
