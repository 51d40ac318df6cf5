import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { callerId, isoInstant } from '../../shared/text.js';
import { Access } from '../access.js';
import { ROLES } from '../domain/roles.js';

const NO_END = 'A lent role needs an end, or it would be a role for ever: give "until" as an instant after "from".';
/** When a lent role begins and ends; the end is exclusive. */
export const periodSchema = {
  from: isoInstant,
  until: z.string({ error: ({ input }) => (input === undefined ? NO_END : undefined) }).pipe(isoInstant),
};
export const delegateRoleSchema = z.strictObject({ role: z.enum(ROLES), ...periodSchema }).meta({ id: 'DelegateRole' });
export type DelegationRequest = z.infer<typeof delegateRoleSchema>;

const answerSchema = receiptSchema.extend({ delegation: z.uuid() });
export type DelegationAnswer = Receipt & { readonly delegation: string };

export class DelegateRole extends Command<DelegationAnswer | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly person: string,
    readonly body: DelegationRequest,
  ) {
    super();
  }
}

@CommandHandler(DelegateRole)
export class DelegateRoleHandler implements ICommandHandler<DelegateRole> {
  constructor(private readonly access: Access) {}

  async execute({ write, person, body }: DelegateRole): Promise<DelegationAnswer | Rejection> {
    const target = await this.access.personTarget(write, person, 'delegate-role', body);
    const delegation = target.envelope.commandId;
    const outcome = await this.access.onPerson(target, { type: 'DelegateRole', delegation, ...body }, person);
    return isRejection(outcome) ? outcome : { ...outcome, delegation };
  }
}

@Controller('v1')
export class DelegateRoleRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('persons/:person/delegations')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Lend a role to a person between two instants; the second is exclusive', tags: ['Access'] })
  @Answers(answerSchema)
  route(
    @Write() write: WriteRequest,
    @Param('person', { schema: callerId }) person: string,
    @Body({ schema: delegateRoleSchema }) body: DelegationRequest,
  ): Promise<DelegationAnswer | Rejection> {
    return this.commands.execute(new DelegateRole(write, person, body));
  }
}
