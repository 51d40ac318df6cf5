import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
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
import { Definitions, withPartySubject } from '../definitions.js';
import { courseContent, revisedEdition } from '../domain/content.js';

export const reviseCourseSchema = z.strictObject({ ...courseContent, edition: revisedEdition }).meta({ id: 'CourseRevision' });
type CourseRevision = z.infer<typeof reviseCourseSchema>;

export class ReviseCourse extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly course: string,
    readonly body: CourseRevision,
  ) {
    super();
  }
}

@CommandHandler(ReviseCourse)
export class ReviseCourseHandler implements ICommandHandler<ReviseCourse> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, course, body }: ReviseCourse): Promise<Receipt | Rejection> {
    const { edition, ...content } = body;
    return this.definitions.execute(
      write,
      'revise-course',
      { type: 'ReviseCourse', course: withPartySubject({ course, ...content }), edition },
      {
        course,
        ...body,
      } as JsonObject,
    );
  }
}

@Controller('v1')
export class ReviseCourseRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('courses/:course/editions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Publish a new edition of a course; earlier editions stay', tags: ['Definitions'] })
  @Answers(receiptSchema)
  revise(
    @Write() write: WriteRequest,
    @Param('course', { schema: definitionId }) course: string,
    @Body({ schema: reviseCourseSchema }) body: CourseRevision,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReviseCourse(write, course, body));
  }
}
