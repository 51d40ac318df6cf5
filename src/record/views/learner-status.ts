import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { latest, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, Roles, type Principal } from '../../http/principal.js';
import { atParameter, awaitReadModel, minPositionParameter } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { effectiveMilliseconds, instantMilliseconds, type Effective } from '../../shared/calendar.js';
import { reject, type Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective, isoDate, isoInstant } from '../../shared/text.js';
import { evaluate } from '../domain/evaluate.js';
import { cyclesOf, type Cycle, type RecordState } from '../domain/state.js';
import { zoneOf } from '../domain/decider.js';
import { beginsAt, cycleStatusAt, statusAt, type CycleStatus } from '../domain/status.js';
import { Records } from '../records.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { open, openedSchema } from './open.js';

const leafSchema = z.object({
  path: z.string(),
  course: z.string(),
  satisfied: z.boolean(),
  by: z.int().optional(),
  effective: effective.optional(),
  missing: z.enum(['not-completed', 'only-before']).optional(),
});
const cycleSchema = z.object({
  number: z.int(),
  kind: z.enum(['initial', 'renewal']),
  how: z.enum(['automatic', 'by-hand']),
  edition: z.int(),
  status: z.enum(['current', 'superseded', 'expired', 'revoked']),
  from: effective,
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
  recordedAt: isoInstant,
  revocation: z.object({ effective, reasonCode: z.string(), recordedAt: isoInstant }).optional(),
});
const schemeStatusSchema = z.object({
  scheme: z.string(),
  edition: z.int(),
  title: z.string(),
  at: isoInstant,
  /** Null before the record's first event that names the scheme; then there is only the checklist. */
  status: z.enum(['certified', 'expired', 'revoked']).nullable(),
  valid: z.boolean(),
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
  criteriaMet: z.boolean(),
  checklist: z.array(leafSchema),
  cycles: z.array(cycleSchema),
});
const answerSchema = schemeStatusSchema.extend({ learner: z.string(), position: z.string(), etag: z.int() });
const learnerSchema = z.object({
  learner: z.string(),
  name: openedSchema.optional(),
  contact: openedSchema.optional(),
  position: z.string(),
  etag: z.int(),
  completions: z.array(z.object({ course: z.string(), edition: z.int(), enrolment: z.int(), effective, revision: z.int() })),
  certifications: z.array(schemeStatusSchema),
});
const querySchema = z.strictObject({ at: atParameter, minPosition: minPositionParameter });
type StatusQuery = z.infer<typeof querySchema>;
type SchemeAnswer = z.infer<typeof answerSchema>;
type LearnerAnswer = z.infer<typeof learnerSchema>;

/** Status, checklist and cycles of one learner in one scheme at an instant, all from the one evaluator. */
function schemeStatus(record: RecordState, catalogue: Catalogue, scheme: string, at: string): z.infer<typeof schemeStatusSchema> {
  const current = latest(catalogue.schemes, scheme)!;
  const status = statusAt(record, scheme, zoneOf(catalogue, scheme), at);
  const cycles = cyclesOf(record, scheme);
  // A cycle is pinned to the edition that it began under, so its checklist is that edition's.
  const pinned = cycles.find(({ number }) => number === status?.cycle)?.edition;
  const edition: SchemeEdition = catalogue.schemes.get(scheme)!.find((known) => known.edition === pinned) ?? current;
  const happened = (time: Effective): boolean => effectiveMilliseconds(time, edition.timeZone) <= instantMilliseconds(at);
  const known = record.completions.filter((completion) => happened(completion.effective));
  const { satisfied, checklist } = evaluate(edition.criteria, known, edition.timeZone);
  return {
    scheme,
    edition: edition.edition,
    title: edition.title,
    at,
    status: status?.status ?? null,
    valid: status?.valid ?? false,
    ...(status?.lastValidDay === undefined ? {} : { lastValidDay: status.lastValidDay, endsAt: status.endsAt }),
    criteriaMet: satisfied,
    checklist: [...checklist],
    // What begins later than the instant has not happened yet, so it is not shown.
    cycles: cycles.flatMap((cycle, index) =>
      beginsAt(cycle, zoneOf(catalogue, scheme)) <= instantMilliseconds(at)
        ? [shownCycle(cycle, cycleStatusAt(cycle, cycles[index + 1], zoneOf(catalogue, scheme), at), happened)]
        : [],
    ),
  };
}

function shownCycle(cycle: Cycle, status: CycleStatus, happened: (time: Effective) => boolean): z.infer<typeof cycleSchema> {
  const { number, kind, how, edition, validity, awarded, revoked } = cycle;
  return {
    number,
    kind,
    how,
    edition,
    status,
    ...validity,
    recordedAt: awarded.recordedAt,
    ...(revoked === undefined || !happened(revoked.effective)
      ? {}
      : { revocation: { effective: revoked.effective, reasonCode: revoked.reasonCode, recordedAt: revoked.recordedAt } }),
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

/** Finds the learner's document at a position that includes what the caller asks for. */
export class LearnerDocuments {
  constructor(
    private readonly projections: Projections,
    private readonly records: Records,
  ) {}

  async find(
    principal: Principal,
    learner: string,
    minPosition: string | undefined,
  ): Promise<{ document: LearnerDocument; position: string } | undefined> {
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const stored = await this.projections.get(learnerStatus.name, await this.records.stream(principal.organization, learner));
    return stored === undefined ? undefined : { document: stored.body as unknown as LearnerDocument, position: stored.position };
  }
}

const unknownLearner = () => reject('LEARNER_UNKNOWN', 'No learner with this id is registered.');

@QueryHandler(ShowLearner)
export class ShowLearnerHandler implements IQueryHandler<ShowLearner> {
  constructor(
    private readonly documents: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, learner, query }: ShowLearner): Promise<LearnerAnswer | Rejection> {
    const found = await this.documents.find(principal, learner, query.minPosition);
    if (found === undefined) return unknownLearner();
    const { record, etag } = found.document;
    const { facts } = await this.catalogue.read(principal.organization);
    const at = query.at ?? this.clock.now();
    const { name, contact } = record.profile!;
    return {
      learner,
      ...(await open(this.keyRing, principal.organization, { name, contact })),
      position: found.position,
      etag,
      completions: [...record.completions],
      certifications: Object.keys(record.cycles).map((scheme) => schemeStatus(record, facts, scheme, at)),
    };
  }
}

@QueryHandler(ShowSchemeStatus)
export class ShowSchemeStatusHandler implements IQueryHandler<ShowSchemeStatus> {
  constructor(
    private readonly documents: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, learner, scheme, query }: ShowSchemeStatus): Promise<SchemeAnswer | Rejection> {
    const { facts } = await this.catalogue.read(principal.organization);
    if (!facts.schemes.has(scheme)) return reject('SCHEME_UNKNOWN', 'There is no scheme with this id.');
    const found = await this.documents.find(principal, learner, query.minPosition);
    if (found === undefined) return unknownLearner();
    const { record, etag } = found.document;
    return { learner, position: found.position, etag, ...schemeStatus(record, facts, scheme, query.at ?? this.clock.now()) };
  }
}

@Controller('v1')
@Roles('admin', 'auditor', 'reporter')
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
