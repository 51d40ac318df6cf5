import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { reasonSchema } from '../../shared/text.js';
import { Access } from '../access.js';
import { keyId } from './issue-key.js';

export const revokeKeySchema = z.strictObject({ reason: reasonSchema.partial({ text: true }) }).meta({ id: 'RevokeKey' });
export type KeyRevocation = z.infer<typeof revokeKeySchema>;

export class RevokeKey extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly key: string,
    readonly body: KeyRevocation,
  ) {
    super();
  }
}

@CommandHandler(RevokeKey)
export class RevokeKeyHandler implements ICommandHandler<RevokeKey> {
  constructor(private readonly access: Access) {}

  async execute({ write, key, body }: RevokeKey): Promise<Receipt | Rejection> {
    const target = await this.access.keyTarget(write, key, 'revoke-key', body as JsonObject);
    return this.access.onKey(target, { type: 'RevokeKey', subject: uuidv4(), reason: body.reason }, key);
  }
}

@Controller('v1')
export class RevokeKeyRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('keys/:key/revocation')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Revoke a key: it opens nothing from now on, and cannot be brought back', tags: ['Access'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('key', { schema: keyId }) key: string,
    @Body({ schema: revokeKeySchema }) body: KeyRevocation,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new RevokeKey(write, key, body));
  }
}
