import { canonicalJson, digestOf, eventDigest } from './canonical-json.js';

test('RFC 8785: names are sorted by UTF-16 units, no blanks, the shortest escapes', () => {
  // The example of RFC 8785, section 3.2.3, without its fractions.
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'CR',
    '\ufb33': 'Hebrew',
    '1': 'One',
    '\ud83d\ude00': 'Emoji',
    '\u0080': 'Control',
    '\u00f6': 'o',
  };
  expect(Object.keys(JSON.parse(canonicalJson(value)) as object)).toEqual([
    '1',
    '\r',
    '\u0080',
    '\u00f6',
    '\u20ac',
    '\ud83d\ude00',
    '\ufb33',
  ]);
  expect(canonicalJson({ b: [1, -0, 'é\n\u000f"'], a: { d: null, c: true } })).toBe(
    '{"a":{"c":true,"d":null},"b":[1,0,"é\\n\\u000f\\""]}',
  );
});

test.each([[Number.NaN], [Infinity], [1.5], [2 ** 53], [undefined], ['\ud800'], [{ '\udc00': 1 }], [{ a: [0.1] }], [10n]])(
  '%p has no place in the log',
  (value) => expect(() => canonicalJson(value)).toThrow(),
);

test('a digest is over the bytes in UTF-8, and that of an event over its four parts only', () => {
  expect(digestOf({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  const event = { id: 'i', type: 'T', data: { a: 1 }, metadata: {} };
  const stored = { ...event, stream: 's', revision: 4, position: 'p' };
  expect(eventDigest(stored)).toBe(digestOf(event));
});
