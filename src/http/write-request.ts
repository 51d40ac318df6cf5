import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Origin } from '../ledger/envelope.js';
import type { KeyRing } from '../ledger/key-ring.js';
import type { CommandEnvelope } from '../ledger/ledger.js';
import type { Json } from '../shared/json.js';
import { ProblemException } from './problems.js';
import type { AuthenticatedRequest, Principal } from './principal.js';

/** What every write carries beside its body: who, under which id, from where. The import and the policies make their own. */
export interface WriteRequest {
  readonly principal: Principal;
  readonly origin: Origin;
  /** The third part of the command id's scope: the caller's key as text, or an import's `{ source, row }`. */
  readonly idempotencyKey: Json;
  readonly ifMatch?: number | undefined;
  readonly correlationId: string;
  /** What the decision of a person means, where the write is one (21 CFR 11.50). */
  readonly meaning?:
    | 'approved'
    | 'declined'
    | 'awarded'
    | 'revoked'
    | 'withdrawn'
    | 'checked'
    | 'corrected'
    | 'opened'
    | 'attributed'
    | 'suspended'
    | 'reinstated'
    | 'reduced'
    | 'waived'
    | 'appealed'
    | 'decided';
}

/** The envelope of a write to `stream`; its command id has the documented scope: organization, stream, key (ADR 0001). */
export async function envelopeOf(
  keyRing: KeyRing,
  write: WriteRequest,
  stream: string,
  operation: string,
  body: Json,
): Promise<CommandEnvelope> {
  const { principal, origin, correlationId, ifMatch, idempotencyKey, meaning } = write;
  const { organization } = principal;
  const actor = meaning === undefined ? principal.actor : { ...principal.actor, meaning };
  const commandId = await keyRing.commandId(organization, stream, idempotencyKey);
  return { organization, commandId, actor, origin, correlationId, operation, body, ifMatch };
}

export const IDEMPOTENCY_KEY_MAX = 200;

export const Write = createParamDecorator((_: unknown, context: ExecutionContext): WriteRequest => {
  const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key.length === 0) throw new ProblemException('IDEMPOTENCY_KEY_MISSING');
  if (key.length > IDEMPOTENCY_KEY_MAX)
    throw new ProblemException('INVALID_IDEMPOTENCY_KEY', {
      detail: `The Idempotency-Key has ${key.length} characters; it may have ${IDEMPOTENCY_KEY_MAX}.`,
    });
  return {
    principal: request.principal!,
    origin: { kind: 'api' },
    idempotencyKey: key,
    ifMatch: ifMatch(request.headers['if-match']),
    correlationId: request.id,
  };
});

function ifMatch(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = /^"(\d{1,9})"$/.exec(header);
  if (match === null) throw new ProblemException('INVALID_IF_MATCH');
  return Number(match[1]);
}

/** Documents the headers of a write in OpenAPI. */
export const WriteHeaders = (): MethodDecorator => (target, name, descriptor) => {
  ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: 'Your id of this write, 1 to 200 characters. An exact repeat returns the first receipt.',
  })(target, name, descriptor);
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag that your decision was made on; refused when the record has changed since.',
  })(target, name, descriptor);
};
