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
import { callerId, definitionId, effective, isoDate } from '../../shared/text.js';
import { zoneOf } from '../domain/awards.js';
import { checklistSchema } from '../domain/events.js';
import { cyclesOf, standingOf, type RecordState } from '../domain/state.js';
import { KnownRecords, unknownScheme } from './known-records.js';
import { unknownLearner } from './learner-documents.js';
import { open, openedSchema } from './open.js';
import {
  correctedShape,
  correctionSchema,
  CORRECTIONS_SHOWN_MAX,
  correctionsOf,
  shownCorrected,
  shownCorrections,
} from './shown-corrections.js';
import { decisionShape, shownDecisions } from './shown-decisions.js';
import { cycleSchema, shownCycles } from './shown-cycles.js';
import { renewalShape, shownRenewal } from './shown-renewal.js';
import { schemeStandingSchema, shownStanding, standingAt } from './standing-at.js';

const schemeStatusSchema = schemeStandingSchema.extend({
  checklist: checklistSchema,
  ...renewalShape,
  cycles: z.array(cycleSchema),
});
const answerSchema = schemeStatusSchema.extend({ ...decisionShape, learner: z.string(), position: z.string(), etag: z.int() });
const learnerSchema = z.object({
  learner: z.string(),
  name: openedSchema.optional(),
  contact: openedSchema.optional(),
  position: z.string(),
  etag: z.int(),
  groups: z.array(z.string()),
  completions: z.array(
    z.object({
      course: z.string(),
      edition: z.int(),
      enrolment: z.int(),
      presentation: z.string().optional(),
      effective,
      how: z.enum(['reported', 'criteria']),
      revision: z.int(),
      validUntil: isoDate.optional(),
      ...correctedShape,
    }),
  ),
  corrections: z
    .array(correctionSchema)
    .meta({ description: `Corrections of completions and approvals, the ${CORRECTIONS_SHOWN_MAX} newest first.` }),
  certifications: z.array(schemeStatusSchema),
});
const querySchema = z.strictObject({ at: atParameter, knownAt: knownAtParameter, minPosition: minPositionParameter });
type StatusQuery = z.infer<typeof querySchema>;
type SchemeAnswer = z.infer<typeof answerSchema>;
type LearnerAnswer = z.infer<typeof learnerSchema>;

/** Status, checklist and cycles of one learner in one scheme at an instant, all from the one evaluator. */
function schemeStatus(record: RecordState, catalogue: Catalogue, scheme: string, at: string): z.infer<typeof schemeStatusSchema> {
  const standing = standingAt(record, catalogue, scheme, at);
  return {
    ...shownStanding(standing),
    checklist: [...standing.evaluation.checklist],
    ...shownRenewal(standing, catalogue),
    cycles: shownCycles(cyclesOf(record, scheme), zoneOf(catalogue, scheme), at),
  };
}

export class ShowLearner extends CqrsQuery<LearnerAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly query: StatusQuery,
  ) {
    super();
  }
}

export class ShowSchemeStatus extends CqrsQuery<SchemeAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly scheme: string,
    readonly query: StatusQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowLearner)
export class ShowLearnerHandler implements IQueryHandler<ShowLearner> {
  constructor(
    private readonly known: KnownRecords,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, learner, query }: ShowLearner): Promise<LearnerAnswer | Rejection> {
    const found = await this.known.find(principal, learner, query);
    if (found === undefined) return unknownLearner();
    const { record, catalogue, etag, position, at } = found;
    const { name, contact } = record.profile!;
    return {
      learner,
      ...(await open(this.keyRing, principal.organization, { name, contact })),
      position,
      etag,
      groups: [...record.groups],
      completions: record.completions.map((fact) => ({ ...fact, ...shownCorrected(correctionsOf(record, fact.revision)) })),
      corrections: shownCorrections(record),
      certifications: Object.keys(record.schemes)
        .filter((scheme) => cyclesOf(record, scheme).length > 0)
        .map((scheme) => schemeStatus(record, catalogue, scheme, at)),
    };
  }
}

@QueryHandler(ShowSchemeStatus)
export class ShowSchemeStatusHandler implements IQueryHandler<ShowSchemeStatus> {
  constructor(
    private readonly known: KnownRecords,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, learner, scheme, query }: ShowSchemeStatus): Promise<SchemeAnswer | Rejection> {
    const found = await this.known.find(principal, learner, query);
    if (found === undefined) return unknownLearner();
    const { record, catalogue, etag, position, at } = found;
    if (!catalogue.schemes.has(scheme)) return unknownScheme();
    const decisions = await shownDecisions(this.keyRing, principal, standingOf(record, scheme), at);
    return { learner, position, etag, ...schemeStatus(record, catalogue, scheme, at), ...decisions };
  }
}

@Controller('v1')
export class LearnerStatusRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners/:learner')
  @ApiOperation({
    summary: 'A learner: details, completions and all certifications ever held, at an instant',
    tags: ['Learners'],
  })
  @Answers(learnerSchema)
  learner(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Query({ schema: querySchema }) query: StatusQuery,
  ): Promise<LearnerAnswer | Rejection> {
    return this.queries.execute(new ShowLearner(principal, learner, query));
  }

  @Get('learners/:learner/schemes/:scheme')
  @ApiOperation({
    summary:
      'Status of a learner in a scheme at an instant of effective time, by all that is recorded today, with the checklist that says why or why not',
    tags: ['Learners'],
  })
  @Answers(answerSchema)
  scheme(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Query({ schema: querySchema }) query: StatusQuery,
  ): Promise<SchemeAnswer | Rejection> {
    return this.queries.execute(new ShowSchemeStatus(principal, learner, scheme, query));
  }
}
