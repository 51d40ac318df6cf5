import { Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Drafts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, minPositionParameter } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { whatFollows } from '../domain/reevaluation.js';
import type { RecordState } from '../domain/state.js';
import { everyLearner } from './every-learner.js';
import { isInReach } from './learner-documents.js';
import { learnerStatus } from './learner-status.projection.js';
import { statusIn } from './standing-at.js';

const answerSchema = z.object({
  learners: z.int().meta({ description: 'How many learners were looked at: those whom the caller answers for.' }),
  certifiedToday: z.int().meta({ description: 'How many of them would be certified if the draft were published now.' }),
  proposedToday: z.int().meta({ description: 'For how many an award would wait for approval.' }),
  alreadyHold: z.int().meta({ description: 'How many hold the certification, or completed the learning plan, already.' }),
});
type Preview = z.infer<typeof answerSchema>;
const querySchema = z.strictObject({ minPosition: minPositionParameter });

export class PreviewPublication extends CqrsQuery<Preview | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly draft: string,
    readonly minPosition: string | undefined,
  ) {
    super();
  }
}

type Candidate = Exclude<Awaited<ReturnType<Drafts['candidate']>>, Rejection>;

/** Asks the same rules that the publication would, over all learners in memory, and writes nothing. */
@QueryHandler(PreviewPublication)
export class PreviewPublicationHandler implements IQueryHandler<PreviewPublication> {
  constructor(
    private readonly drafts: Drafts,
    private readonly projections: Projections,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, draft, minPosition }: PreviewPublication): Promise<Preview | Rejection> {
    const candidate = await this.drafts.candidate(principal.organization, draft);
    if (isRejection(candidate)) return candidate as Rejection;
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const now = this.clock.now();
    const preview = { learners: 0, certifiedToday: 0, proposedToday: 0, alreadyHold: 0 };
    for await (const page of everyLearner(this.projections, principal.organization)) {
      for (const { document } of page) {
        if (!isInReach(document.record, principal)) continue;
        preview.learners += 1;
        const outcome = outcomeFor(document.record, candidate as Candidate, now);
        if (outcome !== undefined) preview[outcome] += 1;
      }
    }
    return preview;
  }
}

/** What becomes of one learner; each is counted once, under the most that happens. */
function outcomeFor(
  record: RecordState,
  { kind, id, catalogue }: Candidate,
  now: string,
): Exclude<keyof Preview, 'learners'> | undefined {
  // An edition of a course alone changes what is to be done, and nothing that was done.
  if (kind === 'course') return undefined;
  const holds =
    kind === 'scheme'
      ? statusIn(record, catalogue, id, now)?.valid === true
      : record.planCompletions.some(({ learningPlan }) => learningPlan === id);
  if (holds) return 'alreadyHold';
  const types = new Set(whatFollows(record, { kind, id }, catalogue, now).map(({ type }) => type));
  return types.has('CertificationAwarded') ? 'certifiedToday' : types.has('AwardProposed') ? 'proposedToday' : undefined;
}

@Controller('v1')
export class PreviewPublicationRoute {
  constructor(private readonly queries: QueryBus) {}

  @Post('drafts/:draft/preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'How many learners would be certified if a draft were published now; writes nothing',
    tags: ['Drafts'],
  })
  @Answers(answerSchema)
  route(
    @CurrentPrincipal() principal: Principal,
    @Param('draft', { schema: z.uuid().toLowerCase() }) draft: string,
    @Query({ schema: querySchema }) { minPosition }: z.infer<typeof querySchema>,
  ): Promise<Preview | Rejection> {
    return this.queries.execute(new PreviewPublication(principal, draft, minPosition));
  }
}
