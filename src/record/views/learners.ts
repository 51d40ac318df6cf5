import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Projections } from '../../projections/projections.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { filteredPage } from './filtered-page.js';
import { isInGroup, isInReach, unknownGroup } from './learner-documents.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { open, openedSchema } from './open.js';

const querySchema = z.strictObject({
  group: definitionId.optional(),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type LearnersQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({ learner: openedSchema, name: openedSchema.optional(), groups: z.array(z.string()) });
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type LearnersAnswer = z.infer<typeof answerSchema>;

export class ListLearners extends CqrsQuery<LearnersAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly query: LearnersQuery,
  ) {
    super();
  }
}

@QueryHandler(ListLearners)
export class ListLearnersHandler implements IQueryHandler<ListLearners> {
  constructor(
    private readonly projections: Projections,
    private readonly catalogue: CatalogueFacts,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, query }: ListLearners): Promise<LearnersAnswer | Rejection> {
    const { organization } = principal;
    const { group, cursor, limit, minPosition } = query;
    const { facts } = await this.catalogue.read(organization);
    if (group !== undefined && !facts.groups.has(group)) return unknownGroup();
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const options = { index: 'byOrganization', equals: [organization], after: cursor, limit: limit ?? PAGE_DEFAULT };
    const page = await filteredPage(this.projections, learnerStatus, options, async (documents) =>
      documents
        .map(({ body }) => (body as unknown as LearnerDocument).record)
        .map((record) => (isInReach(record, principal) && isInGroup(record, group) ? record : undefined)),
    );
    const items = page.items.map(async ({ profile, groups }) => {
      const { learner, name } = await open(this.keyRing, organization, { learner: profile!.learner, name: profile!.name });
      return { learner: learner!, ...(name === undefined ? {} : { name }), groups: [...groups] };
    });
    return { ...page, items: await Promise.all(items) };
  }
}

@Controller('v1')
export class LearnerRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners')
  @ApiOperation({ summary: 'All learners, or those of one group, in a fixed order', tags: ['Learners'] })
  @Answers(answerSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: LearnersQuery,
  ): Promise<LearnersAnswer | Rejection> {
    return this.queries.execute(new ListLearners(principal, query));
  }
}
