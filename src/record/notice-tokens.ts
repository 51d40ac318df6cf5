import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { KeyRing } from '../ledger/key-ring.js';
import { reject, type Rejection } from '../shared/result.js';
import { definitionId, isoInstant } from '../shared/text.js';

/** What the link of a notice says: which certification of whom may be renewed by it, and how long. */
export interface Notice {
  /** The stream of the learner, which also names the organization. */
  readonly record: string;
  readonly scheme: string;
  readonly cycle: number;
  /** Exclusive. */
  readonly expires: string;
}

export const NOTICE_TOKEN_CHARACTERS_MAX = 1_000;
const PREFIX = 'certledger_notice_';
const TOKEN = /^certledger_notice_([A-Za-z0-9_-]+)\.([0-9a-f]{64})$/;
/** Two notices about one cycle are two tokens, each of which can be used once. */
const NONCE_BYTES = 12;

const noticeSchema = z.strictObject({
  record: z.string().max(200),
  scheme: definitionId,
  cycle: z.int().min(1),
  expires: isoInstant,
  nonce: z.string(),
});

/** The secret of a notice's link. The ledger keeps nothing of it before it is used; then its digest stands in the opening. */
export async function makeNoticeToken(keyRing: KeyRing, organization: string, notice: Notice): Promise<string> {
  const said = Buffer.from(JSON.stringify({ ...notice, nonce: randomBytes(NONCE_BYTES).toString('base64url') }));
  const text = said.toString('base64url');
  return `${PREFIX}${text}.${await keyRing.tokenMac(organization, 'notice', text)}`;
}

/** What a token says and its digest, where this ledger made it for that learner and scheme; else one refusal that tells nothing more. */
export async function readNoticeToken(
  keyRing: KeyRing,
  organization: string,
  token: string,
  about: Pick<Notice, 'record' | 'scheme'>,
): Promise<{ readonly notice: Notice; readonly digest: string } | Rejection<'NOTICE_INVALID'>> {
  const [, text, mac] = TOKEN.exec(token) ?? [];
  if (text === undefined || mac === undefined) return invalid();
  // The text itself is what was signed, so that no other way to write it is taken for another token.
  const expected = await keyRing.tokenMac(organization, 'notice', text);
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) return invalid();
  const notice = noticeSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  if (notice.record !== about.record || notice.scheme !== about.scheme) return invalid();
  return { notice, digest: createHash('sha256').update(token).digest('hex') };
}

const invalid = (): Rejection<'NOTICE_INVALID'> =>
  reject('NOTICE_INVALID', 'This is not the link of a notice about this certification of this learner.', '/notice');
