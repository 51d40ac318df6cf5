import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Records } from '../../record/published.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { callerId } from '../../shared/text.js';
import { UploadGate } from '../upload-gate.js';
import { Uploads, type ReceivedFile, type UploadedAttachment } from '../uploads.js';
import { discardRest, receiveFile } from './received-file.js';

const uploadedSchema = z
  .object({
    attachment: z.string().meta({ description: 'The address: refer to the file by it within 24 hours, or it is removed.' }),
    size: z.int(),
    mediaType: z.string(),
    name: z.union([z.string(), z.object({ erased: z.literal(true) })]),
  })
  .meta({ description: 'What was stored; an exact repeat gets the same answer.' });

const bodySchema = {
  type: 'object',
  required: ['file'],
  properties: {
    file: {
      type: 'string',
      format: 'binary',
      description: 'One part with a filename and a Content-Type that agree with the content: PDF, PNG, JPEG or WebP.',
    },
  },
};

/** How the file is received once its turn has come, and when its sender has left. */
export interface Incoming {
  receive(): Promise<ReceivedFile>;
  readonly gone: AbortSignal;
}

export class UploadAttachment extends Command<UploadedAttachment | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly incoming: Incoming,
  ) {
    super();
  }
}

@CommandHandler(UploadAttachment)
export class UploadAttachmentHandler implements ICommandHandler<UploadAttachment> {
  constructor(
    private readonly records: Records,
    private readonly keyRing: KeyRing,
    private readonly uploads: Uploads,
    private readonly gate: UploadGate,
  ) {}

  async execute({ write, learner, incoming }: UploadAttachment): Promise<UploadedAttachment | Rejection> {
    const { organization, actor } = write.principal;
    const found = await this.records.subjectInReach(write.principal, learner);
    if (isRejection(found)) return found;
    const id = await this.keyRing.commandId(organization, `${found.stream}/attachments`, write.idempotencyKey);
    const leave = await this.gate.enter(incoming.gone);
    if (isRejection(leave)) return leave;
    try {
      return await this.uploads.take({ organization, subject: found.subject, id, actor }, await incoming.receive());
    } finally {
      leave();
    }
  }
}

@Controller('v1')
export class UploadAttachmentRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/attachments')
  @HttpCode(200)
  @WriteHeaders()
  @ApiHeader({
    name: 'Repr-Digest',
    required: false,
    description: 'The SHA-256 of the file, as sha-256=:base64: (RFC 9530); refused where another file arrives.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: bodySchema })
  @ApiOperation({ summary: 'Upload a document of a learner, to be referred to afterwards', tags: ['Attachments'] })
  @Answers(uploadedSchema)
  async route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadedAttachment | Rejection> {
    const gone = new AbortController();
    let isAwaited = request.headers.expect !== undefined;
    const receive = (): Promise<ReceivedFile> => {
      // Who asked first whether to send the file (RFC 9110, 10.1.1) is answered when the turn has come.
      if (isAwaited) reply.raw.writeContinue();
      isAwaited = false;
      return receiveFile(request);
    };
    const leave = (): void => gone.abort();
    request.raw.once('close', leave);
    try {
      return await this.commands.execute(new UploadAttachment(write, learner, { receive, gone: gone.signal }));
    } finally {
      request.raw.off('close', leave);
      // A body that was never asked for may still come or not, so that nothing after it could be told apart from it.
      if (isAwaited) void reply.header('connection', 'close');
      else discardRest(request);
    }
  }
}
