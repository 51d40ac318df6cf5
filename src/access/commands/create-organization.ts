import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { JsonObject } from '../../shared/json.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { text } from '../../shared/text.js';
import { Access } from '../access.js';
import type { Role } from '../domain/roles.js';
import { organizationId } from './grant-access.js';
import { issuedKeySchema, issueWithSecret, type IssuedKeyAnswer } from './issue-key.js';
import { registerPersonSchema } from './register-person.js';

/** What the first administrator of an organization may do: everything that setting it up takes. */
export const FIRST_ADMIN_ROLES: readonly Role[] = ['admin', 'author', 'auditor', 'reporter'];

export const createOrganizationSchema = z
  .strictObject({ organization: organizationId, name: text(500), administrator: registerPersonSchema })
  .meta({ id: 'CreateOrganization' });
export type OrganizationRequest = z.infer<typeof createOrganizationSchema>;

export class CreateOrganization extends Command<IssuedKeyAnswer | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: OrganizationRequest,
  ) {
    super();
  }
}

/** Three streams of the new organization, so three steps under the same key: a repeat after a crash in between completes them. */
@CommandHandler(CreateOrganization)
export class CreateOrganizationHandler implements ICommandHandler<CreateOrganization> {
  constructor(private readonly access: Access) {}

  async execute({ write: sent, body }: CreateOrganization): Promise<IssuedKeyAnswer | Rejection> {
    const { organization, name, administrator } = body;
    const { principal } = sent;
    // The operator acts from home on streams of the new organization, and the events say so.
    const actor = { ...principal.actor, home: principal.actor.home ?? principal.organization };
    const write: WriteRequest = { ...sent, principal: { ...principal, organization, actor } };
    const first = await this.access.organizationTarget(write, 'create-organization', body as JsonObject);
    const created = await this.access.onOrganization(first, {
      type: 'CreateOrganization',
      subject: uuidv4(),
      name,
      platform: false,
    });
    if (isRejection(created)) return created;
    const next: WriteRequest = { ...write, ifMatch: undefined };
    const second = await this.access.personTarget(next, administrator.person, 'create-organization', administrator as JsonObject);
    const registration = { type: 'RegisterPerson', subject: uuidv4(), ...administrator } as const;
    const registered = await this.access.onPerson(second, registration, administrator.person);
    if (isRejection(registered)) return registered;
    const third = await this.access.newKeyTarget(next, 'create-organization', body as JsonObject);
    const person = await this.access.pseudonym(organization, administrator.person);
    const issued = await issueWithSecret(this.access, third, { person, roles: [...FIRST_ADMIN_ROLES] });
    if (isRejection(issued)) return issued;
    // The receipt is the organization's, at the position of the last step, so that a reader finds all three.
    const { key, token, position } = issued;
    return { ...created, position, key, ...(token === undefined ? {} : { token }) };
  }
}

@Controller('v1')
export class CreateOrganizationRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('organizations')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Make an organization with its first administrator and that person’s key, whose token is shown once',
    tags: ['Access'],
  })
  @Answers(issuedKeySchema)
  route(
    @Write() write: WriteRequest,
    @Body({ schema: createOrganizationSchema }) body: OrganizationRequest,
  ): Promise<IssuedKeyAnswer | Rejection> {
    return this.commands.execute(new CreateOrganization(write, body));
  }
}
