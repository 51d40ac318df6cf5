import type { Asked, ProblemAnswer, Service } from './service.js';

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

export interface Me {
  readonly organization: string;
  readonly home?: string;
  readonly key: string;
  readonly person?: string;
  readonly asserted?: true;
  readonly roles: readonly { role: string; by: string; until?: string }[];
  readonly responsibility?: readonly string[];
}
export interface KeyItem {
  readonly key: string;
  readonly person?: string;
  readonly service?: string;
  readonly roles: readonly string[];
  readonly label?: string;
  readonly expires?: string;
  readonly lastUsed?: string;
  readonly replaces?: string;
  readonly revoked: boolean;
  readonly standing: boolean;
}

export const REASON = { reason: { code: 'left-us', text: 'Went to another company.' } };
export const rolesOf = ({ roles }: Me): string[] => roles.map(({ role }) => role);

/** What tests ask of the service that stands at that moment. */
export function asking(service: () => Service) {
  const keys = async (token = service().token): Promise<readonly KeyItem[]> =>
    (await service().get(`/v1/keys?minPosition=${await service().end()}`, { token })).json<{ items: KeyItem[] }>().items;
  return {
    keys,
    keyItem: async ({ key }: Pick<Issued, 'key'>): Promise<KeyItem | undefined> =>
      (await keys()).find((item) => item.key === key),
    status: async (token: string, url = '/v1/me', asked: Asked = {}): Promise<number> =>
      (await service().get(url, { ...asked, token })).status,
    me: async (token: string, headers: Record<string, string> = {}): Promise<Me> =>
      (await service().get('/v1/me', { token, headers })).json<Me>(),
    refusal: async (url: string, body: unknown, asked: Asked = {}) => {
      const { status, code, pointer } = (await service().post(url, body, asked)).json<ProblemAnswer>();
      return { status, code, pointer };
    },
  };
}
