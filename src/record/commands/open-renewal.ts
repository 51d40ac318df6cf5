import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { KeyRing } from '../../ledger/key-ring.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective } from '../../shared/text.js';
import type { RenewalIntent } from '../domain/renewal-commands.js';
import { NOTICE_TOKEN_CHARACTERS_MAX, readNoticeToken } from '../notice-tokens.js';
import { Records } from '../records.js';
import { ALTERNATIVE_CHARACTERS_MAX } from '../domain/certification-events.js';
import { reasonSchema } from './reason.js';

const ONE_WAY = 'Must be opened by a notice or, with a reason, by an administrator, not by both.';

export const openRenewalSchema = z
  .strictObject({
    alternative: z.string().min(1).max(ALTERNATIVE_CHARACTERS_MAX).optional().meta({
      description: 'JSON Pointer of what the learner chose, as the status shows it; absent: any of the alternatives renews it.',
    }),
    effective: effective.optional().meta({ description: 'Now unless told; for a learner always now.' }),
    notice: z
      .string()
      .max(NOTICE_TOKEN_CHARACTERS_MAX)
      .optional()
      .meta({ description: 'The token of the notice through whose link the learner came.' }),
    reason: reasonSchema.optional().meta({ description: 'Why an administrator opens it; without one it is Renew Now.' }),
  })
  .refine(({ notice, reason }) => notice === undefined || reason === undefined, { message: ONE_WAY, path: ['reason'] })
  .refine(({ notice, effective: time }) => notice === undefined || time === undefined, {
    message: 'Must be left out, as the link of a notice is used now.',
    path: ['effective'],
  })
  .meta({ id: 'OpenRenewal', description: 'Renew Now, or by the link of a notice, or by an administrator with a reason.' });
export type RenewalOpening = z.infer<typeof openRenewalSchema>;

export class OpenRenewal extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: RenewalOpening,
  ) {
    super();
  }
}

@CommandHandler(OpenRenewal)
export class OpenRenewalHandler implements ICommandHandler<OpenRenewal> {
  constructor(
    private readonly records: Records,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ write, learner, scheme, body }: OpenRenewal): Promise<Receipt | Rejection> {
    const { alternative, effective: time } = body;
    const intent = await this.intentOf(write, learner, scheme, body);
    if (isRejection(intent)) return intent;
    return this.records.execute(
      { ...write, meaning: 'opened' },
      learner,
      'open-renewal',
      { type: 'OpenRenewal', scheme, intent, alternative, effective: time },
      { ...body, scheme } as JsonObject,
    );
  }

  private async intentOf(
    { principal: { organization } }: WriteRequest,
    learner: string,
    scheme: string,
    { notice: token, reason }: RenewalOpening,
  ): Promise<RenewalIntent | Rejection> {
    if (reason !== undefined) return { how: 'by-admin', reason };
    if (token === undefined) return { how: 'renew-now' };
    const record = await this.records.stream(organization, learner);
    const read = await readNoticeToken(this.keyRing, organization, token, { record, scheme });
    if (isRejection(read)) return read;
    const { notice, digest } = read;
    return { how: 'notice', token: digest, cycle: notice.cycle, expires: notice.expires };
  }
}

@Controller('v1')
export class OpenRenewalRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/renewals')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Renew a certification: what is done from now on counts for it', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: openRenewalSchema }) body: RenewalOpening,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new OpenRenewal(write, learner, scheme, body));
  }
}
