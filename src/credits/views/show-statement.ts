import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { ProblemException } from '../../http/problems.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Ledger } from '../../ledger/ledger.js';
import { EventFeed } from '../../ledger/ports/event-store.js';
import { Projections } from '../../projections/projections.js';
import { dateAt } from '../../shared/calendar.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { isoDate, isoInstant, timeZone } from '../../shared/text.js';
import { ACCOUNTS } from '../domain/entries.js';
import { creditEntries } from './credit-entries.projection.js';
import { accountAsked, balancesSchema, entriesOfAccount, organizationParameter } from './entries-of-account.js';
import { reasonShown, shownReason, whoSchema } from './shown-reason.js';
import { statementOf, type StatementLine } from './statement.js';

const querySchema = z
  .strictObject({
    organization: organizationParameter,
    from: isoDate.meta({ description: 'The first day of recording.' }),
    to: isoDate.meta({ description: 'The last day, inclusive.' }),
    zone: timeZone.default('UTC').meta({ description: 'The time zone of the days; UTC unless told.' }),
    limit: limitParameter,
    cursor: cursorParameter,
    minPosition: minPositionParameter,
  })
  .refine(({ from, to }) => from <= to, { message: 'Must not be before from.', path: ['to'] });
type StatementQuery = z.infer<typeof querySchema>;

const itemSchema = z.object({
  revision: z.int(),
  position: z.string(),
  event: z.uuid(),
  what: z.string(),
  recordedAt: isoInstant,
  who: whoSchema,
  entries: z.array(z.object({ account: z.enum(ACCOUNTS), credits: z.int() })).meta({ description: 'They sum to zero.' }),
  available: z.int().meta({ description: 'After this entry.' }),
  reference: z.string().optional(),
  batch: z.uuid().optional(),
  settlement: z.int().optional(),
  adjustment: z.int().optional(),
  reason: reasonShown.optional(),
});
type Item = z.infer<typeof itemSchema>;
const answerSchema = z.object({
  organization: z.string(),
  from: isoDate,
  to: isoDate,
  zone: z.string(),
  opening: balancesSchema,
  items: z.array(itemSchema),
  closing: balancesSchema,
  next: z.string().optional(),
});
type StatementAnswer = z.infer<typeof answerSchema>;

export class ShowStatement extends CqrsQuery<StatementAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly query: StatementQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowStatement)
export class ShowStatementHandler implements IQueryHandler<ShowStatement> {
  constructor(
    private readonly ledger: Ledger,
    private readonly projections: Projections,
    private readonly feed: EventFeed,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, query }: ShowStatement): Promise<StatementAnswer | Rejection> {
    const { from, to, zone, cursor, limit = PAGE_DEFAULT } = query;
    const organization = await accountAsked(this.ledger, principal, query.organization);
    if (isRejection(organization)) return organization;
    await awaitReadModel(this.projections, creditEntries.name, query.minPosition);
    await awaitReadModel(this.projections, creditEntries.name, await this.feed.end());
    const all = await entriesOfAccount(this.projections, organization);
    const place = cursor === undefined ? { after: -1, end: all.at(-1)?.revision ?? -1 } : placeOf(cursor);
    const known = all.filter(({ revision }) => revision <= place.end);
    const { opening, lines, closing } = statementOf(known, (instant) => dateAt(instant, zone), { from, to });
    const left = lines.filter(({ document }) => document.revision > place.after);
    const shown = left.slice(0, limit);
    const items = await Promise.all(shown.map((line) => this.item(organization, line)));
    const more = left.length > limit ? { next: `${shown.at(-1)!.document.revision}.${place.end}` } : {};
    return { organization, from, to, zone, opening, items, closing, ...more };
  }

  private async item(organization: string, { document, after }: StatementLine): Promise<Item> {
    const { account: _, reasonCode: code, reason: text, ...rest } = document;
    const isReasoned = code !== undefined && text !== undefined;
    return {
      ...rest,
      who: { ...document.who },
      entries: [...document.entries],
      available: after.available,
      ...(isReasoned ? { reason: await shownReason(this.keyRing, organization, { code, text }) } : {}),
    };
  }
}

/** Where a page goes on, and the end of the statement as it was on the first page, so that all pages are of one statement. */
function placeOf(cursor: string): { readonly after: number; readonly end: number } {
  const [, after, end] = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (after === undefined || end === undefined) throw new ProblemException('INVALID_CURSOR');
  return { after: Number(after), end: Number(end) };
}

@Controller('v1')
export class ShowStatementRoute {
  constructor(private readonly queries: QueryBus) {}

  @Get('credits/statement')
  @ApiOperation({ summary: 'What moved credits between two days, with opening and closing balance', tags: ['Credits'] })
  @Answers(answerSchema)
  show(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: StatementQuery,
  ): Promise<StatementAnswer | Rejection> {
    return this.queries.execute(new ShowStatement(principal, query));
  }
}
