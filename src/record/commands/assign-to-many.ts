import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import type { Principal } from '../../http/principal.js';
import { ProblemException } from '../../http/problems.js';
import { awaitReadModel } from '../../http/reading.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { isLedgerError } from '../../ledger/errors.js';
import { Clock } from '../../ledger/ports/clock.js';
import { EventFeed } from '../../ledger/ports/event-store.js';
import type { Receipt } from '../../ledger/receipt.js';
import { Projections } from '../../projections/projections.js';
import { DOCUMENTS_PER_FIND_MAX } from '../../projections/ports/read-model-store.js';
import type { JsonObject } from '../../shared/json.js';
import { isRejection, reject, type Rejection } from '../../shared/result.js';
import { callerId, definitionId } from '../../shared/text.js';
import { Records } from '../records.js';
import { isInGroup, isInReach, LearnerDocuments } from '../views/learner-documents.js';
import { learnerStatus, type LearnerDocument } from '../views/learner-status.projection.js';
import { assignmentTerms, DUE_TWICE, isDueOnce } from './assignment-terms.js';

/** How many learners one request names, or looks at to find those who match. */
export const LEARNERS_PER_BATCH_MAX = 500;
/** After so many learners it is asked again whether the key of the request still opens the door. */
export const LEARNERS_PER_KEY_CHECK = 50;

export const assignToManySchema = z
  .strictObject({
    learners: z.array(callerId).min(1).max(LEARNERS_PER_BATCH_MAX).optional(),
    matching: z
      .union([z.strictObject({ group: definitionId }), z.strictObject({ everybody: z.literal(true) })], {
        error: 'Must be {"group": "id-of-a-group"} or {"everybody": true}.',
      })
      .optional(),
    cursor: z.string().max(2_000).optional().meta({ description: 'Of those who match: "next" of the answer before.' }),
    limit: z
      .int()
      .min(1)
      .max(LEARNERS_PER_BATCH_MAX)
      .optional()
      .meta({ description: `Of those who match: how many learners to look at, ${LEARNERS_PER_BATCH_MAX} unless told.` }),
    ...assignmentTerms,
  })
  .refine(({ learners, matching }) => (learners === undefined) !== (matching === undefined), {
    message: 'Give either learners or matching.',
  })
  .refine(({ learners, cursor, limit }) => learners === undefined || (cursor === undefined && limit === undefined), {
    message: 'A list of learners is one page; cursor and limit belong to matching.',
  })
  .refine(isDueOnce, DUE_TWICE)
  .meta({ id: 'AssignToMany', description: 'Terms that are absent follow from the scheme. Effective now unless told.' });
export type AssignmentOfMany = z.infer<typeof assignToManySchema>;

const rowSchema = z.object({
  learner: z.string(),
  outcome: z.enum(['recorded', 'replayed', 'unchanged', 'refused']),
  code: z.string().optional(),
  reason: z.string().optional(),
});
const answerSchema = z.object({ rows: z.array(rowSchema), next: z.string().optional() });
type BatchAnswer = z.infer<typeof answerSchema>;

export class AssignToMany extends Command<BatchAnswer | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly scheme: string,
    readonly body: AssignmentOfMany,
  ) {
    super();
  }
}

interface Addressed {
  readonly learner: string;
  readonly stream: string;
}

/** Each row goes the way of a single assignment, under an id of its own, so that a batch may be sent again as a whole. */
@CommandHandler(AssignToMany)
export class AssignToManyHandler implements ICommandHandler<AssignToMany> {
  constructor(
    private readonly records: Records,
    private readonly documents: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly projections: Projections,
    private readonly feed: EventFeed,
    private readonly clock: Clock,
  ) {}

  async execute({ write, scheme, body }: AssignToMany): Promise<BatchAnswer | Rejection> {
    const { principal } = write;
    const { facts } = await this.catalogue.read(principal.organization);
    if (!facts.schemes.has(scheme)) return reject('SCHEME_UNKNOWN', 'There is no scheme with this id. Define it first.');
    const group = groupOf(body);
    if (group !== undefined && !facts.groups.has(group))
      return reject('GROUP_UNKNOWN', `There is no group ${group}. Define the group first.`, '/matching/group');
    const { addressed, next } =
      body.learners === undefined ? await this.matching(principal, body) : await this.named(principal, body.learners);
    // What the single rows share; who they are for is in the id of each.
    const { learners: _, matching: __, cursor: ___, limit: ____, ...terms } = body;
    const effective = terms.effective ?? { instant: this.clock.now() };
    const rows: BatchAnswer['rows'] = [];
    let stands = true;
    for (let from = 0; from < addressed.length; from += LEARNERS_PER_KEY_CHECK) {
      stands = stands && ((await principal.stands?.()) ?? true);
      const outcomes = addressed.slice(from, from + LEARNERS_PER_KEY_CHECK).map(async ({ learner, stream }) => {
        const row = { ...write, idempotencyKey: { batch: write.idempotencyKey, learner } };
        const command = { type: 'AssignScheme', scheme, ...terms, effective } as const;
        const body = { ...terms, scheme } as JsonObject;
        return outcomeOf(learner, stands ? await this.send(stream, row, command, body) : keyRevoked());
      });
      rows.push(...(await Promise.all(outcomes)));
    }
    return { rows, ...(next === undefined ? {} : { next }) };
  }

  private async send(
    stream: string,
    row: WriteRequest,
    command: Parameters<Records['executeOn']>[3],
    body: JsonObject,
  ): Promise<Receipt | Rejection> {
    try {
      return await this.records.executeOn(stream, row, 'assign-to-many', command, body);
    } catch (error) {
      // A fault of the machine is no verdict on the row: the whole request is answered with it and can be repeated.
      if (!isLedgerError(error) || error.retryable) throw error;
      return reject(error.code, error.message);
    }
  }

  private async named({ organization }: Principal, learners: readonly string[]): Promise<Matches> {
    const addressed = learners.map(async (learner) => ({ learner, stream: await this.records.stream(organization, learner) }));
    return { addressed: await Promise.all(addressed) };
  }

  /** Looks at a bounded number of learners; whom the caller may not touch, and whose id was erased, does not match. */
  private async matching(principal: Principal, body: AssignmentOfMany): Promise<Matches> {
    const { organization } = principal;
    await awaitReadModel(this.projections, learnerStatus.name, await this.feed.end());
    const addressed: Addressed[] = [];
    let left = body.limit ?? LEARNERS_PER_BATCH_MAX;
    let next = body.cursor;
    do {
      const page = await this.projections.find(learnerStatus.name, {
        index: 'byOrganization',
        equals: [organization],
        after: next,
        limit: Math.min(left, DOCUMENTS_PER_FIND_MAX),
      });
      for (const { key: stream, body: document } of page.documents) {
        const found = document as unknown as LearnerDocument;
        if (!isInReach(found.record, principal) || !isInGroup(found.record, groupOf(body))) continue;
        const learner = await this.documents.idOf(organization, found);
        if (typeof learner === 'string') addressed.push({ learner, stream });
      }
      left -= page.documents.length;
      next = page.next;
    } while (next !== undefined && left > 0);
    return { addressed, next };
  }
}

interface Matches {
  readonly addressed: readonly Addressed[];
  readonly next?: string | undefined;
}

const groupOf = ({ matching }: AssignmentOfMany): string | undefined =>
  matching !== undefined && 'group' in matching ? matching.group : undefined;

const keyRevoked = (): Rejection =>
  reject('KEY_REVOKED', 'The key was revoked or ran out while the batch was running. Send the rest with a key that stands.');

function outcomeOf(learner: string, answer: Receipt | Rejection): BatchAnswer['rows'][number] {
  if (!isRejection(answer)) return { learner, outcome: answer.outcome };
  return { learner, outcome: 'refused', code: answer.code, reason: answer.detail };
}

@Controller('v1')
export class AssignToManyRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('schemes/:scheme/assignments')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Ask many learners for a certification: a list, a group or everybody; each with an outcome of its own',
    tags: ['Tasks'],
  })
  @Answers(answerSchema)
  route(
    @Write() write: WriteRequest,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: assignToManySchema }) body: AssignmentOfMany,
  ): Promise<BatchAnswer | Rejection> {
    if (write.ifMatch !== undefined)
      throw new ProblemException('INVALID_IF_MATCH', { detail: 'A batch has no single record to match.' });
    return this.commands.execute(new AssignToMany(write, scheme, body));
  }
}
