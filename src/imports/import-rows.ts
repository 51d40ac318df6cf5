import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { roleFor, ruleOf, type Role } from '../access/published.js';
import { Definitions } from '../catalogue/services.js';
import { CurrentPrincipal, type AuthenticatedRequest, type Principal } from '../http/principal.js';
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
import { catalogueCommandOf, recordCommandOf } from './row-commands.js';
import { MEANINGS, routeOf } from './row-operations.js';
import { DATE_MISSING } from './row-parts.js';
import { submissionOf } from './submission-commands.js';
import { importRowsSchema, isLearnerRow, rowOutcomeSchema, rowSchema, type Row, type RowOutcome } from './rows.js';

const answerSchema = z.object({ rows: z.array(rowOutcomeSchema) });
type ImportRequest = z.infer<typeof importRowsSchema>;
type ImportAnswer = z.infer<typeof answerSchema>;

/** After so many rows it is asked again whether the key of the request still opens the door. */
export const ROWS_PER_KEY_CHECK = 100;
const KEY_REVOKED = 'The key was revoked or ran out while the batch was running. Send the rest with a key that stands.';

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
  readonly keyRing: KeyRing;
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
        : { definitions: this.definitions, records: this.records, keyRing: this.ledger.keyRing };
    const outcomes = new Array<RowOutcome>(request.rows.length);
    const lanes = new Map<string, Promise<void>>();
    let stands = true;
    for (const [index, raw] of request.rows.entries()) {
      if (index % ROWS_PER_KEY_CHECK === 0) {
        // What was sent under the key is settled before it is asked for again; a key that once fell stays fallen.
        await Promise.all(lanes.values());
        stands &&= (await principal.stands?.()) ?? true;
      }
      const parsed = rowSchema.safeParse(raw);
      if (!parsed.success) {
        outcomes[index] = invalid(raw, parsed.error);
        continue;
      }
      const row = parsed.data;
      if (!stands) {
        outcomes[index] = { row: row.row, outcome: 'refused', code: 'KEY_REVOKED', reason: KEY_REVOKED };
        continue;
      }
      const work = async (): Promise<void> => {
        outcomes[index] = await this.importRow(targets, principal, batch, correlationId, row, raw as JsonObject);
      };
      // Rows of one learner keep their order, learners run side by side; a definition waits for all before it.
      if (isLearnerRow(row)) {
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
    const acting = inRoleFor(row, principal);
    if (acting === undefined) {
      const reason = `Your key has no role for a row of kind ${row.kind}.`;
      return { row: id, outcome: 'refused', code: 'FORBIDDEN', reason, pointer: '/kind' };
    }
    const meaning = MEANINGS[row.kind];
    // The row's id enters the command id only, as an object that no caller's key (a text) can equal.
    const write: WriteRequest = {
      principal: acting,
      origin: { kind: 'import', source, batch },
      idempotencyKey: { source, row: id },
      correlationId,
      ...(meaning === undefined ? {} : { meaning }),
    };
    const { source: _, row: __, ...body } = raw;
    try {
      return outcomeOf(row, await this.send(targets, write, row, body));
    } catch (error) {
      if (error instanceof RehearsalFull)
        return { row: id, outcome: 'refused', code: 'REHEARSAL_FULL', reason: 'The dry run holds as much as it can.' };
      // A fault of the machine is no verdict on the row: the whole request is answered with it and can be repeated.
      if (!isLedgerError(error) || error.retryable) throw error;
      return { row: id, outcome: 'refused', code: error.code, reason: error.message };
    }
  }

  private async send(targets: Targets, write: WriteRequest, row: Row, body: JsonObject): Promise<Receipt | Rejection> {
    const { definitions, records, keyRing } = targets;
    const operation = `import-${row.kind}`;
    if (!isLearnerRow(row)) return definitions.execute(write, operation, catalogueCommandOf(row), body);
    if (row.kind === 'submission') return records.submitEvidence(write, row.learner, operation, submissionOf(row), body);
    const command =
      row.kind === 'person-binding'
        ? ({ type: 'BindToPerson', person: await keyRing.pseudonym(write.principal.organization, 'person', row.person) } as const)
        : recordCommandOf(row, this.ledger.clock.now());
    return records.execute(write, row.learner, operation, command, body);
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
    const targets = { definitions: new Definitions(ledger), records: this.records.over(ledger), keyRing };
    this.rehearsals.set(name, targets);
    return targets;
  }
}

/** Who imports acts in each row with the role that the row's own route would ask for, and with no other. */
function inRoleFor(row: Row, principal: Principal): Principal | undefined {
  const { actor, responsibility, roles } = principal;
  const held = (roles?.map(({ role }) => role) ?? [actor.role]) as Role[];
  const role = roleFor(ruleOf('POST', routeOf(row))!, held, responsibility !== undefined);
  return role === undefined ? undefined : { ...principal, actor: { ...actor, role } };
}

function outcomeOf(row: Row, answer: Receipt | Rejection): RowOutcome {
  if (!isRejection(answer)) return { row: row.row, outcome: answer.outcome };
  const { code, detail: reason, pointer } = answer;
  const place = pointer === undefined ? {} : { pointer: placeInRow(row, pointer) };
  return { row: row.row, outcome: 'refused', code, reason, ...place };
}

/** A command knows one effective time where a row has a field for an instant and one for a date, and a kind that is not the row's. */
function placeInRow(row: Row, pointer: string): string {
  if (pointer === '/kind' && row.kind === 'activity') return '/activityKind';
  if (row.kind === 'submission') {
    if (pointer === '/kind') return '/evidenceKind';
    if (pointer === '/submitted') return `/${fieldOf(row, SUBMITTED_FIELD)}`;
  }
  if (pointer !== '/effective') return pointer;
  return `/${fieldOf(row, TIME_FIELD)}`;
}
const fieldOf = (row: Row, pattern: RegExp): string => Object.keys(row).find((name) => pattern.test(name)) ?? '';
const TIME_FIELD = /^(enrolled|withdrawn|reported|completed|issued|checked|assigned|started|approved|awarded|opened)(At|On)$/;
const SUBMITTED_FIELD = /^submitted(At|On)$/;

function invalid(raw: unknown, error: z.ZodError): RowOutcome {
  const id = (raw as { row?: unknown } | null)?.row;
  const [first] = error.issues;
  const places = error.issues.slice(0, 5).map(({ path, message }) => `${path.length === 0 ? 'row' : path.join('.')}: ${message}`);
  const missing = error.issues.every((issue) => issue.code === 'custom' && issue.params === DATE_MISSING);
  return {
    row: typeof id === 'string' ? id : null,
    outcome: 'refused',
    code: missing ? DATE_MISSING.code : 'ROW_INVALID',
    reason: places.join(' '),
    pointer: pointerOf(first!.path),
  };
}

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

@Controller('v1')
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
