import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { editionOf, type SchemeEdition } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import {
  atParameter,
  awaitReadModel,
  cursorParameter,
  limitParameter,
  minPositionParameter,
  PAGE_DEFAULT,
} from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { DOCUMENTS_PER_FIND_MAX, type StoredDocument } from '../../projections/ports/read-model-store.js';
import { Projections } from '../../projections/projections.js';
import { reject, type Rejection } from '../../shared/result.js';
import { definitionId, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { updateBy } from '../domain/endings.js';
import { STATUS_CODES, statusAt, type SchemeStatus, type StatusCode } from '../domain/status.js';
import { filteredPage } from './filtered-page.js';
import { LearnerDocuments, unknownGroup } from './learner-documents.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { openedSchema } from './open.js';
import { schemeStandings, type SchemeStandingDocument } from './scheme-standings.projection.js';
import { expiresInSeconds } from './standing-at.js';

const querySchema = z.strictObject({
  at: atParameter,
  status: z.enum(STATUS_CODES).optional(),
  group: definitionId.optional(),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type PopulationQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  status: z.enum(STATUS_CODES),
  valid: z.boolean(),
  edition: z.int(),
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
  dueAt: isoInstant.optional(),
  updateBy: isoInstant.optional().meta({ description: 'By when an update is required, exclusive; only where one is.' }),
  expiresInSeconds: z.int().optional(),
});
const answerSchema = z.object({
  at: isoInstant.meta({ description: 'Send it with the cursor, so that all pages speak of one instant.' }),
  counts: z
    .partialRecord(z.enum(STATUS_CODES), z.int())
    .optional()
    .meta({ description: 'How many learners have each status, whatever "status" the list asks for; on the first page only.' }),
  total: z.int().optional().meta({ description: 'The sum of the counts; beside them, on the first page only.' }),
  items: z.array(itemSchema),
  next: z.string().optional(),
});
type PopulationAnswer = z.infer<typeof answerSchema>;

export class ShowPopulation extends CqrsQuery<PopulationAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly scheme: string,
    readonly query: PopulationQuery,
  ) {
    super();
  }
}

interface Member {
  readonly learner: LearnerDocument;
  readonly status: SchemeStatus;
  readonly dueAt: string | undefined;
  readonly updateBy: string | undefined;
}

@QueryHandler(ShowPopulation)
export class ShowPopulationHandler implements IQueryHandler<ShowPopulation> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, scheme, query }: ShowPopulation): Promise<PopulationAnswer | Rejection> {
    const { organization } = principal;
    const { status, group, cursor, limit, minPosition, at = this.clock.now() } = query;
    const { facts } = await this.catalogue.read(organization);
    if (!facts.schemes.has(scheme)) return reject('SCHEME_UNKNOWN', 'There is no scheme with this id.');
    if (group !== undefined && !facts.groups.has(group)) return unknownGroup();
    await awaitReadModel(this.projections, schemeStandings.name, minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const editions = (edition: number): SchemeEdition => editionOf(facts.schemes, scheme, edition)!;
    const members = (documents: readonly StoredDocument[]) => this.members(documents, { principal, group, editions, at });
    const options = { index: 'byScheme', equals: [organization, scheme], after: cursor, limit: limit ?? PAGE_DEFAULT };
    const page = await filteredPage(this.projections, schemeStandings, options, async (documents) =>
      (await members(documents)).map((member) => (status === undefined || member?.status.status === status ? member : undefined)),
    );
    const items = page.items.map(async (member) => ({
      learner: await this.learners.idOf(organization, member.learner),
      ...shownMember(member, at),
    }));
    const counted = cursor === undefined ? await this.count(organization, scheme, members) : {};
    return { at, ...counted, ...page, items: await Promise.all(items) };
  }

  /** The one function behind the list and the counts; undefined for who is out of reach, in another group or not yet concerned. */
  private async members(
    documents: readonly StoredDocument[],
    asked: { principal: Principal; group: string | undefined; editions: (edition: number) => SchemeEdition; at: string },
  ): Promise<readonly (Member | undefined)[]> {
    const standings = documents.map(({ body }) => body as unknown as SchemeStandingDocument);
    const records = standings.map(({ record }) => record);
    const learners = await this.learners.among(asked.principal, records, asked.group);
    return standings.map(({ record, standing }) => {
      const learner = learners.get(record);
      const status = statusAt(standing, asked.editions, asked.at);
      if (learner === undefined || status === undefined) return undefined;
      const { dueAt } = standing.assignments.find(({ number }) => number === status.assignment) ?? {};
      const cycle = standing.cycles.find(({ number }) => number === status.cycle);
      return { learner, status, dueAt, updateBy: updateBy(cycle, status) };
    });
  }

  private async count(
    organization: string,
    scheme: string,
    members: (documents: readonly StoredDocument[]) => Promise<readonly (Member | undefined)[]>,
  ): Promise<{ counts: Partial<Record<StatusCode, number>>; total: number }> {
    const counts: Partial<Record<StatusCode, number>> = {};
    let total = 0;
    let after: string | undefined;
    do {
      const options = { index: 'byScheme', equals: [organization, scheme], after, limit: DOCUMENTS_PER_FIND_MAX };
      const page = await this.projections.find(schemeStandings.name, options);
      for (const member of await members(page.documents)) {
        if (member === undefined) continue;
        counts[member.status.status] = (counts[member.status.status] ?? 0) + 1;
        total += 1;
      }
      after = page.next;
    } while (after !== undefined);
    return { counts, total };
  }
}

const shownMember = (
  { status, dueAt, updateBy: by }: Member,
  at: string,
): Omit<PopulationAnswer['items'][number], 'learner'> => ({
  status: status.status,
  valid: status.valid,
  edition: status.edition,
  ...optional({ lastValidDay: status.lastValidDay, endsAt: status.endsAt, dueAt, updateBy: by }),
  ...optional({ expiresInSeconds: expiresInSeconds({ dueAt }, at) }),
});

@Controller('v1')
export class PopulationRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('schemes/:scheme/population')
  @ApiOperation({
    summary: 'Everybody whom a scheme concerns, by status at an instant, with counts that agree with the list',
    tags: ['Reports'],
  })
  @Answers(answerSchema)
  population(
    @CurrentPrincipal() principal: Principal,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Query({ schema: querySchema }) query: PopulationQuery,
  ): Promise<PopulationAnswer | Rejection> {
    return this.queries.execute(new ShowPopulation(principal, scheme, query));
  }
}
