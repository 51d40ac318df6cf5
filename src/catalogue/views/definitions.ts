import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { cursorParameter, limitParameter } from '../../http/reading.js';
import { isSealed } from '../../ledger/sealed.js';
import { KeyRing } from '../../ledger/key-ring.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId, isoInstant } from '../../shared/text.js';
import { Definitions } from '../definitions.js';
import { definitionsOf, retirementOf, unknownDefinition, type DefinitionKind } from '../domain/state.js';
import type { WhatIf } from '../domain/what-if.js';
import { idPage } from './id-page.js';

const pageSchema = z.strictObject({ limit: limitParameter, cursor: cursorParameter });
type Page = z.infer<typeof pageSchema>;
const edition = z.looseObject({ edition: z.int(), title: z.string() });
const retired = z
  .object({ at: isoInstant, reasonCode: z.string() })
  .optional()
  .meta({ description: 'Absent while it may be named in new definitions.' });
const definitionSchema = z.object({ id: z.string(), editions: z.array(edition), retired, etag: z.int() });
const listSchema = z.object({
  items: z.array(z.object({ id: z.string(), editions: z.int(), title: z.string(), retired })),
  next: z.string().optional(),
});
type Definition = z.infer<typeof definitionSchema>;
type DefinitionList = z.infer<typeof listSchema>;

export class ListDefinitions extends CqrsQuery<DefinitionList> {
  constructor(
    readonly principal: Principal,
    readonly kind: DefinitionKind,
    readonly page: Page,
  ) {
    super();
  }
}

@QueryHandler(ListDefinitions)
export class ListDefinitionsHandler implements IQueryHandler<ListDefinitions> {
  constructor(private readonly definitions: Definitions) {}

  async execute({ principal, kind, page }: ListDefinitions): Promise<DefinitionList> {
    const { state } = await this.definitions.read(principal.organization);
    const known = definitionsOf(state, kind);
    const { ids, ...next } = idPage(known, page);
    const items = ids.map((id) => {
      const editions = known.get(id)!;
      const retirement = retirementOf(state, kind, id);
      return {
        id,
        editions: editions.length,
        title: editions.at(-1)!.title,
        ...(retirement === undefined ? {} : { retired: retirement }),
      };
    });
    return { items, ...next };
  }
}

export class ShowDefinition extends CqrsQuery<Definition | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly kind: DefinitionKind,
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

  async execute({ principal: { organization }, kind, id }: ShowDefinition): Promise<Definition | Rejection> {
    const { state, etag } = await this.definitions.read(organization);
    const editions = definitionsOf(state, kind).get(id);
    if (editions === undefined) return unknownDefinition(kind);
    const retirement = retirementOf(state, kind, id);
    const shown = await Promise.all(editions.map((known) => this.open(organization, known)));
    return { id, editions: shown, ...(retirement === undefined ? {} : { retired: retirement }), etag };
  }

  /** Ids of subjects and places of files are internal, and the sealed party is opened for whoever may read definitions. */
  private async open(organization: string, known: object): Promise<Definition['editions'][number]> {
    const { responsiblePartySubject: _, whatIf, ...shown } = known as Record<string, unknown> & { readonly whatIf?: WhatIf };
    if (whatIf !== undefined) {
      const { file: __, ...counts } = whatIf;
      shown['whatIf'] = counts;
    }
    if (isSealed(shown['responsibleParty']))
      shown['responsibleParty'] = await this.keyRing.open(organization, shown['responsibleParty']);
    return shown as Definition['editions'][number];
  }
}

/** Also for learners: whoever is asked for something may see what is asked. */
@Controller('v1')
export class DefinitionRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('courses')
  @ApiOperation({ summary: 'All courses, by id', tags: ['Definitions'] })
  @Answers(listSchema)
  courses(@CurrentPrincipal() principal: Principal, @Query({ schema: pageSchema }) page: Page): Promise<DefinitionList> {
    return this.queries.execute(new ListDefinitions(principal, 'course', page));
  }

  @Get('courses/:course')
  @ApiOperation({ summary: 'A course with all its editions', tags: ['Definitions'] })
  @Answers(definitionSchema)
  course(
    @CurrentPrincipal() principal: Principal,
    @Param('course', { schema: definitionId }) course: string,
  ): Promise<Definition | Rejection> {
    return this.queries.execute(new ShowDefinition(principal, 'course', course));
  }

  @Get('learning-plans')
  @ApiOperation({ summary: 'All learning plans, by id', tags: ['Definitions'] })
  @Answers(listSchema)
  learningPlans(@CurrentPrincipal() principal: Principal, @Query({ schema: pageSchema }) page: Page): Promise<DefinitionList> {
    return this.queries.execute(new ListDefinitions(principal, 'learningPlan', page));
  }

  @Get('learning-plans/:learningPlan')
  @ApiOperation({ summary: 'A learning plan with all its editions', tags: ['Definitions'] })
  @Answers(definitionSchema)
  learningPlan(
    @CurrentPrincipal() principal: Principal,
    @Param('learningPlan', { schema: definitionId }) learningPlan: string,
  ): Promise<Definition | Rejection> {
    return this.queries.execute(new ShowDefinition(principal, 'learningPlan', learningPlan));
  }

  @Get('schemes')
  @ApiOperation({ summary: 'All schemes, by id', tags: ['Definitions'] })
  @Answers(listSchema)
  schemes(@CurrentPrincipal() principal: Principal, @Query({ schema: pageSchema }) page: Page): Promise<DefinitionList> {
    return this.queries.execute(new ListDefinitions(principal, 'scheme', page));
  }

  @Get('schemes/:scheme')
  @ApiOperation({ summary: 'A scheme with all its editions', tags: ['Definitions'] })
  @Answers(definitionSchema)
  scheme(
    @CurrentPrincipal() principal: Principal,
    @Param('scheme', { schema: definitionId }) scheme: string,
  ): Promise<Definition | Rejection> {
    return this.queries.execute(new ShowDefinition(principal, 'scheme', scheme));
  }
}
