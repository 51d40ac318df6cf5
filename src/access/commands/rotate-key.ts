import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { Clock } from '../../ledger/ports/clock.js';
import { instantAt, instantMilliseconds } from '../../shared/calendar.js';
import { isRejection, reject, type Rejection } from '../../shared/result.js';
import { Access } from '../access.js';
import { isStanding, type KeyState } from '../domain/key.js';
import { issuedKeySchema, issueWithSecret, keyId, type IssuedKeyAnswer } from './issue-key.js';

/** For how long the old key may stand beside the new one. */
export const OVERLAP_SECONDS_MAX = 30 * 86_400;
/** The end of the last year that an instant can be written in. */
const LAST_INSTANT = instantMilliseconds('9999-12-31T23:59:59Z');

export const rotateKeySchema = z
  .strictObject({ overlap: z.int().min(0).max(OVERLAP_SECONDS_MAX).meta({ description: 'Seconds for which both keys stand.' }) })
  .meta({ id: 'RotateKey' });
export type Rotation = z.infer<typeof rotateKeySchema>;

export class RotateKey extends Command<IssuedKeyAnswer | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly key: string,
    readonly body: Rotation,
  ) {
    super();
  }
}

/** Two streams, so two steps with derived ids: a repeat after a crash in between completes them. */
@CommandHandler(RotateKey)
export class RotateKeyHandler implements ICommandHandler<RotateKey> {
  constructor(
    private readonly access: Access,
    private readonly clock: Clock,
  ) {}

  async execute({ write, key, body }: RotateKey): Promise<IssuedKeyAnswer | Rejection> {
    const { organization } = write.principal;
    const step = { ...write, ifMatch: undefined, idempotencyKey: ['rotation', key, write.idempotencyKey] };
    const target = await this.access.newKeyTarget(step, 'rotate-key', { key, ...body });
    const refusal = await this.refusal(write, key, target.key);
    if (refusal !== undefined) return refusal;
    const { state } = await this.access.key(organization, key);
    const answer = await issueWithSecret(this.access, target, this.successor(key, state));
    if (isRejection(answer)) return answer;
    const issuedAt = (await this.access.key(organization, target.key)).state.issuedAt!;
    const expiresAt = instantAt(instantMilliseconds(issuedAt) + body.overlap * 1_000);
    const shortening = await this.access.keyTarget(step, key, 'shorten-key', body);
    const shortened = await this.access.onKey(shortening, { type: 'ShortenKey', expiresAt }, key);
    return isRejection(shortened) ? shortened : answer;
  }

  /** What stands in the way of a first attempt; a repeat only completes what has begun. */
  private async refusal(write: WriteRequest, key: string, successor: string): Promise<Rejection | undefined> {
    const { organization } = write.principal;
    const { state, etag } = await this.access.key(organization, key);
    if (state.issued === undefined) return reject('KEY_UNKNOWN', 'There is no key with this id.');
    if ((await this.access.key(organization, successor)).state.issued !== undefined) return undefined;
    if (!isStanding(state, this.clock.now())) return reject('KEY_NOT_STANDING', 'This key opens nothing any more.');
    if (write.ifMatch === undefined || write.ifMatch === etag) return undefined;
    return reject(
      'PRECONDITION_FAILED',
      `The key stands at "${etag}", not at "${write.ifMatch}". Read it again and decide anew.`,
    );
  }

  /** The same holder and rights; a key that was to expire is followed by one that lives as long. */
  private successor(replaces: string, { issued, issuedAt }: KeyState) {
    const { digest: _, replaces: __, expiresAt, ...same } = issued!;
    if (expiresAt === undefined) return { ...same, replaces };
    const life = instantMilliseconds(expiresAt) - instantMilliseconds(issuedAt!);
    const ends = Math.min(instantMilliseconds(this.clock.now()) + life, LAST_INSTANT);
    return { ...same, replaces, expiresAt: instantAt(ends) };
  }
}

@Controller('v1')
export class RotateKeyRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('keys/:key/rotation')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Replace a key by a new one of the same holder and roles; the old one stands for the overlap',
    tags: ['Access'],
  })
  @Answers(issuedKeySchema)
  route(
    @Write() write: WriteRequest,
    @Param('key', { schema: keyId }) key: string,
    @Body({ schema: rotateKeySchema }) body: Rotation,
  ): Promise<IssuedKeyAnswer | Rejection> {
    return this.commands.execute(new RotateKey(write, key, body));
  }
}
