import type { Secret } from '../../ledger/sealed.js';
import type { ProjectedEvent, Projection } from '../../projections/define-projection.js';
import type { JsonObject } from '../../shared/json.js';
import type { KeyEvent, OrganizationEvent, PersonEvent } from '../domain/events.js';
import { keyDecider, type KeyState } from '../domain/key.js';
import { organizationDecider, type Grant } from '../domain/organization.js';
import { personDecider, type PersonState } from '../domain/person.js';

interface Entry<Kind extends string> {
  readonly kind: Kind;
  readonly organization: string;
  readonly id: string;
  /** When it was recorded first: lists are in this order. */
  readonly since: string;
}

export interface OrganizationDocument extends Entry<'organization'> {
  readonly platform: boolean;
  readonly name: Secret;
}
/** Without the delegations that were over when the last one was added. */
export interface PersonDocument extends Entry<'person'> {
  readonly state: PersonState;
}
export interface KeyDocument extends Entry<'key'> {
  /** Whether it administers, as far as its own stream says without the present. */
  readonly admin: boolean;
  readonly state: KeyState;
}
export interface GrantDocument extends Entry<'grant'>, Omit<Grant, 'grant'> {
  readonly personId: Secret;
}

/** One document per organization, person, key and grant of access, still sealed. */
export const accessDirectory: Projection = {
  name: 'access-directory',
  version: 1,
  indexes: {
    byOrganization: ['organization', 'kind', 'since'],
    organizations: ['kind', 'since'],
    adminKeys: ['organization', 'admin'],
  },
  keyOf({ stream, stored, event }) {
    if (stream.kind === personDecider.kind || stream.kind === keyDecider.kind) return stored.stream;
    if (stream.kind !== organizationDecider.kind) return undefined;
    const { type, data } = event as OrganizationEvent;
    return type === 'OrganizationCreated' ? stored.stream : `${stored.stream}~${data.grant}`;
  },
  fold(document, projected) {
    const { stream } = projected;
    if (stream.kind === personDecider.kind) return person(document as unknown as PersonDocument | undefined, projected);
    if (stream.kind === keyDecider.kind) return key(document as unknown as KeyDocument | undefined, projected);
    return organizationOrGrant(document as unknown as GrantDocument | undefined, projected);
  },
};

const placed = (at: ProjectedEvent): { revision: number; recordedAt: string } => ({
  revision: at.stored.revision,
  recordedAt: at.stored.metadata.recordedAt,
});

function person(before: PersonDocument | undefined, at: ProjectedEvent): JsonObject {
  const state = personDecider.evolve(before?.state ?? personDecider.initial, at.event as PersonEvent, placed(at));
  return document({ ...entry('person', at, at.stream.id!, before), state });
}

function key(before: KeyDocument | undefined, at: ProjectedEvent): JsonObject {
  const state = keyDecider.evolve(before?.state ?? keyDecider.initial, at.event as KeyEvent, placed(at));
  const admin = !state.revoked && state.issued?.roles.includes('admin') === true;
  return document({ ...entry('key', at, at.stream.id!, before), admin, state });
}

function organizationOrGrant(before: GrantDocument | undefined, at: ProjectedEvent): JsonObject | undefined {
  const event = at.event as OrganizationEvent;
  switch (event.type) {
    case 'OrganizationCreated': {
      const { platform, name } = event.data;
      return document({ ...entry('organization', at, at.stream.organization, undefined), platform, name });
    }
    case 'AccessGranted': {
      const { grant, person: who, home, role, from, until, personId } = event.data;
      return document({
        ...entry('grant', at, grant, undefined),
        person: who,
        home,
        role,
        from,
        until,
        personId,
        revoked: false,
      });
    }
    case 'AccessGrantRevoked':
      return before === undefined ? undefined : document({ ...before, revoked: true });
  }
}

function entry<Kind extends string>(
  kind: Kind,
  { stream, stored }: ProjectedEvent,
  id: string,
  before: Entry<Kind> | undefined,
): Entry<Kind> {
  return { kind, organization: stream.organization, id, since: before?.since ?? stored.metadata.recordedAt };
}

const document = (body: OrganizationDocument | PersonDocument | KeyDocument | GrantDocument): JsonObject =>
  body as unknown as JsonObject;
