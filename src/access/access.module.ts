import { Module } from '@nestjs/common';
import { ChangePersonDetailsHandler, ChangePersonDetailsRoute } from './commands/change-person-details.js';
import { CreateOrganizationHandler, CreateOrganizationRoute } from './commands/create-organization.js';
import { DeactivatePersonHandler, DeactivatePersonRoutes } from './commands/deactivate-person.js';
import { DelegateRoleHandler, DelegateRoleRoute } from './commands/delegate-role.js';
import { EndDelegationHandler, EndDelegationRoute } from './commands/end-delegation.js';
import { GrantAccessHandler, GrantAccessRoute } from './commands/grant-access.js';
import { IssueKeyHandler, IssueKeyRoute } from './commands/issue-key.js';
import { RegisterPersonHandler, RegisterPersonRoute } from './commands/register-person.js';
import { RevokeGrantHandler, RevokeGrantRoute } from './commands/revoke-grant.js';
import { RevokeKeyHandler, RevokeKeyRoute } from './commands/revoke-key.js';
import { RotateKeyHandler, RotateKeyRoute } from './commands/rotate-key.js';
import { ListGrantsHandler, ListGrantsRoute } from './views/list-grants.js';
import { ListKeysHandler, ListKeysRoute } from './views/list-keys.js';
import { ListOrganizationsHandler, ListOrganizationsRoute } from './views/list-organizations.js';
import { ListPersonsHandler, ListPersonsRoute } from './views/list-persons.js';
import { ShowMeRoute } from './views/show-me.js';

/** Who may act, in which organization, in which roles. */
@Module({
  controllers: [
    CreateOrganizationRoute,
    RegisterPersonRoute,
    ChangePersonDetailsRoute,
    DelegateRoleRoute,
    EndDelegationRoute,
    DeactivatePersonRoutes,
    IssueKeyRoute,
    RotateKeyRoute,
    RevokeKeyRoute,
    GrantAccessRoute,
    RevokeGrantRoute,
    ListOrganizationsRoute,
    ListPersonsRoute,
    ListKeysRoute,
    ListGrantsRoute,
    ShowMeRoute,
  ],
  providers: [
    CreateOrganizationHandler,
    RegisterPersonHandler,
    ChangePersonDetailsHandler,
    DelegateRoleHandler,
    EndDelegationHandler,
    DeactivatePersonHandler,
    IssueKeyHandler,
    RotateKeyHandler,
    RevokeKeyHandler,
    GrantAccessHandler,
    RevokeGrantHandler,
    ListOrganizationsHandler,
    ListPersonsHandler,
    ListKeysHandler,
    ListGrantsHandler,
  ],
})
export class AccessModule {}
