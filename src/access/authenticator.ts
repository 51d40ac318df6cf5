import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Ledger } from '../ledger/ledger.js';
import { ORGANIZATION_ID, streamName } from '../ledger/stream-name.js';
import { reject, type Rejection } from '../shared/result.js';
import { callerId } from '../shared/text.js';
import { isStanding, keyDecider } from './domain/key.js';
import { grantsInForce, organizationDecider } from './domain/organization.js';
import { delegationsInForce, personDecider, type PersonState } from './domain/person.js';
import { ROLES, type Role } from './domain/roles.js';
import type { KeyUses } from './key-uses.js';
import type { Session } from './tokens/session-tokens.js';

const TOKEN = /^certledger_([a-z0-9]{1,32})_([0-9a-f-]{36})_([0-9a-f]{64})$/;

export const keyStream = (organization: string, key: string): string => streamName(keyDecider.kind, organization, key);
export const personStream = (organization: string, person: string): string =>
  streamName(personDecider.kind, organization, person);
export const organizationStream = (organization: string): string => streamName(organizationDecider.kind, organization);
export const tokenOf = (organization: string, key: string, secret: string): string =>
  `certledger_${organization}_${key}_${secret}`;
export const secretDigest = (secret: string): string => hash('sha256', secret, 'hex');
export const newSecret = (): string => randomBytes(32).toString('hex');

/** A role that somebody has at this moment, from where, and until when if it ends. */
export interface RoleInForce {
  readonly role: Role;
  readonly by: 'key' | 'session' | 'delegation' | 'grant' | 'folder';
  readonly until?: string;
}

/** Who stands at the door and in which organization he would act. */
export interface Holder {
  readonly organization: string;
  /** The organization of the person's own, where that is another one. */
  readonly home?: string;
  readonly key: string;
  readonly person?: string;
  /** The person is known by the word of a trusted service only. */
  readonly asserted?: true;
  /** The trusted service whose key it is. */
  readonly service?: string;
  readonly roles: readonly RoleInForce[];
  readonly responsibility?: readonly string[];
}

/** What a caller asks beside opening the door, in headers. */
export interface Asked {
  readonly organization?: string | undefined;
  readonly person?: string | undefined;
}

export interface Doors {
  /** Who holds the folder's lock may do what the files allow anyway; it acts as the folder and not as a person. */
  readonly local?: { readonly token: string; readonly organization: string } | undefined;
  /** Bearer tokens of configured issuers, where there are any. */
  readonly sessions?: { verify(token: string): Promise<Session | undefined> } | undefined;
  readonly uses?: KeyUses;
}

/** So that a token of no key costs the same comparison as one with a wrong secret. */
const NO_DIGEST = secretDigest('');

/** Checks tokens against the streams of key and person, read to their tails each time, so that nothing stale can open the door. */
export class Authenticator {
  constructor(
    private readonly ledger: Ledger,
    private readonly doors: Doors = {},
  ) {}

  /** Whose token it is, acting at home; undefined for anything else than a standing key or session, without telling why. */
  async authenticate(token: string): Promise<Holder | undefined> {
    const { local, sessions } = this.doors;
    if (local !== undefined && token === local.token) {
      const roles = ROLES.map((role) => ({ role, by: 'folder' as const }));
      return { organization: local.organization, key: 'data-folder', roles };
    }
    if (token.startsWith('certledger_')) return this.byKey(token);
    const session = await sessions?.verify(token);
    return session === undefined ? undefined : this.bySession(session);
  }

  /**
   * Lets a holder act for the person, or in the organization, that is asked for. Whether another organization exists is
   * never told: the answer is the same for every one that has not let this person in.
   */
  async admit(holder: Holder, { organization, person }: Asked): Promise<Holder | Rejection> {
    const speaker = person === undefined ? holder : await this.speakingFor(holder, person);
    if ('kind' in speaker || organization === undefined || organization === speaker.organization) return speaker;
    return (
      (await this.actingIn(organization, speaker)) ?? reject('ORGANIZATION_UNKNOWN', 'There is no such organization for you.')
    );
  }

  private async byKey(token: string): Promise<Holder | undefined> {
    const match = TOKEN.exec(token);
    if (match === null) return undefined;
    const [, organization, key, secret] = match as unknown as [string, string, string, string];
    const { state } = await this.ledger.load(keyDecider, keyStream(organization, key));
    const fits = timingSafeEqual(Buffer.from(secretDigest(secret)), Buffer.from(state.issued?.digest ?? NO_DIGEST));
    const now = this.ledger.clock.now();
    if (!fits || !isStanding(state, now)) return undefined;
    const { person, service, roles, responsibility } = state.issued!;
    const delegated = person === undefined ? [] : await this.delegatedTo(organization, person);
    if (delegated === undefined) return undefined;
    this.doors.uses?.note(organization, key, state.lastUsed);
    return {
      organization,
      key,
      ...(person === undefined ? {} : { person }),
      ...(service === undefined ? {} : { service }),
      roles: [...roles.map((role) => ({ role, by: 'key' as const })), ...delegated],
      ...(responsibility === undefined ? {} : { responsibility }),
    };
  }

  private async bySession(session: Session): Promise<Holder | undefined> {
    const { organization, issuer, subject, roles, responsibility, expiresAt } = session;
    const { keyRing } = this.ledger;
    // A configured organization that nobody made yet has no key to make pseudonyms with, and must not get one here.
    if (!(await this.ledger.load(organizationDecider, organizationStream(organization))).state.exists) return undefined;
    const person = await keyRing.pseudonym(organization, 'person', session.person);
    const delegated = await this.delegatedTo(organization, person);
    if (delegated === undefined) return undefined;
    return {
      organization,
      key: await keyRing.commandId(organization, 'session', [issuer, subject]),
      person,
      roles: [...roles.map((role) => ({ role, by: 'session' as const, until: expiresAt })), ...delegated],
      ...(responsibility === undefined ? {} : { responsibility }),
    };
  }

  /** The roles that a person was lent; undefined when the person may not act at all. */
  private async delegatedTo(organization: string, person: string): Promise<readonly RoleInForce[] | undefined> {
    const state = await this.person(organization, person);
    if (state.deactivated) return undefined;
    return delegationsInForce(state, this.ledger.clock.now()).map(({ role, until }) => ({ role, by: 'delegation', until }));
  }

  private async person(organization: string, person: string): Promise<PersonState> {
    return (await this.ledger.load(personDecider, personStream(organization, person))).state;
  }

  /** What the person was lent is not added: the service may do for everybody what its own key says, and nothing else. */
  private async speakingFor(holder: Holder, header: string): Promise<Holder | Rejection> {
    if (holder.service === undefined)
      return reject('INVALID_PERSON_HEADER', 'Only the key of a trusted service may name the person for whom it acts.');
    const id = callerId.safeParse(decoded(header));
    if (!id.success)
      return reject('INVALID_PERSON_HEADER', 'Certledger-Person is not an id of 1 to 200 characters, percent-encoded in UTF-8.');
    const { organization } = holder;
    const person = await this.ledger.keyRing.pseudonym(organization, 'person', id.data);
    const known = await this.person(organization, person);
    // Otherwise a service could make persons up, and two of them would be four eyes.
    if (known.subject === undefined)
      return reject('PERSON_UNKNOWN', 'The person for whom the service acts is not registered. Register the person first.');
    if (known.deactivated) return reject('PERSON_DEACTIVATED', 'The person for whom the service acts is deactivated.');
    return { ...holder, person, asserted: true };
  }

  /** Only a person of the platform, known by the own key or session, and only by grants that stand at this moment. */
  private async actingIn(
    organization: string,
    { organization: home, key, person, asserted }: Holder,
  ): Promise<Holder | undefined> {
    if (person === undefined || asserted === true || !ORGANIZATION_ID.test(organization)) return undefined;
    const { state } = await this.ledger.load(organizationDecider, organizationStream(organization));
    const grants = grantsInForce(state, { home, person }, this.ledger.clock.now());
    if (grants.length === 0) return undefined;
    return { organization, home, key, person, roles: grants.map(({ role, until }) => ({ role, by: 'grant', until })) };
  }
}

function decoded(header: string): string | undefined {
  try {
    return decodeURIComponent(header);
  } catch {
    return undefined;
  }
}
