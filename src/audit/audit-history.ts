import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../http/reading.js';
import { KeyRing, type Opened } from '../ledger/key-ring.js';
import { isSealed } from '../ledger/sealed.js';
import { Projections } from '../projections/projections.js';
import { reject, type Rejection } from '../shared/result.js';
import { callerId, effective, isoInstant } from '../shared/text.js';
import { LearnerDocuments, Records } from '../record/published.js';
import { auditHistory, type AuditDocument } from './audit-history.projection.js';

const querySchema = z.strictObject({ limit: limitParameter, cursor: cursorParameter, minPosition: minPositionParameter });
type HistoryQuery = z.infer<typeof querySchema>;
const entrySchema = z.object({
  revision: z.int(),
  position: z.string(),
  event: z.uuid(),
  what: z.string(),
  who: z.looseObject({ key: z.string(), role: z.string(), person: z.string().optional() }),
  effective: effective.optional(),
  recordedAt: isoInstant,
  why: z.looseObject({ code: z.string().optional() }).optional(),
  origin: z.looseObject({ kind: z.string() }),
  basedOn: z.object({ catalogue: z.int() }).optional(),
  facts: z.record(z.string(), z.unknown()),
});
const answerSchema = z.object({ learner: z.string(), items: z.array(entrySchema), next: z.string().optional() });
type Entry = z.infer<typeof entrySchema>;
type HistoryAnswer = z.infer<typeof answerSchema>;

export class ShowHistory extends CqrsQuery<HistoryAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly query: HistoryQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowHistory)
export class ShowHistoryHandler implements IQueryHandler<ShowHistory> {
  constructor(
    private readonly projections: Projections,
    private readonly records: Records,
    private readonly learners: LearnerDocuments,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, learner, query }: ShowHistory): Promise<HistoryAnswer | Rejection> {
    await awaitReadModel(this.projections, auditHistory.name, query.minPosition);
    if ((await this.learners.find(principal, learner, query.minPosition)) === undefined)
      return reject('LEARNER_UNKNOWN', 'No learner with this id is registered.');
    const { organization } = principal;
    const record = await this.records.stream(organization, learner);
    const options = { index: 'byRecord', equals: [record], after: query.cursor, limit: query.limit ?? PAGE_DEFAULT };
    const page = await this.projections.find(auditHistory.name, options);
    const items = await Promise.all(page.documents.map(({ body }) => this.entry(organization, body as unknown as AuditDocument)));
    return { learner, items, ...(page.next === undefined ? {} : { next: page.next }) };
  }

  private async entry(organization: string, document: AuditDocument): Promise<Entry> {
    const facts: Record<string, Opened> = {};
    for (const [name, value] of Object.entries(document.data))
      facts[name] = isSealed(value) ? await this.keyRing.open(organization, value) : (value as Opened);
    // The subject's id is the name of a key, of no use to a reader; effective time and reason have places of their own.
    const { subject: _, effective: when, reasonCode: code, reason, ...rest } = facts;
    return {
      revision: document.revision,
      position: document.position,
      event: document.event,
      what: document.type,
      who: document.actor as Entry['who'],
      ...(when === undefined ? {} : { effective: when as Entry['effective'] }),
      recordedAt: document.recordedAt,
      ...(code === undefined ? {} : { why: { code: code as string, text: reason } }),
      origin: document.origin as Entry['origin'],
      ...(document.basedOn === undefined ? {} : { basedOn: document.basedOn as Entry['basedOn'] }),
      facts: rest,
    };
  }
}

@Controller('v1')
export class AuditHistoryRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners/:learner/history')
  @ApiOperation({
    summary: 'Everything that was recorded about a learner: who, in which role, what, when effective, when recorded, why',
    tags: ['Audit'],
  })
  @Answers(answerSchema)
  history(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Query({ schema: querySchema }) query: HistoryQuery,
  ): Promise<HistoryAnswer | Rejection> {
    return this.queries.execute(new ShowHistory(principal, learner, query));
  }
}
