import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import type { Principal } from '../../http/principal.js';
import { ProblemException } from '../../http/problems.js';
import { envelopeOf, Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { isLedgerError } from '../../ledger/errors.js';
import { Ledger } from '../../ledger/ledger.js';
import type { Receipt } from '../../ledger/receipt.js';
import { streamName } from '../../ledger/stream-name.js';
import type { JsonObject } from '../../shared/json.js';
import { isRejection, reject, type Rejection } from '../../shared/result.js';
import type { Reason } from '../domain/commands.js';
import { revocationBatchDecider, type ConfirmedRevocations } from '../domain/revocation-batch.js';
import { Records } from '../records.js';
import { Revocations, rowsOf, type Selection } from '../revocations.js';
import { LearnerDocuments } from '../views/learner-documents.js';
import { openedSchema } from '../views/open.js';
import { filterSchema, positionSchema } from './preview-revocations.js';
import { reasonSchema } from './reason.js';

const OPERATION = 'confirm-revocations';
/** After so many records it is asked again whether the key of the request still opens the door. */
export const RECORDS_PER_KEY_CHECK = 50;

export const confirmRevocationsSchema = z
  .strictObject({
    filter: filterSchema,
    digest: z.string().regex(/^[0-9a-f]{64}$/, 'Must be "digest" of the preview.'),
    position: positionSchema,
    reason: reasonSchema,
  })
  .meta({
    id: 'ConfirmRevocations',
    description:
      'Send the filter of the preview with its digest and position. After a failure send it again under the same key: it goes ' +
      'on with what was confirmed, and nothing is revoked twice.',
  });
type Confirmation = z.infer<typeof confirmRevocationsSchema>;

const rowSchema = z.object({
  learner: openedSchema.optional(),
  scheme: z.string(),
  cycle: z.int(),
  outcome: z.enum(['recorded', 'replayed', 'unchanged', 'refused']),
  step: z
    .enum(['revoked', 'proposed'])
    .optional()
    .meta({ description: 'proposed: a second person must revoke it, too, by a batch of their own or singly.' }),
  code: z.string().optional(),
  reason: z.string().optional(),
});
const answerSchema = z.object({
  counts: z.object({ revoked: z.int(), proposed: z.int(), refused: z.int() }),
  rows: z.array(rowSchema),
});
type BatchAnswer = z.infer<typeof answerSchema>;
type Row = ConfirmedRevocations['rows'][number];
type Outcome = Omit<BatchAnswer['rows'][number], 'learner'> & { readonly record: string };

export class ConfirmRevocations extends Command<BatchAnswer | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: Confirmation,
  ) {
    super();
  }
}

/** Pins what is revoked by one event, then revokes row by row under ids that derive from the request's, so that a repeat goes on. */
@CommandHandler(ConfirmRevocations)
export class ConfirmRevocationsHandler implements ICommandHandler<ConfirmRevocations> {
  constructor(
    private readonly ledger: Ledger,
    private readonly records: Records,
    private readonly revocations: Revocations,
    private readonly learners: LearnerDocuments,
  ) {}

  async execute({ write, body }: ConfirmRevocations): Promise<BatchAnswer | Rejection> {
    const { principal } = write;
    if (principal.actor.person === undefined)
      return reject('PERSON_REQUIRED', 'This decision needs a person. Use a key that is bound to one.');
    const rows = await this.pinned(write, body);
    if (isRejection(rows)) return rows as Rejection;
    const outcomes = await this.revoke(write, rows as readonly Row[], body.reason);
    const records = outcomes.map(({ record }) => record);
    const learners = await this.learners.among(principal, records);
    const shown = outcomes.map(async ({ record, ...outcome }) => {
      const learner = learners.get(record);
      return learner === undefined ? outcome : { learner: await this.learners.idOf(principal.organization, learner), ...outcome };
    });
    const count = (step: Outcome['step']): number => outcomes.filter((outcome) => outcome.step === step).length;
    const counts = { revoked: count('revoked'), proposed: count('proposed'), refused: count(undefined) };
    return { counts, rows: await Promise.all(shown) };
  }

  /** What this confirmation revokes: as it was pinned before or, the first time, as it was previewed. */
  private async pinned(write: WriteRequest, body: Confirmation): Promise<readonly Row[] | Rejection> {
    const { principal, idempotencyKey } = write;
    const { organization } = principal;
    const id = await this.ledger.keyRing.commandId(organization, revocationBatchDecider.kind, idempotencyKey);
    const stream = streamName(revocationBatchDecider.kind, organization, id);
    const { state } = await this.ledger.load(revocationBatchDecider, stream);
    const rows = state.rows ?? (await this.previewed(principal, body));
    if (isRejection(rows)) return rows as Rejection;
    const command = {
      filter: body.filter,
      digest: body.digest,
      rows: [...(rows as readonly Row[])],
      reasonCode: body.reason.code,
    };
    const signed: WriteRequest = { ...write, meaning: 'revoked' };
    const envelope = await envelopeOf(this.ledger.keyRing, signed, stream, OPERATION, body as JsonObject);
    const facts = async () => ({ facts: undefined });
    const receipt = await this.ledger.execute({ decider: revocationBatchDecider, stream, command, envelope, facts });
    // Where another request under the same key came first, it is what that one pinned.
    return isRejection(receipt) ? receipt : (await this.ledger.load(revocationBatchDecider, stream)).state.rows!;
  }

  private async previewed(principal: Principal, { filter, digest, position }: Confirmation): Promise<readonly Row[] | Rejection> {
    const found = await this.revocations.select(principal, filter, position);
    if (isRejection(found)) return found;
    const selection = found as Selection;
    if (selection.digest !== digest) return stale(selection);
    const rows = rowsOf(selection);
    return rows.length === 0
      ? reject('NOT_CERTIFIED', 'Nothing that matches can be revoked; the preview says why.', '/filter')
      : rows;
  }

  private async revoke(write: WriteRequest, rows: readonly Row[], reason: Reason): Promise<readonly Outcome[]> {
    const records = [...groupedByRecord(rows)];
    const outcomes: Outcome[] = [];
    let stands = true;
    for (let from = 0; from < records.length; from += RECORDS_PER_KEY_CHECK) {
      stands = stands && ((await write.principal.stands?.()) ?? true);
      const chunk = records.slice(from, from + RECORDS_PER_KEY_CHECK);
      const done = chunk.map((own) =>
        stands ? this.revokeIn(write, own, reason) : own.map((row) => refused(row, keyRevoked())),
      );
      outcomes.push(...(await Promise.all(done)).flat());
    }
    return outcomes;
  }

  /** Those of one record one after the other: the first only on the revision of the preview, which it then changes itself. */
  private async revokeIn(write: WriteRequest, rows: readonly Row[], reason: Reason): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const [index, row] of rows.entries()) {
      const { scheme, cycle, etag } = row;
      const own: WriteRequest = {
        ...write,
        idempotencyKey: { revocations: write.idempotencyKey, scheme, cycle },
        ifMatch: index === 0 ? etag : undefined,
        meaning: 'revoked',
      };
      const answer = await this.send(row, own, reason);
      outcomes.push(isRejection(answer) ? refused(row, answer) : await this.outcomeOf(row, answer));
    }
    return outcomes;
  }

  private async send({ record, scheme, cycle }: Row, write: WriteRequest, reason: Reason): Promise<Receipt | Rejection> {
    const command = { type: 'Revoke', scheme, cycle, reason } as const;
    try {
      return await this.records.executeOn(record, write, OPERATION, command, { scheme, cycle, reason: { ...reason } });
    } catch (error) {
      // A fault of the machine is no verdict on the row: the whole request is answered with it and can be repeated.
      if (!isLedgerError(error) || error.retryable) throw error;
      return reject(error.code, error.message);
    }
  }

  private async outcomeOf({ record, scheme, cycle }: Row, { outcome, revision }: Receipt): Promise<Outcome> {
    const [event] = await this.ledger.store.read(record, { from: revision, limit: 1 });
    return { record, scheme, cycle, outcome, step: event!.type === 'RevocationProposed' ? 'proposed' : 'revoked' };
  }
}

function groupedByRecord(rows: readonly Row[]): Iterable<readonly Row[]> {
  const grouped = new Map<string, Row[]>();
  for (const row of rows) grouped.set(row.record, [...(grouped.get(row.record) ?? []), row]);
  return grouped.values();
}

const refused = ({ record, scheme, cycle }: Row, { code, detail }: Rejection): Outcome => ({
  record,
  scheme,
  cycle,
  outcome: 'refused',
  code,
  reason: detail,
});

const keyRevoked = (): Rejection =>
  reject('KEY_REVOKED', 'The key was revoked or ran out while the batch was running. Send the rest with a key that stands.');

function stale({ changed }: Selection): Rejection {
  const what =
    changed.size === 0
      ? 'The definitions, the rules or who confirms are other ones than in the preview.'
      : `${changed.size} of the records in question ${changed.size === 1 ? 'was' : 'were'} written to since the preview.`;
  return reject('PREVIEW_STALE', `${what} Preview again with its position as "since", which marks what changed.`, '/digest');
}

@Controller('v1')
export class ConfirmRevocationsRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('revocations')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Revoke many certifications as they were previewed, each with an outcome of its own',
    tags: ['Learners'],
  })
  @Answers(answerSchema)
  route(
    @Write() write: WriteRequest,
    @Body({ schema: confirmRevocationsSchema }) body: Confirmation,
  ): Promise<BatchAnswer | Rejection> {
    if (write.ifMatch !== undefined)
      throw new ProblemException('INVALID_IF_MATCH', { detail: 'A batch has no single record to match.' });
    return this.commands.execute(new ConfirmRevocations(write, body));
  }
}
