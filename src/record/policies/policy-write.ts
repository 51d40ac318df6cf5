import type { WriteRequest } from '../../http/write-request.js';
import type { KeyRing } from '../../ledger/key-ring.js';
import type { Json } from '../../shared/json.js';

/** A write of a policy: its id derives from what it is about, so that two policies, or one that runs again, end as one would. */
export async function policyWrite(
  keyRing: KeyRing,
  policy: string,
  organization: string,
  stream: string,
  key: Json,
): Promise<WriteRequest> {
  return {
    principal: { organization, actor: { key: 'policy', role: 'policy' } },
    origin: { kind: 'policy', policy },
    idempotencyKey: key,
    correlationId: await keyRing.commandId(organization, stream, key),
  };
}
