import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ProblemException } from '../http/problems.js';
import { ROLES_METADATA, type AuthenticatedRequest } from '../http/principal.js';
import { Authenticator } from './authenticator.js';

/** Every route names its roles; one that names none is closed. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const roles = this.reflector.getAllAndOverride<readonly string[] | undefined>(ROLES_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (roles?.length === 0) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const [, token] = /^Bearer ([\x21-\x7e]{1,300})$/i.exec(request.headers.authorization ?? '') ?? [];
    const holder = token === undefined ? undefined : await this.authenticator.authenticate(token);
    if (holder === undefined) throw new ProblemException('UNAUTHENTICATED');
    const role = roles?.find((allowed) => (holder.issued.roles as readonly string[]).includes(allowed));
    if (role === undefined) throw new ProblemException('FORBIDDEN');
    const { person } = holder.issued;
    request.principal = {
      organization: holder.organization,
      actor: { key: holder.key, ...(person === undefined ? {} : { person }), role },
    };
    return true;
  }
}
