import { ruleOf, type Rule } from '../../src/access/authorization.js';
import type { Schema } from './sample-body.js';
import type { Method, Service } from './service.js';

/** One operation of the OpenAPI document. */
export interface Operation {
  readonly method: Method;
  /** As the table of authorizations writes it. */
  readonly pattern: string;
  readonly rule: Rule;
  readonly schema: Schema | undefined;
}

interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { schema: Schema }> }; operationId: string }>
  >;
  readonly components?: { readonly schemas?: Record<string, Schema> };
}

/** Read from the document that the service gives out, so that an operation which is added tomorrow is tried like those of today. */
export async function operationsOf(
  service: Service,
): Promise<{ readonly operations: readonly Operation[]; readonly components: Record<string, Schema> }> {
  const document = (await service.get('/openapi.json')).json<OpenApi>();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, { requestBody }]) => {
      const method = name.toUpperCase() as Method;
      const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
      const rule = ruleOf(method, pattern)!;
      return { method, pattern, rule, schema: Object.values(requestBody?.content ?? {})[0]?.schema };
    }),
  );
  return { operations, components: document.components?.schemas ?? {} };
}
