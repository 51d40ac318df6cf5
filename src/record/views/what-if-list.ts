import { Readable } from 'node:stream';
import { Controller, Get, Param, Res, StreamableFile } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { editionOf, type WhatIf } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Export } from '../../http/audit-trail.js';
import { asDownload } from '../../http/content-disposition.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { isRejection, reject, type Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { schemeUnknown } from '../domain/circumstances.js';
import { WhatIfs } from '../what-ifs.js';

export class FindWhatIf extends CqrsQuery<WhatIf | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly scheme: string,
    readonly edition: number,
  ) {
    super();
  }
}

@QueryHandler(FindWhatIf)
export class FindWhatIfHandler implements IQueryHandler<FindWhatIf> {
  constructor(private readonly catalogue: CatalogueFacts) {}

  async execute({ principal, scheme, edition }: FindWhatIf): Promise<WhatIf | Rejection> {
    const { facts } = await this.catalogue.read(principal.organization);
    if (!facts.schemes.has(scheme)) return schemeUnknown();
    return editionOf(facts.schemes, scheme, edition)?.whatIf ?? unknownWhatIf();
  }
}

const unknownWhatIf = (): Rejection<'WHAT_IF_UNKNOWN'> =>
  reject('WHAT_IF_UNKNOWN', 'What this edition changes was not counted, or there is no such edition.');
export const editionParameter = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'Must be the number of an edition.')
  .transform(Number);

@Controller('v1')
export class WhatIfListRoute {
  constructor(
    private readonly queries: QueryBus,
    private readonly whatIfs: WhatIfs,
  ) {}

  @Get('schemes/:scheme/editions/:edition/what-if')
  @Export()
  @ApiOperation({
    summary: 'Download the list of the learners for whom an edition changed something; its SHA-256 stands in the edition',
    tags: ['Drafts'],
  })
  @ApiOkResponse({
    description: 'Lines of JSON: the edition, then one learner after the other by the stream of the record.',
    content: { 'application/x-ndjson': { schema: { type: 'string', format: 'binary' } } },
  })
  async route(
    @CurrentPrincipal() principal: Principal,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Param('edition', { schema: editionParameter }) edition: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | Rejection> {
    const found = await this.queries.execute(new FindWhatIf(principal, scheme, edition));
    if (isRejection(found)) return found;
    const bytes = await this.whatIfs.read(principal.organization, found);
    if (bytes === undefined || 'erased' in bytes) return unknownWhatIf();
    void reply.headers({
      etag: `"${found.digest}"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
    });
    const name = `what-if-${scheme}-${edition}.ndjson`;
    const stream = Readable.from(bytes, { objectMode: false });
    return new StreamableFile(stream, { type: 'application/x-ndjson', disposition: asDownload(name), length: found.file.size });
  }
}
