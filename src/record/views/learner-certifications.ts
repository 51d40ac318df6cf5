import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { editionOf, latest, type Catalogue } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { atParameter, cursorParameter, limitParameter, minPositionParameter } from '../../http/reading.js';
import type { Actor } from '../../ledger/envelope.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { IsoInstant } from '../../shared/calendar.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { callerId, isoDate, isoInstant } from '../../shared/text.js';
import { zoneOf } from '../domain/awards.js';
import { optional } from '../domain/circumstances.js';
import { cycleEnd } from '../domain/ends.js';
import { decideRenewal } from '../domain/renewals.js';
import { standingOf, type RecordState } from '../domain/state.js';
import { STATUS_CODES } from '../domain/status.js';
import { lapseSchema, lapsesBy } from './lapsed-times.js';
import { LearnerDocuments, unknownLearner } from './learner-documents.js';
import { byRelevance, isPending, relevantPage, type Relevant } from './relevance.js';
import { shownWindow, windowSchema } from './renewal-window.js';
import { cycleSchema, shownCycles } from './shown-cycles.js';
import { statusIn } from './standing-at.js';

const querySchema = z.strictObject({
  at: atParameter,
  include: z
    .enum(['all', 'held', 'pending'])
    .optional()
    .meta({ description: 'all unless told. held: what was ever held. pending: what is to do or to wait for.' }),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type CertificationsQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  scheme: z.string(),
  title: z.string(),
  edition: z.int(),
  status: z.enum(STATUS_CODES),
  valid: z.boolean(),
  held: z.boolean().meta({ description: 'Whether it was ever held.' }),
  pending: z.boolean().meta({ description: 'Whether there is something to do or to wait for.' }),
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
  dueAt: isoInstant.optional(),
  renewNow: z.boolean().meta({ description: 'Whether the learner may open a renewal at this instant.' }),
  renewal: windowSchema.optional(),
  cycles: z.array(cycleSchema),
  lapses: z.array(lapseSchema),
});
const answerSchema = z.object({
  learner: z.string(),
  at: isoInstant.meta({ description: 'Send it with the cursor, so that all pages speak of one instant.' }),
  position: z.string(),
  etag: z.int(),
  items: z.array(itemSchema),
  next: z.string().optional(),
});
type CertificationsAnswer = z.infer<typeof answerSchema>;

export class ListCertifications extends CqrsQuery<CertificationsAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly query: CertificationsQuery,
  ) {
    super();
  }
}

@QueryHandler(ListCertifications)
export class ListCertificationsHandler implements IQueryHandler<ListCertifications> {
  constructor(
    private readonly documents: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, learner, query }: ListCertifications): Promise<CertificationsAnswer | Rejection> {
    const { include = 'all', minPosition, at = this.clock.now() } = query;
    const found = await this.documents.find(principal, learner, minPosition);
    if (found === undefined) return unknownLearner();
    const { facts } = await this.catalogue.read(principal.organization);
    const { record, etag } = found.document;
    const listed = namedIn(record, facts, at)
      .filter((known) => include === 'all' || (include === 'held' ? known.status.cycle !== undefined : isPending(known)))
      .sort(byRelevance);
    const { shown, next } = relevantPage(listed, query);
    const items = shown.map((known) => certification(known, record, facts, principal.actor, at));
    return { learner, at, position: found.position, etag, items, ...optional({ next }) };
  }
}

type Known = Relevant & { readonly status: NonNullable<Relevant['status']> };

/** Every scheme in which the learner has a status by an instant. */
function namedIn(record: RecordState, catalogue: Catalogue, at: IsoInstant): Known[] {
  return Object.entries(record.schemes).flatMap(([id, { assignments }]): Known[] => {
    const status = statusIn(record, catalogue, id, at);
    if (status === undefined) return [];
    const assignment = assignments.find(({ number }) => number === status.assignment);
    return [{ scheme: editionOf(catalogue.schemes, id, status.edition)!, status, assignment }];
  });
}

function certification(
  known: Known,
  record: RecordState,
  catalogue: Catalogue,
  actor: Actor,
  at: IsoInstant,
): z.infer<typeof itemSchema> {
  const { scheme, title } = known.scheme;
  const { status, valid, edition, cycle: number } = known.status;
  const standing = standingOf(record, scheme);
  const cycle = standing.cycles.find((made) => made.number === number);
  const window = cycle === undefined ? undefined : shownWindow({ cycle, newest: latest(catalogue.schemes, scheme)! }, at);
  return {
    scheme,
    title,
    edition,
    status,
    valid,
    held: cycle !== undefined,
    pending: isPending(known),
    ...(cycle === undefined ? {} : cycleEnd(cycle)),
    ...optional({ dueAt: known.assignment?.dueAt }),
    renewNow: mayRenew(scheme, record, catalogue, actor, at),
    ...optional({ renewal: window }),
    cycles: shownCycles(standing.cycles, zoneOf(catalogue, scheme), at),
    lapses: [...lapsesBy(at, standing, catalogue.schemes.get(scheme)!)],
  };
}

/** What would be answered to Renew Now; a renewal that is open already is none to open. */
function mayRenew(scheme: string, record: RecordState, facts: Catalogue, actor: Actor, at: IsoInstant): boolean {
  const command = { type: 'OpenRenewal', scheme, intent: { how: 'renew-now' } } as const;
  const answer = decideRenewal(command, record, { facts, actor, now: at, origin: { kind: 'api' } });
  return !isRejection(answer) && (answer as readonly unknown[]).length > 0;
}

@Controller('v1')
export class CertificationRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners/:learner/certifications')
  @ApiOperation({
    summary:
      'All certifications that a learner ever held, with dates, cycles and lapses, what is pending, and what may be renewed now',
    tags: ['Learners'],
  })
  @Answers(answerSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Query({ schema: querySchema }) query: CertificationsQuery,
  ): Promise<CertificationsAnswer | Rejection> {
    return this.queries.execute(new ListCertifications(principal, learner, query));
  }
}
