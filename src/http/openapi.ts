import { ApiOkResponse } from '@nestjs/swagger';
import { z } from 'zod';

/** Documents an answer by the zod schema that describes it; OpenAPI 3.1 speaks the same JSON Schema dialect as zod. */
export const Answers = (schema: z.ZodType): MethodDecorator => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' });
  return ApiOkResponse({ description: 'Done.', schema: json as never });
};
