import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, minPositionParameter } from '../../http/reading.js';
import { Ledger } from '../../ledger/ledger.js';
import { Projections } from '../../projections/projections.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { accountStream } from '../accounts.js';
import { creditAccount, NO_ACCOUNT, type AccountDocument } from './credit-account.projection.js';
import { creditEntries } from './credit-entries.projection.js';
import { accountAsked, balancesSchema, entriesOfAccount, organizationParameter, sumOf } from './entries-of-account.js';

const querySchema = z.strictObject({
  organization: organizationParameter,
  at: z
    .string()
    .max(40)
    .optional()
    .meta({ description: 'The position of a receipt or of an entry: the balance as it was there. Now unless told.' }),
  minPosition: minPositionParameter,
});
type BalanceQuery = z.infer<typeof querySchema>;

const answerSchema = z.object({
  organization: z.string(),
  ...balancesSchema.shape,
  at: z.string().optional(),
  threshold: z.int().optional().meta({ description: 'Below it the balance is low; only of the present.' }),
  low: z.boolean().optional(),
  etag: z.int().optional(),
});
type BalanceAnswer = z.infer<typeof answerSchema>;

export class ShowBalance extends CqrsQuery<BalanceAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly query: BalanceQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowBalance)
export class ShowBalanceHandler implements IQueryHandler<ShowBalance> {
  constructor(
    private readonly ledger: Ledger,
    private readonly projections: Projections,
  ) {}

  async execute({ principal, query }: ShowBalance): Promise<BalanceAnswer | Rejection> {
    const { at, minPosition } = query;
    const organization = await accountAsked(this.ledger, principal, query.organization);
    if (isRejection(organization)) return organization;
    if (at !== undefined) {
      await awaitReadModel(this.projections, creditEntries.name, at);
      const entries = await entriesOfAccount(this.projections, organization);
      return { organization, ...sumOf(entries.filter(({ position }) => position <= at)), at };
    }
    await awaitReadModel(this.projections, creditAccount.name, minPosition);
    const document = await this.projections.get(creditAccount.name, accountStream(organization));
    const { balances, threshold, low, etag } = (document?.body as unknown as AccountDocument | undefined) ?? NO_ACCOUNT;
    return { organization, ...balances, threshold, low, etag };
  }
}

@Controller('v1')
export class ShowBalanceRoute {
  constructor(private readonly queries: QueryBus) {}

  @Get('credits')
  @ApiOperation({ summary: 'The credits of an organization, now or at a position of the log', tags: ['Credits'] })
  @Answers(answerSchema)
  show(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: BalanceQuery,
  ): Promise<BalanceAnswer | Rejection> {
    return this.queries.execute(new ShowBalance(principal, query));
  }
}
