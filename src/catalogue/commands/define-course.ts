import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { courseCommand, Definitions } from '../definitions.js';
import { certificateContent, courseContent } from '../domain/content.js';

export const defineCourseSchema = z
  .strictObject({ course: definitionId, ...courseContent, certificate: certificateContent.optional() })
  .meta({ id: 'Course' });
export type CourseDefinition = z.infer<typeof defineCourseSchema>;

export class DefineCourse extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: CourseDefinition,
  ) {
    super();
  }
}

@CommandHandler(DefineCourse)
export class DefineCourseHandler implements ICommandHandler<DefineCourse> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, body }: DefineCourse): Promise<Receipt | Rejection> {
    return this.definitions.execute(write, 'define-course', courseCommand(body), body as JsonObject);
  }
}

@Controller('v1')
export class DefineCourseRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('courses')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Define a course: its first edition, with a certificate of its own if an administrator asks for one',
    tags: ['Definitions'],
  })
  @Answers(receiptSchema)
  define(
    @Write() write: WriteRequest,
    @Body({ schema: defineCourseSchema }) body: CourseDefinition,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DefineCourse(write, body));
  }
}
