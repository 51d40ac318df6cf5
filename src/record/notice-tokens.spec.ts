import { MemoryKeys } from '../adapters/memory/keys.js';
import { KeyRing } from '../ledger/key-ring.js';
import { isRejection } from '../shared/result.js';
import { makeNoticeToken, NOTICE_TOKEN_CHARACTERS_MAX, readNoticeToken, type Notice } from './notice-tokens.js';

const ABOUT = { record: `record-main-${'a'.repeat(64)}`, scheme: 'S' };
const NOTICE: Notice = { ...ABOUT, cycle: 3, expires: '2025-06-01T00:00:00Z' };

describe('the token of a notice', () => {
  const keyRing = new KeyRing(new MemoryKeys(), Buffer.alloc(32, 1));
  const made = (notice: Notice = NOTICE): Promise<string> => makeNoticeToken(keyRing, 'main', notice);
  const isRefused = async (token: string, about = ABOUT, organization = 'main', ring = keyRing): Promise<boolean> =>
    isRejection(await readNoticeToken(ring, organization, token, about));

  test('says what it was made for, and its digest is that of the text', async () => {
    const [token, other] = [await made(), await made()];
    const read = await readNoticeToken(keyRing, 'main', token, ABOUT);
    expect(read).toMatchObject({ notice: NOTICE, digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    // Two notices about one cycle are two secrets.
    expect(other).not.toBe(token);
    expect(await readNoticeToken(keyRing, 'main', other, ABOUT)).not.toEqual(read);
  });

  test('every flipped bit is noticed', async () => {
    const token = await made();
    const flipped = [...token].flatMap((_, index) =>
      [1, 2, 4, 8, 16, 32, 64].map((bit) => {
        const letters = [...token];
        letters[index] = String.fromCharCode(token.charCodeAt(index) ^ bit);
        return letters.join('');
      }),
    );
    for (const changed of flipped) expect([changed, await isRefused(changed)]).toEqual([changed, true]);
    expect(await isRefused(token)).toBe(false);
  });

  test.each([
    ['for another learner', { ...ABOUT, record: `record-main-${'b'.repeat(64)}` }, 'main'],
    ['for another certification', { ...ABOUT, scheme: 'T' }, 'main'],
    ['in another organization', ABOUT, 'other'],
  ])('is of no use %s', async (_, about, organization) => {
    expect(await isRefused(await made(), about, organization)).toBe(true);
  });

  test('is of no use in another ledger, and text that is no token is refused', async () => {
    expect(await isRefused(await made(), ABOUT, 'main', new KeyRing(new MemoryKeys(), Buffer.alloc(32, 2)))).toBe(true);
    for (const text of ['', 'certledger_notice_', 'certledger_notice_e30.', `certledger_notice_e30.${'0'.repeat(64)}`, '\n'])
      expect(await isRefused(text)).toBe(true);
  });

  test('the longest fits into what a request may hold', async () => {
    const record = `record-${'o'.repeat(64)}-${'a'.repeat(64)}`;
    const longest = await made({ record, scheme: 's'.repeat(64), cycle: 20_000, expires: '2025-06-01T00:00:00.000Z' });
    expect(longest.length).toBeLessThan(NOTICE_TOKEN_CHARACTERS_MAX);
  });
});
