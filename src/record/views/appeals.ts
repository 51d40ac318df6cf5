import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Projections } from '../../projections/projections.js';
import { isoInstant } from '../../shared/text.js';
import { tookPart } from '../domain/appeals.js';
import { APPEAL_KINDS } from '../domain/certification-events.js';
import { optional } from '../domain/circumstances.js';
import type { Appeal, Decided, Standing } from '../domain/standing.js';
import { standingOf } from '../domain/state.js';
import { appeals, type AppealDocument } from './appeals.projection.js';
import { filteredPage } from './filtered-page.js';
import { LearnerDocuments } from './learner-documents.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { open, openedSchema } from './open.js';

const querySchema = z.strictObject({ limit: limitParameter, cursor: cursorParameter, minPosition: minPositionParameter });
type AppealsQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  scheme: z.string(),
  appeal: z.int(),
  kind: z.enum(APPEAL_KINDS),
  against: z.object({ revision: z.int(), type: z.string(), recordedAt: isoInstant }),
  since: isoInstant,
  reasonCode: z.string(),
  reason: openedSchema,
  undecidable: z
    .literal(true)
    .optional()
    .meta({ description: 'Not for the caller to decide, who opened it or took the decision: another person must.' }),
});
const answerSchema = z.object({ items: z.array(itemSchema), next: z.string().optional() });
type AppealsAnswer = z.infer<typeof answerSchema>;

export class ListAppeals extends CqrsQuery<AppealsAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: AppealsQuery,
  ) {
    super();
  }
}

@QueryHandler(ListAppeals)
export class ListAppealsHandler implements IQueryHandler<ListAppeals> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, query }: ListAppeals): Promise<AppealsAnswer> {
    const { organization } = principal;
    await awaitReadModel(this.projections, appeals.name, query.minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, query.minPosition);
    const { cursor: after, limit = PAGE_DEFAULT } = query;
    const options = { index: 'open', equals: [organization, true], after, limit };
    const page = await filteredPage(this.projections, appeals, options, async (documents) => {
      const found = documents.map(({ body }) => body as unknown as AppealDocument);
      const records = found.map(({ record }) => record);
      const learners = await this.learners.among(principal, records);
      return found.map((appeal) => keptOf(appeal, learners.get(appeal.record)));
    });
    const items = page.items.map((kept) => this.shown(principal, kept));
    return { ...page, items: await Promise.all(items) };
  }

  private async shown(
    { organization, actor }: Principal,
    { document, learner, standing, appeal, decision }: Kept,
  ): Promise<AppealsAnswer['items'][number]> {
    const { reason } = await open(this.keyRing, organization, { reason: document.reason });
    const { revision, type, recordedAt } = decision;
    const persons = [...tookPart(appeal, standing), learner.record.person];
    const isBarred = actor.person !== undefined && persons.includes(actor.person);
    return {
      learner: await this.learners.idOf(organization, learner),
      scheme: document.scheme,
      appeal: appeal.number,
      kind: appeal.kind,
      against: { revision, type, recordedAt },
      since: document.since,
      reasonCode: document.reasonCode,
      reason: reason!,
      ...optional({ undecidable: isBarred ? (true as const) : undefined }),
    };
  }
}

interface Kept {
  readonly document: AppealDocument;
  readonly learner: LearnerDocument;
  readonly standing: Standing;
  readonly appeal: Appeal;
  readonly decision: Decided;
}

/** Nothing where the learner is out of reach, or where that read model has not come as far as this one. */
function keptOf(document: AppealDocument, learner: LearnerDocument | undefined): Kept | undefined {
  if (learner === undefined) return undefined;
  const standing = standingOf(learner.record, document.scheme);
  const appeal = standing.appeals.find(({ number }) => number === document.appeal);
  const decision = standing.decisions.find(({ revision }) => revision === document.against);
  return appeal === undefined || decision === undefined ? undefined : { document, learner, standing, appeal, decision };
}

@Controller('v1')
export class AppealRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('appeals')
  @ApiOperation({ summary: 'Appeals and complaints that wait for a decision, the longest waiting first', tags: ['Reports'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: querySchema }) query: AppealsQuery): Promise<AppealsAnswer> {
    return this.queries.execute(new ListAppeals(principal, query));
  }
}
