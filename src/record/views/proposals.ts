import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { editionOf } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { Projections } from '../../projections/projections.js';
import { effective, isoInstant } from '../../shared/text.js';
import { awardProposals, type AwardProposalDocument } from './award-proposals.projection.js';
import { filteredPage } from './filtered-page.js';
import { LearnerDocuments } from './learner-documents.js';
import { learnerStatus } from './learner-status.projection.js';
import { openedSchema } from './open.js';

const querySchema = z.strictObject({ limit: limitParameter, cursor: cursorParameter, minPosition: minPositionParameter });
type ProposalsQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  scheme: z.string(),
  edition: z.int(),
  title: z.string(),
  proposal: z.int(),
  how: z.enum(['on-approval', 'by-hand']),
  effective,
  since: isoInstant,
  approvalsNeeded: z.int(),
  approvalsGiven: z.int(),
  late: z.boolean(),
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type ProposalsAnswer = z.infer<typeof answerSchema>;

export class ListProposals extends CqrsQuery<ProposalsAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: ProposalsQuery,
  ) {
    super();
  }
}

@QueryHandler(ListProposals)
export class ListProposalsHandler implements IQueryHandler<ListProposals> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
  ) {}

  async execute({ principal, query }: ListProposals): Promise<ProposalsAnswer> {
    const { organization } = principal;
    await awaitReadModel(this.projections, awardProposals.name, query.minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, query.minPosition);
    const { facts } = await this.catalogue.read(organization);
    const options = {
      index: 'pending',
      equals: [organization, true],
      after: query.cursor,
      limit: query.limit ?? PAGE_DEFAULT,
    };
    const page = await filteredPage(this.projections, awardProposals, options, async (documents) => {
      const proposals = documents.map(({ body }) => body as unknown as AwardProposalDocument);
      const learners = await this.learners.among(
        principal,
        proposals.map(({ record }) => record),
      );
      return proposals.map((proposal) => {
        const learner = learners.get(proposal.record);
        return learner === undefined ? undefined : { proposal, learner };
      });
    });
    const items = page.items.map(async ({ proposal, learner }) => {
      const { organization: _, record: __, pending: ___, ...shown } = proposal;
      const { title } = editionOf(facts.schemes, proposal.scheme, proposal.edition)!;
      return { learner: await this.learners.idOf(organization, learner), title, ...shown };
    });
    return { ...page, items: await Promise.all(items) };
  }
}

@Controller('v1')
export class ProposalRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('awards/pending')
  @ApiOperation({ summary: 'Awards that wait for approval, the longest waiting first', tags: ['Reports'] })
  @Answers(answerSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: ProposalsQuery,
  ): Promise<ProposalsAnswer> {
    return this.queries.execute(new ListProposals(principal, query));
  }
}
