import { assert } from '../shared/assert.js';

/** A stream is `<kind>-<organization>` or `<kind>-<organization>-<id>`; kind and organization hold no hyphen (ADR 0001). */
export interface StreamName {
  readonly kind: string;
  readonly organization: string;
  readonly id: string | undefined;
}

/** An organization's id: it stands in every stream name for ever, so it is a short opaque word and never a person's name. */
export const ORGANIZATION_ID = /^[a-z0-9]{1,32}$/;
const STREAM = /^([a-z]+)-([a-z0-9]{1,32})(?:-([a-z0-9-]{1,64}))?$/;

export function streamName(kind: string, organization: string, id?: string): string {
  const name = id === undefined ? `${kind}-${organization}` : `${kind}-${organization}-${id}`;
  assert(STREAM.test(name), 'A stream name holds only its kind, its organization and a derived id.');
  return name;
}

export function parseStreamName(name: string): StreamName {
  const match = STREAM.exec(name);
  assert(match !== null, `${name} is not a stream of this ledger.`);
  return { kind: match[1]!, organization: match[2]!, id: match[3] };
}
