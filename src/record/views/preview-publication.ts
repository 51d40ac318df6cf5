import { createHash, type Hash } from 'node:crypto';
import { Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { whatIfCounts } from '../../catalogue/published.js';
import { Drafts, type Candidate, type PlannedEdition } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, minPositionParameter } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { Projections } from '../../projections/projections.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { isoInstant } from '../../shared/text.js';
import { whatFollows } from '../domain/reevaluation.js';
import type { RecordState } from '../domain/state.js';
import { WHAT_IF_CHANGES, type WhatIfChange } from '../domain/what-if.js';
import { headerOf, lineOf, WhatIfTally } from '../what-ifs.js';
import { everyLearner } from './every-learner.js';
import { isInReach, LearnerDocuments } from './learner-documents.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { openedSchema } from './open.js';
import { statusIn } from './standing-at.js';

/** How many learners the preview of a draft names; all of them stand in the list that the publication keeps. */
export const PREVIEW_ROWS_MAX = 100;

const dates = z.object({
  endsAt: isoInstant.optional(),
  renewalOpensAt: isoInstant.optional(),
  renewalClosesAt: isoInstant.optional(),
});
const rowSchema = z.object({
  learner: openedSchema,
  change: z.enum(WHAT_IF_CHANGES),
  waits: z.literal(true).optional().meta({ description: 'Whether what would be awarded waits for approval.' }),
  cycle: z.int().optional(),
  until: isoInstant.optional().meta({ description: 'When it would be void, or by when it must be updated; exclusive.' }),
  before: dates.optional(),
  after: dates.optional(),
});
const whatIfAnswer = z
  .object({
    ...whatIfCounts,
    digest: z
      .string()
      .meta({ description: 'SHA-256 of the complete list: that of the publication, unless something happens in between.' }),
    rows: z
      .array(rowSchema)
      .optional()
      .meta({ description: `The first ${PREVIEW_ROWS_MAX} for whom something changes; not for authors, who see no learner.` }),
  })
  .meta({
    description:
      'Of a scheme: who gains, who loses, who must update and whose dates move. Who keeps a cycle keeps its end and its renewal window.',
  });
const answerSchema = z.object({
  learners: z.int().meta({ description: 'How many learners were looked at: those whom the caller answers for.' }),
  certifiedToday: z.int().meta({ description: 'How many of them would be certified if the draft were published now.' }),
  proposedToday: z.int().meta({ description: 'For how many an award would wait for approval.' }),
  alreadyHold: z.int().meta({ description: 'How many hold the certification, or completed the learning plan, already.' }),
  whatIf: whatIfAnswer.optional(),
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

/** Asks the same rules that the publication would, over all learners in memory, and writes nothing. */
@QueryHandler(PreviewPublication)
export class PreviewPublicationHandler implements IQueryHandler<PreviewPublication> {
  constructor(
    private readonly drafts: Drafts,
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, draft, minPosition }: PreviewPublication): Promise<Preview | Rejection> {
    const { organization } = principal;
    const found = await this.drafts.candidate(organization, draft);
    if (isRejection(found)) return found;
    const candidate = found as Candidate;
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const now = this.clock.now();
    const preview = { learners: 0, certifiedToday: 0, proposedToday: 0, alreadyHold: 0 };
    const survey = surveyOf(candidate);
    for await (const page of everyLearner(this.projections, organization)) {
      for (const { stream, document } of page) {
        if (!isInReach(document.record, principal)) continue;
        preview.learners += 1;
        const outcome = outcomeFor(document.record, candidate, now);
        if (outcome !== undefined) preview[outcome] += 1;
        survey?.look(stream, document, now);
      }
    }
    if (survey === undefined) return preview;
    // An author drafts, but sees no learner (docs/access.md).
    if (principal.actor.role === 'author') return { ...preview, whatIf: survey.counted() };
    const rows = survey.first.map(async ({ learner, change }) => ({
      learner: await this.learners.idOf(organization, learner),
      ...change,
    }));
    return { ...preview, whatIf: { ...survey.counted(), rows: await Promise.all(rows) } };
  }
}

function surveyOf({ id: scheme, edition, standing, catalogue }: Candidate): Survey | undefined {
  return edition === undefined ? undefined : new Survey({ scheme, edition, standing, catalogue });
}

/** The list as the publication would keep it, of which only the first rows are held. */
class Survey {
  private readonly tally: WhatIfTally;
  private readonly hash: Hash;
  readonly first: { readonly learner: LearnerDocument; readonly change: WhatIfChange }[] = [];

  constructor(planned: Omit<PlannedEdition, 'organization'>) {
    this.tally = new WhatIfTally(planned);
    this.hash = createHash('sha256').update(headerOf(planned));
  }

  look(stream: string, learner: LearnerDocument, now: string): void {
    const row = this.tally.add(learner.record, stream, now);
    if (row === undefined) return;
    this.hash.update(lineOf(row));
    const { record: _, ...change } = row;
    if (this.first.length < PREVIEW_ROWS_MAX) this.first.push({ learner, change });
  }

  counted(): Omit<NonNullable<Preview['whatIf']>, 'rows'> {
    return { ...this.tally.counts, digest: this.hash.copy().digest('hex') };
  }
}

/** What becomes of one learner; each is counted once, under the most that happens. */
function outcomeFor(
  record: RecordState,
  { kind, id, catalogue }: Candidate,
  now: string,
): Exclude<keyof Preview, 'learners' | 'whatIf'> | undefined {
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
    summary: 'What a draft would change for the learners if it were published now; writes nothing',
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
