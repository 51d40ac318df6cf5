import type { Json } from '../shared/json.js';

export const JSON_DEPTH_MAX = 32;

/** Why a text is not the JSON that is asked for. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson';
}

/**
 * `JSON.parse` for what strangers send: UTF-8 only, no repeated name in an object (RFC 8259 section 4 leaves its meaning
 * open, so two readers could see two facts), at most JSON_DEPTH_MAX levels deep, no `__proto__`, no unpaired surrogate.
 */
export function parseStrictJson(bytes: Uint8Array, { what = 'body', depth = JSON_DEPTH_MAX } = {}): Json {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new MalformedJson(`The ${what} is not UTF-8.`);
  }
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new MalformedJson(
      `The ${what} is not well-formed JSON: ${cause instanceof Error ? cause.message.replace(/, (\.\.\.)?".*$/s, '') : 'unknown'}.`,
      { cause },
    );
  }
  inspect(text, what, depth);
  return value;
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** Looks through a well-formed text for what `JSON.parse` lets pass: depth, repeated names, names that JavaScript takes for more. */
function inspect(text: string, what: string, depth: number): void {
  const open: (Set<string> | undefined)[] = [];
  let previous = '';
  let pending: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined);
      if (open.length > depth) throw new MalformedJson(`The ${what} is more than ${depth} levels deep.`);
    } else if (token === '}' || token === ']') open.pop();
    else if (token === ':') addName(open.at(-1)!, JSON.parse(pending!) as string, what);
    pending = token.startsWith('"') && (previous === '{' || previous === ',') ? token : undefined;
    previous = token;
  }
}

/** Names that the layers between here and the schema would drop without a word, so that an unknown field would pass. */
const MEANT_FOR_THE_MACHINE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function addName(names: Set<string>, name: string, what: string): void {
  if (MEANT_FOR_THE_MACHINE.has(name) || !name.isWellFormed()) throw new MalformedJson(`A name in the ${what} is not allowed.`);
  if (names.has(name)) throw new MalformedJson(`A name stands twice in one object of the ${what}.`);
  names.add(name);
}
