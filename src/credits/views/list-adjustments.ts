import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, minPositionParameter } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Ledger } from '../../ledger/ledger.js';
import { Projections } from '../../projections/projections.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { isoInstant } from '../../shared/text.js';
import { accountStream } from '../accounts.js';
import { creditAccount, NO_ACCOUNT, type AccountDocument } from './credit-account.projection.js';
import { accountAsked, organizationParameter } from './entries-of-account.js';
import { reasonShown, shownReason, whoSchema } from './shown-reason.js';

const querySchema = z.strictObject({ organization: organizationParameter, minPosition: minPositionParameter });
type AdjustmentsQuery = z.infer<typeof querySchema>;

const itemSchema = z.object({
  adjustment: z.int(),
  credits: z.int().meta({ description: 'Below zero takes credits away.' }),
  since: isoInstant,
  who: whoSchema,
  reason: reasonShown,
});
const answerSchema = z.object({ organization: z.string(), items: z.array(itemSchema) });
type AdjustmentsAnswer = z.infer<typeof answerSchema>;

export class ListAdjustments extends CqrsQuery<AdjustmentsAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly query: AdjustmentsQuery,
  ) {
    super();
  }
}

@QueryHandler(ListAdjustments)
export class ListAdjustmentsHandler implements IQueryHandler<ListAdjustments> {
  constructor(
    private readonly ledger: Ledger,
    private readonly projections: Projections,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ principal, query }: ListAdjustments): Promise<AdjustmentsAnswer | Rejection> {
    const organization = await accountAsked(this.ledger, principal, query.organization);
    if (isRejection(organization)) return organization;
    await awaitReadModel(this.projections, creditAccount.name, query.minPosition);
    const document = await this.projections.get(creditAccount.name, accountStream(organization));
    const { pending } = (document?.body as unknown as AccountDocument | undefined) ?? NO_ACCOUNT;
    const items = pending.map(async ({ adjustment, credits, since, who, reasonCode, reason }) => ({
      adjustment,
      credits,
      since,
      who: { ...who },
      reason: await shownReason(this.keyRing, organization, { code: reasonCode, text: reason }),
    }));
    return { organization, items: await Promise.all(items) };
  }
}

@Controller('v1')
export class ListAdjustmentsRoute {
  constructor(private readonly queries: QueryBus) {}

  @Get('credits/adjustments')
  @ApiOperation({ summary: 'The adjustments of an account that wait for a second person', tags: ['Credits'] })
  @Answers(answerSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: AdjustmentsQuery,
  ): Promise<AdjustmentsAnswer | Rejection> {
    return this.queries.execute(new ListAdjustments(principal, query));
  }
}
