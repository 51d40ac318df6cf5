import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Res, StreamableFile } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiHeader, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { askedRange } from '../../http/byte-range.js';
import { asDownload } from '../../http/content-disposition.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { ProblemException } from '../../http/problems.js';
import { Records } from '../../record/published.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { callerId } from '../../shared/text.js';
import { erasedAttachment, unknownAttachment } from '../attachments.js';
import { attachmentAddress } from '../domain/address.js';
import type { FileRecord } from '../ports/files.js';
import { StoredFiles } from '../stored-files.js';

export class FindAttachment extends CqrsQuery<FileRecord | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly attachment: string,
  ) {
    super();
  }
}

/** Another learner's attachment, another organization's and one that does not exist are all the same. */
@QueryHandler(FindAttachment)
export class FindAttachmentHandler implements IQueryHandler<FindAttachment> {
  constructor(
    private readonly records: Records,
    private readonly stored: StoredFiles,
  ) {}

  async execute({ principal, learner, attachment }: FindAttachment): Promise<FileRecord | Rejection> {
    const found = await this.records.subjectInReach(principal, learner);
    if (isRejection(found)) return unknownAttachment();
    return (await this.stored.find(principal.organization, found.subject, attachment)) ?? unknownAttachment();
  }
}

@Controller('v1')
export class DownloadAttachmentRoute {
  constructor(
    private readonly queries: QueryBus,
    private readonly stored: StoredFiles,
  ) {}

  @Get('learners/:learner/attachments/:attachment')
  @ApiHeader({ name: 'Range', required: false, description: 'One range of bytes, to go on with a download (RFC 9110).' })
  @ApiHeader({ name: 'If-Range', required: false, description: 'The ETag of the download that is gone on with.' })
  @ApiOperation({ summary: 'Download a document of a learner, whole or in part', tags: ['Attachments'] })
  @ApiOkResponse({
    description: 'The file, only ever to be saved; 206 with a part of it where a Range was asked for.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  async route(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('attachment', { schema: attachmentAddress }) attachment: string,
    @Headers('range') range: string | undefined,
    @Headers('if-range') ifRange: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | Rejection> {
    const record = await this.queries.execute(new FindAttachment(principal, learner, attachment));
    if (isRejection(record)) return record;
    const { name } = await this.stored.describe(record);
    if (typeof name !== 'string') return erasedAttachment();
    const etag = `"${record.address}"`;
    const asked = askedRange(record.size, etag, { ...(range && { range }), ...(ifRange && { ifRange }) });
    if (asked === 'unsatisfiable') throw unsatisfiable(record, reply);
    const part = asked === 'whole' ? { from: 0, to: record.size } : asked;
    const bytes = await this.stored.open(record, part);
    if ('erased' in bytes) return erasedAttachment();
    if (asked !== 'whole') void reply.status(206).header('content-range', `bytes ${part.from}-${part.to - 1}/${record.size}`);
    void reply.headers({
      etag,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      // Whatever a browser takes the file for, it does not run and does not show it.
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
    });
    const stream = Readable.from(bytes, { objectMode: false });
    return new StreamableFile(stream, { type: record.mediaType, disposition: asDownload(name), length: part.to - part.from });
  }
}

function unsatisfiable({ size }: FileRecord, reply: FastifyReply): ProblemException {
  void reply.header('content-range', `bytes */${size}`);
  return new ProblemException('RANGE_NOT_SATISFIABLE', { detail: `The file has ${size} bytes.` });
}
