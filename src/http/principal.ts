import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../ledger/envelope.js';

/** Who sent a request, after the token was checked. */
export interface Principal {
  readonly organization: string;
  readonly actor: Actor;
  /** Groups of learners to which an administrator's responsibility is limited; absent: the whole organization. */
  readonly responsibility?: readonly string[];
  /** Whether the token still opens the door and has the role of the act; asked again between the rows of a batch. */
  readonly stands?: () => Promise<boolean>;
  /** Every role in force, from where, and until when if it ends. */
  readonly roles?: readonly { readonly role: string; readonly by: string; readonly until?: string }[];
}

export interface AuthenticatedRequest extends FastifyRequest {
  principal?: Principal;
}

export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  return context.switchToHttp().getRequest<AuthenticatedRequest>().principal!;
});
