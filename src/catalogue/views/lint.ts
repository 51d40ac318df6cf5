import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { PROBLEMS } from '../../http/problems.js';
import type { Json } from '../../shared/json.js';
import { anyJson, definitionId } from '../../shared/text.js';
import { Drafts } from '../drafts.js';
import type { Fault } from '../domain/commands.js';
import { definitionKind } from '../domain/events.js';

export const faultSchema = z.object({ code: z.string(), pointer: z.string(), detail: z.string(), advice: z.string() });
type AdvisedFault = z.infer<typeof faultSchema>;
const answerSchema = z.object({ faults: z.array(faultSchema) });
type LintAnswer = z.infer<typeof answerSchema>;
export const lintSchema = z.strictObject({ kind: definitionKind, id: definitionId, content: anyJson }).meta({ id: 'Lint' });
type LintRequest = z.infer<typeof lintSchema>;

export const adviseOn = (fault: Fault): AdvisedFault => ({ ...fault, advice: PROBLEMS[fault.code].advice });

export class LintDefinition extends CqrsQuery<LintAnswer> {
  constructor(
    readonly principal: Principal,
    readonly body: LintRequest,
  ) {
    super();
  }
}

@QueryHandler(LintDefinition)
export class LintDefinitionHandler implements IQueryHandler<LintDefinition> {
  constructor(private readonly drafts: Drafts) {}

  async execute({ principal, body: { kind, id, content } }: LintDefinition): Promise<LintAnswer> {
    const faults = await this.drafts.faults(principal.organization, { kind, id, content: content as Json });
    return { faults: faults.map(adviseOn) };
  }
}

@Controller('v1')
export class LintRoute {
  constructor(private readonly queries: QueryBus) {}

  @Post('lint')
  @HttpCode(200)
  @ApiOperation({
    summary: 'All that would keep a definition from being published; nothing is saved, so no Idempotency-Key',
    tags: ['Drafts'],
  })
  @Answers(answerSchema)
  lint(@CurrentPrincipal() principal: Principal, @Body({ schema: lintSchema }) body: LintRequest): Promise<LintAnswer> {
    return this.queries.execute(new LintDefinition(principal, body));
  }
}
