import { Controller, Get, Query, Res } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Export } from '../http/audit-trail.js';
import { ProblemException } from '../http/problems.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import type { StoredEvent } from '../ledger/envelope.js';
import { EventFeed } from '../ledger/ports/event-store.js';
import { parsePosition } from '../ledger/position.js';
import { parseStreamName } from '../ledger/stream-name.js';

export const EXPORT_PAGE_MAX = 1_000;
/** A page ends with the event that reaches this many characters of data, so that large events make small pages. */
export const EXPORT_PAGE_CHARACTERS_MAX = 4_000_000;
const querySchema = z.strictObject({
  after: z.string().max(40).optional().meta({ description: 'The position of the last line that you have.' }),
});

export interface ExportPage {
  readonly events: readonly StoredEvent[];
  /** Where to go on; the same as asked when the end was reached. */
  readonly next: string | undefined;
  readonly end: boolean;
}

export class ExportEvents extends CqrsQuery<ExportPage> {
  constructor(
    readonly principal: Principal,
    readonly after: string | undefined,
  ) {
    super();
  }
}

/** The organization's events as they are stored, sealed values still sealed, straight from the log. */
@QueryHandler(ExportEvents)
export class ExportEventsHandler implements IQueryHandler<ExportEvents> {
  constructor(private readonly feed: EventFeed) {}

  async execute({ principal, after }: ExportEvents): Promise<ExportPage> {
    const stopping = new AbortController();
    const events: StoredEvent[] = [];
    let next = after;
    let end = false;
    let characters = 0;
    for await (const item of this.feed.open({ after, signal: stopping.signal })) {
      next = item.kind === 'event' ? item.event.position : item.position;
      if (item.kind === 'event' && parseStreamName(item.event.stream).organization === principal.organization) {
        events.push(item.event);
        characters += JSON.stringify(item.event.data).length;
      }
      end = item.kind === 'caught-up';
      if (end || events.length >= EXPORT_PAGE_MAX || characters >= EXPORT_PAGE_CHARACTERS_MAX) break;
    }
    stopping.abort();
    return { events, next, end };
  }
}

@Controller('v1')
export class ExportRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('events')
  @Export()
  @ApiOperation({
    summary: 'The stored events in order, as NDJSON pages; go on after "certledger-next" until "certledger-end" is true',
    tags: ['Audit'],
  })
  @ApiOkResponse({ description: 'One event a line.', content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  async export(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) { after }: z.infer<typeof querySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    if (after !== undefined && parsePosition(after) === undefined) throw new ProblemException('INVALID_POSITION');
    const page = await this.queries.execute(new ExportEvents(principal, after));
    void reply
      .header('content-type', 'application/x-ndjson')
      .header('certledger-next', page.next ?? '')
      .header('certledger-end', String(page.end));
    return page.events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
}
