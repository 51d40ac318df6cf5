import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { isoDate, isoInstant } from '../../shared/text.js';
import { isStanding } from '../domain/key.js';
import type { KeyDocument } from './access-directory.projection.js';
import { listed, openedSchema, pageSchema, personIds, type OpenedText, type Page, type PageQuery } from './directory.js';

const itemSchema = z.object({
  key: z.uuid(),
  person: openedSchema.optional(),
  service: z.string().optional(),
  roles: z.array(z.string()),
  responsibility: z.array(z.string()).optional(),
  label: z.string().optional(),
  issued: isoInstant,
  expires: isoInstant.optional(),
  lastUsed: isoDate.optional().meta({ description: 'The last day in UTC on which it opened the door.' }),
  replaces: z.uuid().optional(),
  revoked: z.boolean(),
  standing: z.boolean(),
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type Item = z.infer<typeof itemSchema>;

export class ListKeys extends CqrsQuery<Page<Item>> {
  constructor(
    readonly principal: Principal,
    readonly query: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListKeys)
export class ListKeysHandler implements IQueryHandler<ListKeys> {
  constructor(
    private readonly projections: Projections,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  execute({ principal: { organization }, query }: ListKeys): Promise<Page<Item>> {
    const where = { index: 'byOrganization', equals: [organization, 'key'] };
    return listed(this.projections, query, where, async (documents: readonly KeyDocument[]) => {
      const bound = documents.flatMap(({ state }) => state.issued?.person ?? []);
      const ids = await personIds(this.projections, this.keyRing, organization, bound);
      return documents.map((document) => this.shown(document, ids));
    });
  }

  private shown({ id, state }: KeyDocument, ids: ReadonlyMap<string, OpenedText>): Item {
    const { issued, issuedAt, expiresAt, revoked, lastUsed } = state;
    const { digest: _, person: pseudonym, expiresAt: __, ...rest } = issued!;
    const person = pseudonym === undefined ? undefined : ids.get(pseudonym);
    return {
      key: id,
      ...(person === undefined ? {} : { person }),
      ...rest,
      issued: issuedAt!,
      ...(expiresAt === undefined ? {} : { expires: expiresAt }),
      ...(lastUsed === undefined ? {} : { lastUsed }),
      revoked,
      standing: isStanding(state, this.clock.now()),
    };
  }
}

@Controller('v1')
export class ListKeysRoute {
  constructor(private readonly queries: QueryBus) {}

  @Get('keys')
  @ApiOperation({ summary: 'All keys ever issued, without their secrets and digests', tags: ['Access'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageSchema }) query: PageQuery): Promise<Page<Item>> {
    return this.queries.execute(new ListKeys(principal, query));
  }
}
