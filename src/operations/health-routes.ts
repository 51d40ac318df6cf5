import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from '../http/openapi.js';
import { Projections } from '../projections/projections.js';

const liveSchema = z.object({ status: z.literal('live') });
const readySchema = z.object({
  status: z.enum(['ready', 'not-ready']),
  projections: z.array(
    z.object({ name: z.string(), state: z.string(), current: z.boolean(), lagMilliseconds: z.int().nullable() }),
  ),
});

const NOT_READY: ReadonlySet<string> = new Set(['new', 'paused', 'faulted']);

/** For the machine that restarts or routes: without a key, and without anything that is not its business. */
@Controller('health')
export class HealthRoutes {
  constructor(private readonly projections: Projections) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers', tags: ['Operations'] })
  @Answers(liveSchema)
  live(): z.infer<typeof liveSchema> {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Every read model can be served; 503 while one is stopped or not built yet', tags: ['Operations'] })
  @Answers(readySchema)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<z.infer<typeof readySchema>> {
    const projections = (await this.projections.status()).map(({ name, served, current, lagMilliseconds, runners }) => ({
      name,
      current,
      lagMilliseconds,
      state: served === null ? 'new' : (runners[0]?.state ?? 'detached'),
    }));
    // While a lease changes hands nobody is seen keeping a read model up to date, and every instance still serves it.
    const ready = projections.every(({ state }) => !NOT_READY.has(state));
    if (!ready) void reply.status(503);
    return { status: ready ? 'ready' : 'not-ready', projections };
  }
}
