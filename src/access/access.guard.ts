import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { refused } from '../http/problem-filter.js';
import { ProblemException } from '../http/problems.js';
import type { AuthenticatedRequest, Principal } from '../http/principal.js';
import { isRejection } from '../shared/result.js';
import { Authenticator, type Asked, type Holder } from './authenticator.js';
import { roleFor, ruleOf, type Rule } from './authorization.js';
import type { Role } from './domain/roles.js';

const CLOSED: Rule = { roles: [] };

/** Asks the one table who may use a route; a route without a row is closed. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const rule = ruleOf(request.method, request.routeOptions.url) ?? CLOSED;
    if (rule.open === true) return true;
    const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(request.headers.authorization ?? '') ?? [];
    const holder = token === undefined ? undefined : await this.authenticator.authenticate(token);
    if (token === undefined || holder === undefined) throw new ProblemException('UNAUTHENTICATED');
    // Before any refusal, so that the audit trail knows whose attempt it was.
    request.principal = principalOf(holder, roleOf(rule, holder));
    const asked = { organization: header(request, 'certledger-organization'), person: header(request, 'certledger-person') };
    const admitted = await this.authenticator.admit(holder, asked);
    if (isRejection(admitted)) throw refused(admitted);
    const role = roleOf(rule, admitted);
    request.principal = { ...principalOf(admitted, role), stands: () => this.stands(token, asked, role) };
    if (role === undefined) throw new ProblemException('FORBIDDEN');
    return true;
  }

  private async stands(token: string, asked: Asked, role: Role | undefined): Promise<boolean> {
    const holder = await this.authenticator.authenticate(token);
    const admitted = holder === undefined ? undefined : await this.authenticator.admit(holder, asked);
    return admitted !== undefined && !isRejection(admitted) && admitted.roles.some((held) => held.role === role);
  }
}

const roleOf = (rule: Rule, { roles, responsibility }: Holder): Role | undefined =>
  roleFor(
    rule,
    roles.map(({ role }) => role),
    responsibility !== undefined,
  );

function principalOf(holder: Holder, role: Role | undefined): Principal {
  const { organization, home, key, person, asserted, roles, responsibility } = holder;
  return {
    organization,
    actor: {
      key,
      ...(person === undefined ? {} : { person }),
      ...(home === undefined ? {} : { home }),
      ...(asserted === undefined ? {} : { asserted }),
      // Who is refused acts in no role of the rule, and is recorded with one of the own.
      role: role ?? roles[0]?.role ?? 'none',
    },
    ...(responsibility === undefined ? {} : { responsibility }),
    roles,
  };
}

function header(request: AuthenticatedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join() : value;
}
