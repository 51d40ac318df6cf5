import type { FastifyRequest } from 'fastify';
import type { KeyRing } from '../../ledger/key-ring.js';
import { streamName } from '../../ledger/stream-name.js';
import { callerId, definitionId } from '../../shared/text.js';

/** People are named by their streams, because the ids that callers gave to them are personal data. */
const PEOPLE = [
  { name: 'learner', stream: 'record' },
  { name: 'person', stream: 'person' },
] as const;
/** What has an id that stands readable in events anyway, the most particular first. */
const READABLE = ['key', 'grant', 'draft', 'scheme', 'learningPlan', 'course', 'group', 'organization'] as const;

/**
 * What a request is about: the learner or person whom it names as a stream, or else one id of a definition. Nothing else of a
 * request is ever recorded, and an id that has not the form of one is left out, because a refusal may come before all validation.
 */
export async function targetOf(keyRing: KeyRing, organization: string, request: FastifyRequest): Promise<string | undefined> {
  const named = (name: string): unknown =>
    [request.params, request.body, request.query]
      .map((part) =>
        typeof part === 'object' && part !== null && Object.hasOwn(part, name) ? part[name as keyof typeof part] : undefined,
      )
      .find((value) => value !== undefined);
  for (const { name, stream } of PEOPLE) {
    const id = callerId.safeParse(named(name));
    if (id.success) return streamName(stream, organization, await keyRing.pseudonym(organization, name, id.data));
  }
  return READABLE.map((name) => definitionId.safeParse(named(name)).data).find((id) => id !== undefined);
}
