import type { Service } from './service.js';

export interface Issued {
  readonly key: string;
  readonly token: string;
  readonly position: string;
}

/** Registers a person once more than needed without complaint, so that tests can ask for keys in any order. */
export async function keyFor(service: Service, person: string, roles: readonly string[], more: object = {}): Promise<Issued> {
  await service.post('/v1/persons', { person });
  return issued(service, { person, roles, ...more });
}

export async function issued(service: Service, body: object, token = service.token): Promise<Issued> {
  const answer = await service.post('/v1/keys', body, { token });
  if (answer.status !== 200) throw new Error(`No key was issued: ${answer.text}`);
  return answer.json<Issued>();
}

export interface Tenant {
  readonly organization: string;
  readonly token: string;
  readonly key: string;
}

/** Another organization with its first administrator. */
export async function tenant(service: Service, organization: string, administrator = 'chief'): Promise<Tenant> {
  const body = { organization, name: `The ${organization} company`, administrator: { person: administrator } };
  const answer = await service.post('/v1/organizations', body);
  if (answer.status !== 200) throw new Error(`No organization was made: ${answer.text}`);
  return { organization, ...answer.json<Issued>() };
}
