import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { LRUCache } from 'lru-cache';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { Definitions, withPartySubject } from '../catalogue/services.js';
import { CurrentPrincipal, Roles, type AuthenticatedRequest, type Principal } from '../http/principal.js';
import { Answers } from '../http/openapi.js';
import { ProblemException } from '../http/problems.js';
import type { WriteRequest } from '../http/write-request.js';
import { isLedgerError } from '../ledger/errors.js';
import { KeyRing } from '../ledger/key-ring.js';
import { Ledger } from '../ledger/ledger.js';
import { Keys } from '../ledger/ports/keys.js';
import type { Receipt } from '../ledger/receipt.js';
import { Records } from '../record/published.js';
import type { JsonObject } from '../shared/json.js';
import { isRejection, type Rejection } from '../shared/result.js';
import { definitionId } from '../shared/text.js';
import { MasterKey } from '../ledger/master-key.js';
import { RehearsalEventStore, RehearsalFull, RehearsalKeys } from './rehearsal.js';
import { importRowsSchema, rowOutcomeSchema, rowSchema, type Row, type RowOutcome } from './rows.js';

const answerSchema = z.object({ rows: z.array(rowOutcomeSchema) });
type ImportRequest = z.infer<typeof importRowsSchema>;
type ImportAnswer = z.infer<typeof answerSchema>;

/** How many dry runs are remembered at once, and for how long after their last request. */
const REHEARSALS_MAX = 4;
const REHEARSAL_MILLISECONDS = 10 * 60_000;

export class ImportRows extends Command<ImportAnswer> {
  constructor(
    readonly principal: Principal,
    readonly batch: string,
    readonly correlationId: string,
    readonly request: ImportRequest,
  ) {
    super();
  }
}

interface Targets {
  readonly definitions: Definitions;
  readonly records: Records;
}

/** Rows go the same way as single commands; their ids derive from source system and row id, so a file may be sent again. */
@CommandHandler(ImportRows)
export class ImportRowsHandler implements ICommandHandler<ImportRows> {
  private readonly rehearsals = new LRUCache<string, Targets>({
    max: REHEARSALS_MAX,
    ttl: REHEARSAL_MILLISECONDS,
    updateAgeOnGet: true,
  });

  constructor(
    private readonly ledger: Ledger,
    private readonly keys: Keys,
    private readonly master: MasterKey,
    private readonly definitions: Definitions,
    private readonly records: Records,
  ) {}

  async execute({ principal, batch, correlationId, request }: ImportRows): Promise<ImportAnswer> {
    const targets =
      request.dryRun !== undefined
        ? this.rehearsal(principal.organization, request.dryRun)
        : { definitions: this.definitions, records: this.records };
    const outcomes = new Array<RowOutcome>(request.rows.length);
    const lanes = new Map<string, Promise<void>>();
    for (const [index, raw] of request.rows.entries()) {
      const parsed = rowSchema.safeParse(raw);
      if (!parsed.success) {
        outcomes[index] = invalid(raw, parsed.error);
        continue;
      }
      const row = parsed.data;
      const work = async (): Promise<void> => {
        outcomes[index] = await this.importRow(targets, principal, batch, correlationId, row, raw as JsonObject);
      };
      // Rows of one learner keep their order, learners run side by side; a definition waits for all before it.
      if (row.kind === 'learner' || row.kind === 'completion') {
        lanes.set(row.learner, (lanes.get(row.learner) ?? Promise.resolve()).then(work));
      } else {
        await Promise.all(lanes.values());
        await work();
      }
    }
    await Promise.all(lanes.values());
    return { rows: outcomes };
  }

  private async importRow(
    targets: Targets,
    principal: Principal,
    batch: string,
    correlationId: string,
    row: Row,
    raw: JsonObject,
  ): Promise<RowOutcome> {
    const { source, row: id } = row;
    // The row's id enters the command id only, as an object that no caller's key (a text) can equal.
    const write: WriteRequest = {
      principal,
      origin: { kind: 'import', source, batch },
      idempotencyKey: { source, row: id },
      correlationId,
    };
    const { source: _, row: __, ...body } = raw;
    try {
      return outcomeOf(id, await this.send(targets, write, row, body));
    } catch (error) {
      if (error instanceof RehearsalFull)
        return { row: id, outcome: 'refused', code: 'REHEARSAL_FULL', reason: 'The dry run holds as much as it can.' };
      // A fault of the machine is no verdict on the row: the whole request is answered with it and can be repeated.
      if (!isLedgerError(error) || error.retryable) throw error;
      return { row: id, outcome: 'refused', code: error.code, reason: error.message };
    }
  }

  private send({ definitions, records }: Targets, write: WriteRequest, row: Row, body: JsonObject): Promise<Receipt | Rejection> {
    switch (row.kind) {
      case 'course': {
        const { kind: _, source: __, row: ___, ...course } = row;
        return definitions.execute(write, 'import-course', { type: 'DefineCourse', course: withPartySubject(course) }, body);
      }
      case 'scheme': {
        const { kind: _, source: __, row: ___, validity, ...scheme } = row;
        const period = validity === 'perpetual' ? ({ perpetual: true } as const) : { duration: validity };
        return definitions.execute(
          write,
          'import-scheme',
          { type: 'DefineScheme', scheme: { ...scheme, validity: period, award: 'automatic' } },
          body,
        );
      }
      case 'learner': {
        const { learner, name, contact } = row;
        return records.execute(
          write,
          learner,
          'import-learner',
          { type: 'RegisterLearner', subject: uuidv4(), learner, name, contact },
          body,
        );
      }
      case 'completion': {
        const { learner, course, completedAt, completedOn, grade, honours } = row;
        const effective = completedAt === undefined ? { date: completedOn! } : { instant: completedAt };
        return records.execute(
          write,
          learner,
          'import-completion',
          { type: 'CompleteCourse', course, effective, grade, honours },
          body,
        );
      }
    }
  }

  private rehearsal(organization: string, run: string): Targets {
    const name = `${organization} ${run}`;
    const known = this.rehearsals.get(name);
    if (known !== undefined) return known;
    const keyRing = new KeyRing(new RehearsalKeys(this.keys), this.master.bytes);
    const ledger = new Ledger(
      new RehearsalEventStore(this.ledger.store),
      this.ledger.codec.with(keyRing),
      keyRing,
      this.ledger.clock,
    );
    const targets = { definitions: new Definitions(ledger), records: new Records(ledger) };
    this.rehearsals.set(name, targets);
    return targets;
  }
}

function outcomeOf(row: string, answer: Receipt | Rejection): RowOutcome {
  return isRejection(answer)
    ? { row, outcome: 'refused', code: answer.code, reason: answer.detail }
    : { row, outcome: answer.outcome };
}

function invalid(raw: unknown, error: z.ZodError): RowOutcome {
  const id = (raw as { row?: unknown } | null)?.row;
  const places = error.issues.slice(0, 5).map(({ path, message }) => `${path.length === 0 ? 'row' : path.join('.')}: ${message}`);
  return { row: typeof id === 'string' ? id : null, outcome: 'refused', code: 'ROW_INVALID', reason: places.join(' ') };
}

@Controller('v1')
@Roles('admin')
export class ImportRowsRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('imports/:batch/rows')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Import rows of one batch, each with its own outcome; no Idempotency-Key, as every row carries its own id',
    tags: ['Import'],
  })
  @Answers(answerSchema)
  route(
    @CurrentPrincipal() principal: Principal,
    @Param('batch', { schema: definitionId }) batch: string,
    @Body({ schema: importRowsSchema }) body: ImportRequest,
    @Req() request: AuthenticatedRequest,
  ): Promise<ImportAnswer> {
    if (request.headers['if-match'] !== undefined)
      throw new ProblemException('INVALID_IF_MATCH', { detail: 'An import has no single record to match.' });
    return this.commands.execute(new ImportRows(principal, batch, request.id, body));
  }
}
