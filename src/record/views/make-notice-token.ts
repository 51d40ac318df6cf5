import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { latest } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Clock } from '../../ledger/ports/clock.js';
import { instantAt, instantMilliseconds } from '../../shared/calendar.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { callerId, definitionId, isoInstant } from '../../shared/text.js';
import { schemeUnknown } from '../domain/circumstances.js';
import { closedBy, renewable } from '../domain/renewals.js';
import { standingOf } from '../domain/state.js';
import { makeNoticeToken } from '../notice-tokens.js';
import { Records } from '../records.js';

const DAY_MILLISECONDS = 86_400_000;
export const NOTICE_DAYS_DEFAULT = 90;
export const NOTICE_DAYS_MAX = 400;

export const noticeTokenSchema = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(NOTICE_DAYS_MAX)
      .optional()
      .meta({ description: `For how many days its link can be used; ${NOTICE_DAYS_DEFAULT} unless told.` }),
  })
  .meta({ id: 'MakeNoticeToken', description: 'A secret for one use: whoever holds it renews nothing but this certification.' });
const answerSchema = z.object({ token: z.string(), scheme: z.string(), cycle: z.int(), expires: isoInstant });
type NoticeToken = z.infer<typeof answerSchema>;

export class MakeNoticeToken extends CqrsQuery<NoticeToken | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly scheme: string,
    readonly body: z.infer<typeof noticeTokenSchema>,
  ) {
    super();
  }
}

/** Makes the secret of a notice's link and records nothing: that it was used stands in the renewal that it opens. */
@QueryHandler(MakeNoticeToken)
export class MakeNoticeTokenHandler implements IQueryHandler<MakeNoticeToken> {
  constructor(
    private readonly records: Records,
    private readonly catalogue: CatalogueFacts,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, learner, scheme, body }: MakeNoticeToken): Promise<NoticeToken | Rejection> {
    const { organization } = principal;
    const found = await this.records.recordInReach(principal, learner);
    if (isRejection(found)) return found as Rejection;
    const { facts } = await this.catalogue.read(organization);
    const newest = latest(facts.schemes, scheme);
    if (newest === undefined) return schemeUnknown();
    const renewed = renewable(standingOf(found.state, scheme), newest, facts);
    if (isRejection(renewed)) return renewed as Rejection;
    const now = instantMilliseconds(this.clock.now());
    const closed = closedBy(renewed.time, now);
    if (closed !== undefined) return closed;
    const { number: cycle } = renewed.cycle;
    const { days = NOTICE_DAYS_DEFAULT } = body;
    const expires = instantAt(now + days * DAY_MILLISECONDS);
    const token = await makeNoticeToken(this.keyRing, organization, { record: found.stream, scheme, cycle, expires });
    return { token, scheme, cycle, expires };
  }
}

@Controller('v1')
export class MakeNoticeTokenRoute {
  constructor(private readonly queries: QueryBus) {}

  @Post('learners/:learner/schemes/:scheme/notice-tokens')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make the secret of the link by which a learner renews; records nothing', tags: ['Learners'] })
  @Answers(answerSchema)
  route(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: noticeTokenSchema }) body: z.infer<typeof noticeTokenSchema>,
  ): Promise<NoticeToken | Rejection> {
    return this.queries.execute(new MakeNoticeToken(principal, learner, scheme, body));
  }
}
