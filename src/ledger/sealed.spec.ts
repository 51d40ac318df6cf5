import { fieldKey, isSealed, openWithFieldKey, seal, type SealedPlace } from './sealed.js';

const subjectKey = Buffer.alloc(32, 7);
const place: SealedPlace = {
  key: '0190a1b2-0000-7000-8000-000000000001',
  event: '0190a1b2-0000-7000-8000-00000000000e',
  field: 'LearnerRegistered.name',
};
const open = (sealed: ReturnType<typeof seal>, key = fieldKey(subjectKey, sealed)) => openWithFieldKey(sealed, key);

test.each(['Ada', 'Ωmega 🎓', '', 'a'.repeat(5_000), null, 7, { given: 'Ada', family: ['L'] }])(
  '%j opens as it was sealed',
  (plain) => {
    const sealed = seal(plain, subjectKey, place);
    expect(isSealed(sealed)).toBe(true);
    expect(open(sealed)).toEqual(plain);
  },
);

test('the same value sealed twice shows nothing in common but its place and its commitment', () => {
  const [first, second] = [seal('Ada', subjectKey, place), seal('Ada', subjectKey, place)];
  expect(first.nonce).not.toBe(second.nonce);
  expect(first.ciphertext).not.toBe(second.ciphertext);
  expect(JSON.stringify(first)).not.toContain('Ada');
});

test('another subject key does not open it', () => {
  const sealed = seal('Ada', subjectKey, place);
  expect(open(sealed, fieldKey(Buffer.alloc(32, 8), sealed))).toBeUndefined();
});

test('the key of one field opens that field alone', () => {
  const name = seal('Ada', subjectKey, place);
  const disclosed = fieldKey(subjectKey, name);
  expect(open(name, disclosed)).toBe('Ada');
  for (const other of [
    { ...place, field: 'LearnerRegistered.contact' },
    { ...place, event: '0190a1b2-0000-7000-8000-00000000000f' },
    { ...place, key: '0190a1b2-0000-7000-8000-000000000002' },
  ]) {
    expect(open(seal('Ada', subjectKey, other), disclosed)).toBeUndefined();
  }
});

test('the commitment binds the key: a changed one opens nothing, though the ciphertext would', () => {
  const sealed = seal('Ada', subjectKey, place);
  const other = seal('Ada', subjectKey, { ...place, field: 'LearnerRegistered.contact' });
  expect(open({ ...sealed, commitment: other.commitment })).toBeUndefined();
  expect(open({ ...sealed, commitment: sealed.commitment.slice(0, -2) })).toBeUndefined();
  expect(open({ ...sealed, commitment: '' })).toBeUndefined();
});

test('a ciphertext moved to another event or field does not open there, even under the key of its own place', () => {
  const sealed = seal('Ada', subjectKey, place);
  for (const moved of [
    { ...sealed, event: '0190a1b2-0000-7000-8000-00000000000f' },
    { ...sealed, field: 'LearnerDetailsCorrected.name' },
  ]) {
    expect(open(moved)).toBeUndefined();
    expect(open(moved, fieldKey(subjectKey, sealed))).toBeUndefined();
  }
});

test('each altered, missing or added byte is noticed', () => {
  const sealed = seal('Ada', subjectKey, place);
  const bytes = Buffer.from(sealed.ciphertext, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const altered = Buffer.from(bytes);
    altered[index]! ^= 1;
    expect(open({ ...sealed, ciphertext: altered.toString('base64url') })).toBeUndefined();
    expect(open({ ...sealed, ciphertext: bytes.subarray(0, index).toString('base64url') })).toBeUndefined();
  }
  expect(open({ ...sealed, ciphertext: Buffer.concat([bytes, bytes]).toString('base64url') })).toBeUndefined();
  expect(open({ ...sealed, nonce: Buffer.alloc(12).toString('base64url') })).toBeUndefined();
});
