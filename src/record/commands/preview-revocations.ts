import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { effective, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { REVOCATIONS_PER_BATCH_MAX, revocationFilter } from '../domain/revocation-batch.js';
import { Revocations, type Match, type Selection } from '../revocations.js';
import { LearnerDocuments } from '../views/learner-documents.js';
import { openedSchema } from '../views/open.js';

/** How many of those that would be revoked a preview shows. */
export const REVOCATIONS_SHOWN = 50;

export const filterSchema = revocationFilter
  .refine(({ scheme, import: made }) => scheme !== undefined || made !== undefined, {
    message: 'Name the scheme, or the batch of the import that made them.',
  })
  .refine(({ scheme, edition }) => edition === undefined || scheme !== undefined, {
    message: 'An edition is one of a scheme: name it too.',
    path: ['scheme'],
  })
  .meta({
    id: 'RevocationFilter',
    description:
      'All that is given must fit. awardedFrom and awardedUntil are days on which it was earned, both inclusive; recordedFrom ' +
      'and recordedUntil instants of our clock, the latter exclusive.',
  });
export const positionSchema = z.string().max(40).meta({ description: '"position" of the preview.' });

export const previewRevocationsSchema = z
  .strictObject({
    filter: filterSchema,
    since: positionSchema
      .optional()
      .meta({ description: '"position" of an earlier preview: what was written to since is marked.' }),
  })
  .meta({
    id: 'PreviewRevocations',
    description: `Finds at most ${REVOCATIONS_PER_BATCH_MAX} certifications and writes nothing.`,
  });
type Asked = z.infer<typeof previewRevocationsSchema>;

const rowSchema = z.object({
  learner: openedSchema,
  scheme: z.string(),
  cycle: z.int(),
  edition: z.int(),
  effective,
  recordedAt: isoInstant,
  outcome: z
    .enum(['revoke', 'propose', 'refused'])
    .meta({ description: 'propose: two persons revoke, and you would be the first.' }),
  code: z.string().optional(),
  reason: z.string().optional(),
  changed: z.literal(true).optional(),
});
const answerSchema = z.object({
  digest: z.string().meta({ description: 'Confirm with it: it holds while nothing of what is meant changes.' }),
  position: z.string(),
  counts: z.object({ matching: z.int(), revoke: z.int(), propose: z.int(), refused: z.int() }),
  rows: z.array(rowSchema).meta({ description: `The first ${REVOCATIONS_SHOWN} that would be revoked or proposed.` }),
  refused: z.array(rowSchema).meta({ description: 'All that would be refused, each with its reason; a batch leaves them out.' }),
  gone: z.array(openedSchema).optional().meta({ description: 'Learners who were written to since and do not match any more.' }),
});
type PreviewAnswer = z.infer<typeof answerSchema>;

export class PreviewRevocations extends CqrsQuery<PreviewAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly asked: Asked,
  ) {
    super();
  }
}

@QueryHandler(PreviewRevocations)
export class PreviewRevocationsHandler implements IQueryHandler<PreviewRevocations> {
  constructor(
    private readonly revocations: Revocations,
    private readonly learners: LearnerDocuments,
  ) {}

  async execute({ principal, asked }: PreviewRevocations): Promise<PreviewAnswer | Rejection> {
    const selection = await this.revocations.select(principal, asked.filter, asked.since);
    if (isRejection(selection)) return selection;
    const { matches, digest, position } = selection as Selection;
    const count = (outcome: Match['outcome']): number => matches.filter((match) => match.outcome === outcome).length;
    const accepted = matches.filter(({ outcome }) => outcome !== 'refused').slice(0, REVOCATIONS_SHOWN);
    const refused = matches.filter(({ outcome }) => outcome === 'refused');
    const gone = await this.gone(principal, selection as Selection);
    return {
      digest,
      position,
      counts: { matching: matches.length, revoke: count('revoke'), propose: count('propose'), refused: refused.length },
      rows: await this.shown(principal, accepted, selection as Selection),
      refused: await this.shown(principal, refused, selection as Selection),
      ...optional({ gone: gone.length === 0 ? undefined : gone }),
    };
  }

  private shown({ organization }: Principal, matches: readonly Match[], { changed }: Selection): Promise<PreviewAnswer['rows']> {
    const shown = matches.map(async ({ award, learner, outcome, refusal }) => ({
      learner: await this.learners.idOf(organization, learner),
      scheme: award.scheme,
      cycle: award.cycle,
      edition: award.edition,
      effective: award.effective,
      recordedAt: award.recordedAt,
      outcome,
      ...optional({
        code: refusal?.code,
        reason: refusal?.detail,
        changed: changed.has(award.record) ? (true as const) : undefined,
      }),
    }));
    return Promise.all(shown);
  }

  private gone({ organization }: Principal, { matches, changed }: Selection) {
    const matching = new Set(matches.map(({ award }) => award.record));
    const gone = [...changed].filter(([record]) => !matching.has(record));
    return Promise.all(gone.map(([, learner]) => this.learners.idOf(organization, learner)));
  }
}

@Controller('v1')
export class PreviewRevocationsRoute {
  constructor(private readonly queries: QueryBus) {}

  @Post('revocations/preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What revoking many certifications would do, with the digest by which it is confirmed; writes nothing',
    tags: ['Learners'],
  })
  @Answers(answerSchema)
  route(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: previewRevocationsSchema }) asked: Asked,
  ): Promise<PreviewAnswer | Rejection> {
    return this.queries.execute(new PreviewRevocations(principal, asked));
  }
}
