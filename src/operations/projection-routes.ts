import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../http/openapi.js';
import { Projections, type ProjectionStatus } from '../projections/projections.js';
import type { Rejection } from '../shared/result.js';
import { definitionId } from '../shared/text.js';

const runnerSchema = z.object({
  version: z.string(),
  state: z.enum(['new', 'booting', 'active', 'paused', 'faulted', 'detached']),
  position: z.string().nullable(),
  fault: z
    .object({ message: z.string(), event: z.object({ id: z.string(), type: z.string(), position: z.string() }).optional() })
    .optional(),
});
export const statusSchema = z.object({
  name: z.string(),
  served: z.string().nullable(),
  end: z.string(),
  current: z.boolean(),
  lagMilliseconds: z.int().nullable(),
  instance: z.string().nullable(),
  runners: z.array(runnerSchema),
});
const listSchema = z.object({ projections: z.array(statusSchema) });

@Controller('v1/projections')
export class ProjectionRoutes {
  constructor(private readonly projections: Projections) {}

  @Get()
  @ApiOperation({
    summary: 'Every read model: state, position, and the event at which it stopped if it did',
    tags: ['Operations'],
  })
  @Answers(listSchema)
  async status(): Promise<{ projections: readonly ProjectionStatus[] }> {
    return { projections: await this.projections.status() };
  }

  @Post(':name/rebuild')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Build a read model anew beside the served one; it is swapped in when it has caught up',
    tags: ['Operations'],
  })
  @Answers(statusSchema)
  rebuild(@Param('name', { schema: definitionId }) name: string): Promise<ProjectionStatus | Rejection> {
    return this.projections.rebuild(name);
  }

  @Post(':name/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a stopped read model try again from where it stands', tags: ['Operations'] })
  @Answers(statusSchema)
  resume(@Param('name', { schema: definitionId }) name: string): Promise<ProjectionStatus | Rejection> {
    return this.projections.resume(name);
  }
}
