import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, Roles, type Principal } from '../../http/principal.js';
import { cursorParameter, limitParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { isSealed } from '../../ledger/sealed.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { reject, type Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { Definitions } from '../definitions.js';

const pageSchema = z.strictObject({ limit: limitParameter, cursor: cursorParameter });
const edition = z.looseObject({ edition: z.int(), title: z.string() });
const definitionSchema = z.object({ id: z.string(), editions: z.array(edition), etag: z.int() });
const listSchema = z.object({
  items: z.array(z.object({ id: z.string(), editions: z.int(), title: z.string() })),
  next: z.string().optional(),
});
type Definition = z.infer<typeof definitionSchema>;
type DefinitionList = z.infer<typeof listSchema>;
type Kind = 'courses' | 'schemes';

export class ListDefinitions extends CqrsQuery<DefinitionList> {
  constructor(
    readonly principal: Principal,
    readonly kind: Kind,
    readonly page: z.infer<typeof pageSchema>,
  ) {
    super();
  }
}

@QueryHandler(ListDefinitions)
export class ListDefinitionsHandler implements IQueryHandler<ListDefinitions> {
  constructor(private readonly definitions: Definitions) {}

  async execute({ principal, kind, page }: ListDefinitions): Promise<DefinitionList> {
    const { state } = await this.definitions.read(principal.organization);
    const limit = page.limit ?? PAGE_DEFAULT;
    // A definition's id is its own cursor: the list is sorted by it and ids never change.
    const ids = [...state[kind].keys()].sort().filter((id) => page.cursor === undefined || id > page.cursor);
    const items = ids.slice(0, limit).map((id) => {
      const editions = state[kind].get(id)!;
      return { id, editions: editions.length, title: editions.at(-1)!.title };
    });
    return { items, ...(ids.length > limit ? { next: items.at(-1)!.id } : {}) };
  }
}

export class ShowDefinition extends CqrsQuery<Definition | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly kind: Kind,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(ShowDefinition)
export class ShowDefinitionHandler implements IQueryHandler<ShowDefinition> {
  constructor(
    private readonly definitions: Definitions,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, kind, id }: ShowDefinition): Promise<Definition | Rejection> {
    const { state, etag } = await this.definitions.read(principal.organization);
    const editions = state[kind].get(id);
    if (editions === undefined)
      return kind === 'courses'
        ? reject('COURSE_UNKNOWN', 'There is no course with this id.')
        : reject('SCHEME_UNKNOWN', 'There is no scheme with this id.');
    return { id, editions: await Promise.all(editions.map((known) => this.open(principal.organization, known))), etag };
  }

  /** The subject's id is internal and the sealed party is opened for whoever may read definitions. */
  private async open(organization: string, known: object): Promise<Definition['editions'][number]> {
    const { responsiblePartySubject: _, ...shown } = known as Record<string, unknown>;
    if (isSealed(shown['responsibleParty']))
      shown['responsibleParty'] = await this.keyRing.open(organization, shown['responsibleParty']);
    return shown as Definition['editions'][number];
  }
}

@Controller('v1')
@Roles('admin', 'author', 'auditor', 'reporter')
export class DefinitionRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('courses')
  @ApiOperation({ summary: 'All courses, by id', tags: ['Definitions'] })
  @Answers(listSchema)
  courses(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageSchema }) page: z.infer<typeof pageSchema>,
  ): Promise<DefinitionList> {
    return this.queries.execute(new ListDefinitions(principal, 'courses', page));
  }

  @Get('courses/:course')
  @ApiOperation({ summary: 'A course with all its editions', tags: ['Definitions'] })
  @Answers(definitionSchema)
  course(
    @CurrentPrincipal() principal: Principal,
    @Param('course', { schema: definitionId }) course: string,
  ): Promise<Definition | Rejection> {
    return this.queries.execute(new ShowDefinition(principal, 'courses', course));
  }

  @Get('schemes')
  @ApiOperation({ summary: 'All schemes, by id', tags: ['Definitions'] })
  @Answers(listSchema)
  schemes(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageSchema }) page: z.infer<typeof pageSchema>,
  ): Promise<DefinitionList> {
    return this.queries.execute(new ListDefinitions(principal, 'schemes', page));
  }

  @Get('schemes/:scheme')
  @ApiOperation({ summary: 'A scheme with all its editions', tags: ['Definitions'] })
  @Answers(definitionSchema)
  scheme(
    @CurrentPrincipal() principal: Principal,
    @Param('scheme', { schema: definitionId }) scheme: string,
  ): Promise<Definition | Rejection> {
    return this.queries.execute(new ShowDefinition(principal, 'schemes', scheme));
  }
}
