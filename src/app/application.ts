import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import multipart from '@fastify/multipart';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { v4 as uuidv4 } from 'uuid';
import { Access } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { AccessModule } from '../access/access.module.js';
import { Authenticator } from '../access/authenticator.js';
import { authorizationFaults, ruleOf, whoMay } from '../access/authorization.js';
import { RequestTrail } from '../access/trail/request-trail.js';
import { Attachments } from '../attachments/attachments.js';
import { AttachmentsModule } from '../attachments/attachments.module.js';
import { StoredFiles } from '../attachments/stored-files.js';
import { UploadGate } from '../attachments/upload-gate.js';
import { Uploads } from '../attachments/uploads.js';
import { AuditModule } from '../audit/audit.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { CatalogueFacts, Definitions, Drafts } from '../catalogue/services.js';
import { Accounts } from '../credits/accounts.js';
import { CreditsModule } from '../credits/credits.module.js';
import { AnswerInterceptor } from '../http/answer.js';
import { AuditTrailInterceptor } from '../http/audit-trail.js';
import { answerClientError } from '../http/client-error.js';
import { methodsAt } from '../http/methods-at.js';
import { ProblemFilter } from '../http/problem-filter.js';
import { ProblemException, problemSchema } from '../http/problems.js';
import { RequestValidation } from '../http/request-validation.js';
import { MalformedJson, parseStrictJson } from '../http/strict-json.js';
import { ImportsModule } from '../imports/imports.module.js';
import { KeyRing } from '../ledger/key-ring.js';
import { Ledger } from '../ledger/ledger.js';
import { MasterKey } from '../ledger/master-key.js';
import { Clock } from '../ledger/ports/clock.js';
import { EventFeed, EventStore } from '../ledger/ports/event-store.js';
import { Keys } from '../ledger/ports/keys.js';
import { OperationsModule } from '../operations/operations.module.js';
import { Projections } from '../projections/projections.js';
import { Records } from '../record/published.js';
import { RecordModule } from '../record/record.module.js';
import { LearnerDocuments } from '../record/views/learner-documents.js';
import { WhatIfs } from '../record/what-ifs.js';
import { assert } from '../shared/assert.js';
import type { Kernel } from './kernel.js';

export const BODY_BYTES_MAX = 1_048_576;
/** An id of 200 characters can take nine times as many where each is three percent-encoded bytes. */
const PARAMETER_CHARACTERS_MAX = 2_000;

class ApplicationModule {
  /** The kernel's parts as Nest providers, once and for all modules. */
  static of(kernel: Kernel): DynamicModule {
    const { engines } = kernel;
    const values: readonly [unknown, unknown][] = [
      [Ledger, kernel.ledger],
      [KeyRing, kernel.keyRing],
      [Clock, kernel.clock],
      [Projections, kernel.projections],
      [Records, kernel.records],
      [Definitions, kernel.definitions],
      [Drafts, kernel.drafts],
      [WhatIfs, kernel.whatIfs],
      [CatalogueFacts, kernel.catalogue],
      [Access, kernel.access],
      [Accounts, kernel.accounts],
      [Authenticator, kernel.authenticator],
      [LearnerDocuments, kernel.learners],
      [Attachments, kernel.attachments.attachments],
      [StoredFiles, kernel.attachments.stored],
      [Uploads, kernel.attachments.uploads],
      [UploadGate, kernel.attachments.gate],
      [EventStore, engines.store],
      [EventFeed, engines.store],
      [Keys, engines.keys],
      [MasterKey, engines.master],
    ];
    const providers = values.map(([provide, useValue]) => ({ provide: provide as never, useValue }));
    const kernelModule: DynamicModule = {
      module: KernelModule,
      global: true,
      providers,
      exports: values.map(([token]) => token as never),
    };
    return {
      module: ApplicationModule,
      imports: [
        CqrsModule.forRoot(),
        kernelModule,
        AccessModule,
        CatalogueModule,
        RecordModule,
        AttachmentsModule,
        CreditsModule,
        AuditModule,
        ImportsModule,
        OperationsModule,
      ],
      providers: [{ provide: APP_GUARD, useValue: new AccessGuard(kernel.authenticator) }],
    };
  }
}
class KernelModule {}

/** The HTTP application over a wired kernel; nothing listens yet. */
export async function createApplication(
  kernel: Kernel,
  logger: Logger,
): Promise<{ app: NestFastifyApplication; document: OpenAPIObject; inFlight: () => number }> {
  const trail = new RequestTrail(kernel.ledger, logger);
  const routes: string[] = [];
  const filter = new ProblemFilter(logger, trail, (url) => methodsAt(routes, url));
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => uuidv4(),
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => filter.answer(error, request, reply),
    clientErrorHandler: answerClientError,
    forceCloseConnections: 'idle',
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApplicationModule.of(kernel), adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(`${one} ${url}`);
  });
  // Fastify brings a parser for plain text along, which would let a body pass as a text.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(
        error instanceof MalformedJson ? new ProblemException('MALFORMED_JSON', { detail: error.message }) : (error as Error),
        undefined,
      );
    }
  });
  await takeUploads(app, kernel.attachments.gate);
  let inFlight = 0;
  fastify.addHook('onRequest', async (_request, reply) => {
    inFlight += 1;
    // Also where the caller went away in the middle, when nothing is ever answered.
    reply.raw.once('close', () => (inFlight -= 1));
  });
  // The pattern of the route, never the address itself: addresses hold ids that callers gave to people.
  fastify.addHook('onResponse', async (request, reply) => {
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
      },
      'answered',
    );
  });
  app.useGlobalFilters(filter);
  app.useGlobalInterceptors(new AuditTrailInterceptor(trail), new AnswerInterceptor());
  app.useGlobalPipes(new RequestValidation());
  const document = describe(app);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', yamlDocumentUrl: 'openapi.yaml' });
  await app.init();
  await fastify.ready();
  const faults = authorizationFaults(routes);
  assert(faults.length === 0, `Routes and the table of who may use them differ: ${faults.join(', ')}.`);
  return { app, document, inFlight: () => inFlight };
}

const UPLOAD_ROUTE = '/v1/learners/:learner/attachments';

/** Lets one route, and no other, take a form whose body it reads by itself, so that who may not use it is refused before. */
async function takeUploads(app: NestFastifyApplication, gate: UploadGate): Promise<void> {
  await app.register(multipart as never);
  const server = app.getHttpServer();
  // Node would ask for every body at once; one that waits for its turn, or is refused, need not be sent.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async ({ method, headers, routeOptions }, reply) => {
    if (routeOptions.url !== UPLOAD_ROUTE || method !== 'POST' || !gate.isFull) return;
    if (headers.expect !== undefined) void reply.header('connection', 'close');
    throw new ProblemException('UPLOADS_BUSY');
  });
  fastify.addHook('preParsing', async ({ headers, routeOptions }, reply) => {
    if (routeOptions.url === UPLOAD_ROUTE) return;
    if (/^multipart\//i.test(headers['content-type'] ?? '')) throw new ProblemException('UNSUPPORTED_MEDIA_TYPE');
    if (headers.expect !== undefined) reply.raw.writeContinue();
  });
}

/** What every operation may answer beside its success, and who may use it. */
function complete(document: OpenAPIObject): OpenAPIObject {
  const content = { 'application/problem+json': { schema: problemSchema() as never } };
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of ['get', 'post'] as const) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const rule = ruleOf(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'));
      operation.description = rule === undefined ? '' : whoMay(rule);
      if (rule?.open === true) operation.security = [];
      operation.responses['default'] = {
        description: 'A refusal or a fault: a problem document (RFC 9457) with a stable code.',
        content,
      };
    }
  }
  return document;
}

const BEARER =
  'A key of this ledger, or a token of a configured OpenID Connect issuer. The key of a trusted service may name the person for whom it acts in Certledger-Person (percent-encoded); a person of the platform may name the organization that granted access in Certledger-Organization.';

function describe(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('certledger')
    .setDescription(
      'Who was certified for what, on which day, on what evidence, under which rules. Refusals are problem documents (RFC 9457) with a stable "code".',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: BEARER })
    .addSecurityRequirements('bearer');
  return complete(
    SwaggerModule.createDocument(app, builder.build(), {
      operationIdFactory: (controller, method) => `${controller.replace(/Routes?$/, '')}_${method}`,
    }),
  );
}
