import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import type { Catalogue } from '../../catalogue/published.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { atParameter, knownAtParameter, minPositionParameter } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import type { Cycle } from '../domain/standing.js';
import { cyclesOf, standingOf, type RecordState } from '../domain/state.js';
import { itemsAt, itemSchema } from './items.js';
import { KnownRecords, unknownScheme } from './known-records.js';
import { unknownLearner } from './learner-documents.js';
import { decisionShape, shownScopes } from './shown-decisions.js';
import { schemeStandingSchema, shownStanding, standingAt } from './standing-at.js';

const querySchema = z.strictObject({ at: atParameter, knownAt: knownAtParameter, minPosition: minPositionParameter });
type ReportQuery = z.infer<typeof querySchema>;
const answerSchema = schemeStandingSchema.omit({ lastValidDay: true, endsAt: true }).extend({
  learner: z.string(),
  position: z.string(),
  etag: z.int(),
  overview: z.string().optional(),
  issuer: z.string().optional(),
  badge: z.object({ digest: z.string(), mediaType: z.string() }).optional(),
  kind: z.enum(['internal', 'external']),
  type: z.enum(['recurring', 'perpetual']),
  items: z.array(itemSchema),
  completed: z
    .object({ effective, recordedAt: isoInstant, late: z.literal(true).optional() })
    .optional()
    .meta({ description: 'When the criteria were met or the award was made, as exactly as it was reported.' }),
  validity: z
    .object({ from: effective, lastValidDay: isoDate.optional(), endsAt: isoInstant.optional() })
    .optional()
    .meta({ description: 'The interval of the certification; without an end it is perpetual.' }),
  scopes: decisionShape.scopes,
});
type ReportAnswer = z.infer<typeof answerSchema>;

export class ShowIndividualReport extends CqrsQuery<ReportAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly scheme: string,
    readonly query: ReportQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowIndividualReport)
export class ShowIndividualReportHandler implements IQueryHandler<ShowIndividualReport> {
  constructor(
    private readonly known: KnownRecords,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, learner, scheme, query }: ShowIndividualReport): Promise<ReportAnswer | Rejection> {
    const found = await this.known.find(principal, learner, query);
    if (found === undefined) return unknownLearner();
    const { record, catalogue, etag, position, at } = found;
    if (!catalogue.schemes.has(scheme)) return unknownScheme();
    const scopes = await shownScopes(this.keyRing, principal.organization, standingOf(record, scheme), at);
    return {
      learner,
      position,
      etag,
      ...report(record, catalogue, scheme, at),
      ...optional({ scopes: scopes.length === 0 ? undefined : scopes }),
    };
  }
}

/** Rules 001-11, 001-18, 001-19, 002-1 and 002-8: each item's state, when it was completed, and from when to when it is valid. */
function report(
  record: RecordState,
  catalogue: Catalogue,
  id: string,
  at: string,
): Omit<ReportAnswer, 'learner' | 'position' | 'etag'> {
  const standing = standingAt(record, catalogue, id, at);
  const { lastValidDay: _, endsAt: __, ...shown } = shownStanding(standing);
  const { overview, issuer, badge, kind, validity } = standing.scheme;
  const cycle = cyclesOf(record, id).find(({ number }) => number === standing.status?.cycle);
  return {
    ...shown,
    ...optional({ overview, issuer, badge }),
    kind,
    type: 'duration' in validity ? 'recurring' : 'perpetual',
    items: [...itemsAt(standing, catalogue)],
    ...(cycle === undefined ? {} : completion(cycle)),
  };
}

const completion = ({ awarded, late, validity }: Cycle): Pick<ReportAnswer, 'completed' | 'validity'> => ({
  completed: { effective: awarded.effective, recordedAt: awarded.recordedAt, ...optional({ late }) },
  validity,
});

@Controller('v1')
export class IndividualReportRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners/:learner/schemes/:scheme/report')
  @ApiOperation({
    summary:
      'The individual report of a learner in a scheme: each item and when, completion, validity, and what the scheme states',
    tags: ['Learners'],
  })
  @Answers(answerSchema)
  report(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Query({ schema: querySchema }) query: ReportQuery,
  ): Promise<ReportAnswer | Rejection> {
    return this.queries.execute(new ShowIndividualReport(principal, learner, scheme, query));
  }
}
