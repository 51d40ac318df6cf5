import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { Definitions } from '../definitions.js';
import { organizationRules } from '../domain/events.js';

export const changeRulesSchema = z
  .strictObject({
    ...organizationRules,
    reviewAgesAfter: organizationRules.reviewAgesAfter.optional(),
    reviewEscalatesAfter: organizationRules.reviewEscalatesAfter.optional(),
  })
  .meta({ id: 'OrganizationRules' });
type Rules = z.infer<typeof changeRulesSchema>;

export class ChangeOrganizationRules extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly rules: Rules,
  ) {
    super();
  }
}

@CommandHandler(ChangeOrganizationRules)
export class ChangeOrganizationRulesHandler implements ICommandHandler<ChangeOrganizationRules> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, rules }: ChangeOrganizationRules): Promise<Receipt | Rejection> {
    return this.definitions.execute(write, 'change-organization-rules', { type: 'ChangeRules', rules }, rules as JsonObject);
  }
}

@Controller('v1')
export class ChangeOrganizationRulesRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('organization/rules')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Say how the organization decides where a scheme does not say otherwise', tags: ['Definitions'] })
  @Answers(receiptSchema)
  change(@Write() write: WriteRequest, @Body({ schema: changeRulesSchema }) rules: Rules): Promise<Receipt | Rejection> {
    return this.commands.execute(new ChangeOrganizationRules(write, rules));
  }
}
