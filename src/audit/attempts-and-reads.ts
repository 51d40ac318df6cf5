import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../http/reading.js';
import { KeyRing } from '../ledger/key-ring.js';
import { Projections } from '../projections/projections.js';
import { instantAt, instantMilliseconds } from '../shared/calendar.js';
import { callerId, isoInstant } from '../shared/text.js';
import { attemptsAndReads, type Trail, type TrailDocument } from './attempts-and-reads.projection.js';

const paging = {
  from: isoInstant.optional().meta({ description: 'The first instant of recording to list.' }),
  to: isoInstant.optional().meta({ description: 'The last one, inclusive.' }),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
};
const actor = z
  .string()
  .regex(/^[0-9a-f]{64}$|^[a-z0-9-]{1,53}$/, 'Must be the "person" of a "who", or its "key" where it has none.')
  .optional()
  .meta({ description: 'The "person" of a "who", or its "key" where no person stands behind it.' });
const person = callerId.optional().meta({
  description:
    'Instead of "actor": your own id of the person who acted. Whoever came by a grant from elsewhere is found by "actor" only.',
});
const code = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'Must be a code of docs/errors.md, for example FOUR_EYES.')
  .optional();
const isNamedOnce = ({ actor, person }: { actor?: unknown; person?: unknown }): boolean =>
  actor === undefined || person === undefined;
const NAMED_TWICE = { message: 'Give either actor or person, not both.', path: ['person'] };
const attemptsQuery = z.strictObject({ code, actor, person, ...paging }).refine(isNamedOnce, NAMED_TWICE);
const fourEyesQuery = z.strictObject({ actor, person, ...paging }).refine(isNamedOnce, NAMED_TWICE);
const readsQuery = z.strictObject({ actor, person, ...paging }).refine(isNamedOnce, NAMED_TWICE);

const read = z.object({
  position: z.string(),
  event: z.uuid(),
  who: z.looseObject({ key: z.string(), role: z.string(), person: z.string().optional() }),
  recordedAt: isoInstant,
  operation: z.string(),
  target: z.string().optional(),
});
const attempt = read.extend({
  code: z.string(),
  count: z
    .int()
    .meta({ description: "The actor's refusals on that day until then, those without an entry of their own included." }),
  rows: z.record(z.string(), z.int()).optional().meta({ description: 'Of a batch: refused rows by code.' }),
});
const attemptsAnswer = z.object({ items: z.array(attempt), next: z.string().optional() });
const readsAnswer = z.object({ items: z.array(read), next: z.string().optional() });
type AttemptsAnswer = z.infer<typeof attemptsAnswer>;
type ReadsAnswer = z.infer<typeof readsAnswer>;

export class ListAttempts extends CqrsQuery<AttemptsAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: z.infer<typeof attemptsQuery>,
  ) {
    super();
  }
}

export class ListReads extends CqrsQuery<ReadsAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: z.infer<typeof readsQuery>,
  ) {
    super();
  }
}

@QueryHandler(ListAttempts)
export class ListAttemptsHandler implements IQueryHandler<ListAttempts> {
  constructor(
    readonly projections: Projections,
    readonly keyRing: KeyRing,
  ) {}

  execute({ principal, query }: ListAttempts): Promise<AttemptsAnswer> {
    return page(this, principal, 'attempts', query, attempt);
  }
}

@QueryHandler(ListReads)
export class ListReadsHandler implements IQueryHandler<ListReads> {
  constructor(
    readonly projections: Projections,
    readonly keyRing: KeyRing,
  ) {}

  execute({ principal, query }: ListReads): Promise<ReadsAnswer> {
    return page(this, principal, 'reads', query, read);
  }
}

/** A page in the order of recording, narrowed by what was asked for. */
async function page<Item extends z.ZodObject>(
  { projections, keyRing }: { readonly projections: Projections; readonly keyRing: KeyRing },
  { organization }: Principal,
  trail: Trail,
  { person, ...asked }: z.infer<typeof attemptsQuery>,
  item: Item,
): Promise<{ items: z.infer<Item>[]; next?: string }> {
  await awaitReadModel(projections, attemptsAndReads.name, asked.minPosition);
  const query = person === undefined ? asked : { ...asked, actor: await keyRing.pseudonym(organization, 'person', person) };
  const narrowed = (['code', 'actor'] as const).flatMap((field) => (query[field] === undefined ? [] : [query[field]]));
  const { documents, next } = await projections.find(attemptsAndReads.name, {
    index:
      query.code === undefined
        ? query.actor === undefined
          ? 'byTime'
          : 'byActor'
        : query.actor === undefined
          ? 'byCode'
          : 'byCodeAndActor',
    equals: [organization, trail, ...narrowed],
    // Instants are recorded in UTC with milliseconds, and as such they compare as texts.
    ...(query.from === undefined ? {} : { from: instantAt(instantMilliseconds(query.from)) }),
    ...(query.to === undefined ? {} : { to: instantAt(instantMilliseconds(query.to)) }),
    after: query.cursor,
    limit: query.limit ?? PAGE_DEFAULT,
  });
  const items = documents.map(({ body }) => item.parse(body as unknown as TrailDocument));
  return { items, ...(next === undefined ? {} : { next }) };
}

@Controller('v1/audit')
export class AttemptsAndReadsRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('attempts')
  @ApiOperation({
    summary: 'What authenticated callers were refused: who, when, which operation, under which code',
    tags: ['Audit'],
  })
  @Answers(attemptsAnswer)
  attempts(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: attemptsQuery }) query: z.infer<typeof attemptsQuery>,
  ): Promise<AttemptsAnswer> {
    return this.queries.execute(new ListAttempts(principal, query));
  }

  @Get('four-eyes')
  @ApiOperation({ summary: 'Every attempt to approve what only somebody else may approve', tags: ['Audit'] })
  @Answers(attemptsAnswer)
  fourEyes(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: fourEyesQuery }) query: z.infer<typeof fourEyesQuery>,
  ): Promise<AttemptsAnswer> {
    return this.queries.execute(new ListAttempts(principal, { ...query, code: 'FOUR_EYES' }));
  }

  @Get('reads')
  @ApiOperation({ summary: 'What auditors read and who exported: who, when, which operation', tags: ['Audit'] })
  @Answers(readsAnswer)
  reads(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: readsQuery }) query: z.infer<typeof readsQuery>,
  ): Promise<ReadsAnswer> {
    return this.queries.execute(new ListReads(principal, query));
  }
}
