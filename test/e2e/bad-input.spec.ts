import { IDEMPOTENCY_KEY_MAX } from '../../src/http/write-request.js';
import { refusalsOf } from '../support/refusals.js';
import { course, newKey, scheme, Service, type Asked } from '../support/service.js';

/** Every way to ask wrongly: the caller is told what, where and how to mend it, and the facts stand where they stood. */
describe('bad input', () => {
  let service: Service;
  const effective = { date: '2024-05-01' };
  const reason = { code: 'issued-in-error', text: 'Two were mixed up.' };

  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/courses', course('C2'));
    await service.write('/v1/schemes', scheme('S1', { course: 'C1' }));
    await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
  });
  afterAll(() => service.stop());

  const { refusal, post, get } = refusalsOf(() => service);
  const raw = (text: string | Buffer, asked: Asked = {}) =>
    refusal(() => service.request('POST', '/v1/learners', { key: newKey(), raw: text, ...asked }));
  const completion = (more: object) => post('/v1/learners/emp-1/completions', { course: 'C1', effective, ...more });

  it('the same service takes what is right, also the longest id in the longest spelling', async () => {
    expect(await service.write('/v1/learners', { learner: 'emp-0' })).toMatchObject({ outcome: 'recorded' });
    const learner = '漢'.repeat(200);
    const { position } = await service.write('/v1/learners', { learner });
    const answer = await service.get(`/v1/learners/${encodeURIComponent(learner)}?minPosition=${position}`);
    expect(answer.json()).toMatchObject({ learner });
  });

  describe('the shape of a body', () => {
    it.each([
      ['/v1/courses', { ...course('C9'), colour: 'red' }],
      ['/v1/schemes', { ...scheme('S9', { course: 'C1' }), colour: 'red' }],
      ['/v1/schemes', scheme('S9', { course: 'C1', colour: 'red' })],
      ['/v1/learners', { learner: 'emp-2', colour: 'red' }],
      ['/v1/learners/emp-1/completions', { course: 'C1', effective, colour: 'red' }],
      ['/v1/learners/emp-1/completions', { course: 'C1', effective: { ...effective, colour: 'red' } }],
      ['/v1/learners/emp-1/corrections', { name: 'Bea', colour: 'red' }],
      ['/v1/learners/emp-1/schemes/S1/awards', { effective, reason, colour: 'red' }],
      ['/v1/learners/emp-1/schemes/S1/revocations', { reason: { ...reason, colour: 'red' } }],
      ['/v1/imports/B1/rows', { rows: [{}], colour: 'red' }],
    ])('an unknown field is refused: %s', async (url, body) => {
      expect(await post(url, body)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', errors: expect.any(Array) });
    });

    it.each([
      ['/learner', { learner: 7 }],
      ['/learner', { learner: null }],
      ['/learner', { learner: '' }],
      ['/learner', {}],
      ['/name', { learner: 'emp-2', name: ['Ada'] }],
      ['/name', { learner: 'emp-2', name: 'x'.repeat(301) }],
      ['', []],
      ['', null],
      ['', 'text'],
    ])('a wrong type is refused at %s', async (pointer, body) => {
      const problem = await post('/v1/learners', body);
      expect(problem).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
      expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
    });

    it.each([
      [{ date: '2024-02-31' }],
      [{ date: '2023-02-29' }],
      [{ date: '10000-01-01' }],
      [{ date: '+010000-01-01' }],
      [{ date: '0000-01-01' }],
      [{ date: '2024-5-1' }],
      [{ instant: '2024-05-01T10:00:00' }],
      [{ instant: '2024-02-31T10:00:00Z' }],
      [{ instant: '10000-01-01T00:00:00Z' }],
      [{ instant: '2024-05-01T25:00:00Z' }],
      [{ instant: '2024-05-01T10:00:00Z', zone: 'Mars/Olympus' }],
      [{ date: '2024-05-01', instant: '2024-05-01T10:00:00Z' }],
      [{}],
    ])('no such day or instant: %j', async (wrong) => {
      expect(await completion({ effective: wrong })).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    });

    it('what fits none of several forms is told all of them', async () => {
      const told = async (url: string, body: object) => (await post(url, body)).errors;
      expect(await told('/v1/learners/emp-1/completions', { course: 'C1', effective: {} })).toEqual([
        { pointer: '/effective', detail: expect.stringMatching(/^Must be \{"date": .* or \{"instant": /) },
      ]);
      expect(await told('/v1/schemes', scheme('S9', { course: 'C1' }, { validity: {} }))).toEqual([
        { pointer: '/validity', detail: 'Must be {"perpetual": true} or {"duration": "P2Y"}.' },
      ]);
      expect(await told('/v1/schemes/S1/assignments', { matching: {} })).toEqual([
        { pointer: '/matching', detail: 'Must be {"group": "id-of-a-group"} or {"everybody": true}.' },
      ]);
    });

    it('a score with zeros before it, reported or asked for', async () => {
      const report = { course: 'C1', activity: 'quiz', kind: 'quiz', effective };
      for (const score of ['014', '00', '007.5']) {
        expect(await post('/v1/learners/emp-1/activities', { ...report, score })).toMatchObject({
          code: 'INVALID_REQUEST',
          errors: [{ pointer: '/score', detail: expect.stringContaining('"14" instead of "014"') }],
        });
        const activities = [{ activity: 'quiz', kind: 'quiz', maxScore: score }];
        expect(await post('/v1/courses', course('C9', { activities }))).toMatchObject({
          status: 400,
          code: 'INVALID_REQUEST',
          pointer: '/activities/0/maxScore',
        });
      }
    });

    it('no such instant in a question', async () => {
      for (const at of ['2024-05-01T10:00:00', '2024-02-31T10:00:00Z', '10000-01-01T00:00:00Z', 'now'])
        expect(await get(`/v1/learners/emp-1?at=${at}`)).toMatchObject({ code: 'INVALID_REQUEST' });
      expect(await get('/v1/expiry-dates?from=2024-02-31')).toMatchObject({ code: 'INVALID_REQUEST' });
      expect(await get('/v1/expiry-dates?colour=red')).toMatchObject({ code: 'INVALID_REQUEST' });
      for (const name of ['constructor', 'prototype', '__proto__', '%5F_proto__', 'constructor.prototype'])
        for (const list of ['expiry-dates', 'courses', 'learners', 'learners/emp-1', 'audit/attempts'])
          expect(await get(`/v1/${list}?${name}=x`)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
      expect(await get('/v1/expiry-dates?limit=201')).toMatchObject({ code: 'INVALID_REQUEST' });
      expect(await get('/v1/expiry-dates?limit=-1')).toMatchObject({ code: 'INVALID_REQUEST' });
    });

    it('a fact of the future and a validity that passes the year 9999', async () => {
      expect(await completion({ effective: { date: '2024-06-03' } })).toMatchObject({ code: 'EFFECTIVE_IN_FUTURE' });
      expect(await completion({ effective: { date: '9999-12-31' } })).toMatchObject({ code: 'EFFECTIVE_IN_FUTURE' });
    });
  });

  describe('text', () => {
    it.each([
      ['NUL', '{"learner":"emp\\u0000"}'],
      ['a control character', '{"learner":"emp\\u001b"}'],
      ['a lone high surrogate', '{"learner":"\\ud800"}'],
      ['a lone low surrogate', '{"learner":"a\\udc00b"}'],
      ['surrogates in the wrong order', '{"learner":"\\udc00\\ud800"}'],
    ])('%s in a value is refused by the schema', async (_, body) => {
      expect(await raw(body)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    });

    it.each([
      ['a lone surrogate in a name', '{"\\ud800":1}'],
      ['raw NUL', '{"learner":"a\u0000b"}'],
      ['no JSON', 'learner=emp-2'],
      ['JSON cut short', '{"learner":"emp-2"'],
      ['two documents', '{"learner":"a"}{"learner":"b"}'],
      ['nothing', ''],
      ['a byte order mark twice', '\ufeff\ufeff{"learner":"a"}'],
      ['a name that stands twice', '{"learner":"emp-2","learner":"emp-3"}'],
      ['a name that stands twice in different spelling', '{"learner":"emp-2","l\\u0065arner":"emp-3"}'],
      ['a name that stands twice deep inside', '{"learner":"emp-2","x":[{"a":{"b":1,"b":2}}]}'],
      ['__proto__', '{"learner":"emp-2","__proto__":{"name":"Eve"}}'],
      ['__proto__ in another spelling', '{"learner":"emp-2","\\u005f_proto__":{"name":"Eve"}}'],
      ['10,000 lists in each other', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
      ['10,000 objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
      ['depth behind strings that look like structure', `{"a":"{[\\"","b":${'['.repeat(40)}${']'.repeat(40)}}`],
    ])('%s is no body', async (_, body) => {
      expect(await raw(body)).toMatchObject({ status: 400, code: 'MALFORMED_JSON' });
    });

    it('what is broken is not quoted back', async () => {
      for (const body of ['{"learner":"a", "name": MARKER-IN-BODY}', `{"learner":"${'x'.repeat(80)}MARKER-IN-BODY" oops}`])
        expect(JSON.stringify(await raw(body))).not.toContain('MARKER');
    });

    it('constructor and prototype are no names of a field, on any level', async () => {
      for (const body of ['{"learner":"emp-2","constructor":{}}', '{"learner":"emp-2","x":[{"prototype":{"name":"Eve"}}]}'])
        expect(await raw(body)).toMatchObject({ status: 400, code: 'MALFORMED_JSON' });
      expect(({} as { name?: string }).name).toBeUndefined();
    });

    it('bytes that are not UTF-8', async () => {
      const broken = Buffer.concat([Buffer.from('{"learner":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
      expect(await raw(broken)).toMatchObject({ status: 400, code: 'MALFORMED_JSON' });
      expect(await raw(Buffer.from('{"learner":"emp-2"}', 'utf16le'))).toMatchObject({ status: 400, code: 'MALFORMED_JSON' });
    });

    it('10 MB', async () => {
      const body = JSON.stringify({ learner: 'emp-2', name: 'x'.repeat(10_000_000) });
      expect(await raw(body)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    });

    it('another media type', async () => {
      for (const contentType of [
        'text/plain',
        'application/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ])
        expect(await raw('{"learner":"emp-2"}', { contentType })).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    });
  });

  describe('who asks', () => {
    it('a missing, malformed or wrong key', async () => {
      const [organization, key] = service.token.split('_').slice(1);
      const wrong = [
        null,
        '',
        'x',
        'x'.repeat(5_000),
        service.token.slice(0, -1),
        `${service.token}0`,
        service.token.toUpperCase(),
        `certledger_${organization}_${key}_${'0'.repeat(64)}`,
        `certledger_${organization}_00000000-0000-0000-0000-000000000000_${'0'.repeat(64)}`,
        `certledger_nobody_${key}_${'0'.repeat(64)}`,
        'certledger___proto___',
      ];
      for (const token of wrong) {
        const problem = await refusal(() => service.get('/v1/learners/emp-1', { token }));
        expect(problem).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
        expect(await post('/v1/learners', { learner: 'emp-2' }, { token })).toMatchObject({ status: 401 });
      }
      const basic = { token: null, headers: { authorization: `Basic ${service.token}` } };
      expect(await get('/v1/learners/emp-1', basic)).toMatchObject({ status: 401 });
    });
  });

  describe('repeats and races', () => {
    it('a missing, empty or overlong idempotency key', async () => {
      const under = (headers: Record<string, string>) =>
        service.request('POST', '/v1/learners', { body: { learner: 'emp-7' }, headers });
      for (const headers of [{}, { 'idempotency-key': '' }])
        expect(await refusal(() => under(headers as Record<string, string>))).toMatchObject({
          status: 400,
          code: 'IDEMPOTENCY_KEY_MISSING',
        });
      const tooLong = () => under({ 'idempotency-key': 'x'.repeat(IDEMPOTENCY_KEY_MAX + 1) });
      expect(await refusal(tooLong)).toMatchObject({
        status: 400,
        code: 'INVALID_IDEMPOTENCY_KEY',
        detail: 'The Idempotency-Key has 201 characters; it may have 200.',
      });
      expect((await under({ 'idempotency-key': 'x'.repeat(IDEMPOTENCY_KEY_MAX) })).status).toBe(200);
    });

    it('a reused idempotency key', async () => {
      await service.write('/v1/learners', { learner: 'emp-5', name: 'Ada' }, { key: 'used' });
      expect(await post('/v1/learners', { learner: 'emp-5', name: 'Bea' }, { key: 'used' })).toMatchObject({
        status: 422,
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      expect(await post('/v1/learners/emp-5/corrections', { name: 'Ada' }, { key: 'used' })).toMatchObject({ status: 422 });
    });

    it('a stale or malformed If-Match', async () => {
      const first = await service.write('/v1/learners', { learner: 'emp-6' });
      await service.write('/v1/learners/emp-6/corrections', { name: 'Ada' }, { ifMatch: `"${first.etag}"` });
      const stale = { ifMatch: `"${first.etag}"` };
      expect(await post('/v1/learners/emp-6/corrections', { name: 'Bea' }, stale)).toMatchObject({
        status: 412,
        code: 'PRECONDITION_FAILED',
      });
      for (const ifMatch of ['7', '*', 'W/"7"', '"x"', '"-1"', '""'])
        expect(await post('/v1/learners/emp-6/corrections', { name: 'Bea' }, { ifMatch })).toMatchObject({
          status: 400,
          code: 'INVALID_IF_MATCH',
        });
    });

    it('what exists already', async () => {
      expect(await post('/v1/learners', { learner: 'emp-1' })).toMatchObject({ status: 409, code: 'LEARNER_EXISTS' });
      expect(await post('/v1/courses', course('C1'))).toMatchObject({ status: 409, code: 'COURSE_EXISTS' });
      expect(await post('/v1/schemes', scheme('S1', { course: 'C1' }))).toMatchObject({ status: 409, code: 'SCHEME_EXISTS' });
    });
  });

  describe('schemes', () => {
    it.each([
      ['CRITERIA_NEVER_SATISFIED', '/criteria', { any: [] }],
      ['CRITERIA_NEVER_SATISFIED', '/criteria', { atLeast: 3, of: [{ course: 'C1' }, { course: 'C2' }] }],
      ['CRITERIA_NEVER_SATISFIED', '/criteria/all/1', { all: [{ course: 'C1' }, { any: [] }] }],
      ['CRITERIA_ALWAYS_SATISFIED', '/criteria', { all: [] }],
      ['CRITERIA_ALWAYS_SATISFIED', '/criteria', { atLeast: 0, of: [{ course: 'C1' }] }],
      ['CRITERIA_REPEATED', '/criteria/all/1', { all: [{ course: 'C1' }, { course: 'C1' }] }],
      ['COURSE_UNKNOWN', '/criteria/any/1', { any: [{ course: 'C1' }, { course: 'none' }] }],
    ])('%s at %s', async (code, pointer, criteria) => {
      const problem = await post('/v1/schemes', scheme('S9', criteria));
      expect(problem).toMatchObject({ code, pointer });
    });

    it('criteria that are too deep, too many or of no known kind', async () => {
      let deep: unknown = { course: 'C1' };
      for (let level = 0; level < 17; level += 1) deep = { notBefore: '2020-01-01', criteria: deep };
      expect(await post('/v1/schemes', scheme('S9', deep))).toMatchObject({ code: 'CRITERIA_TOO_LARGE' });
      const many = { any: Array.from({ length: 30 }, () => ({ all: Array.from({ length: 20 }, () => ({ course: 'C1' })) })) };
      expect((await post('/v1/schemes', scheme('S9', many))).code).toMatch(/^CRITERIA_/);
      for (const criteria of [{}, { none: [] }, { course: 'C1', any: [] }, null, 'C1', { atLeast: 1.5, of: [] }])
        expect(await post('/v1/schemes', scheme('S9', criteria))).toMatchObject({ code: 'INVALID_REQUEST' });
    });

    it('periods and zones that do not exist', async () => {
      for (const more of [
        { validity: { duration: 'P0D' } },
        { validity: { duration: 'PT5H' } },
        { validity: { duration: '-P1Y' } },
        { validity: { duration: 'P1Y', perpetual: true } },
        { validity: {} },
        { timeZone: 'Berlin' },
        { timeZone: '+02:00:61' },
        { published: '2024-02-31' },
      ])
        expect(await post('/v1/schemes', scheme('S9', { course: 'C1' }, more))).toMatchObject({ code: 'INVALID_REQUEST' });
    });
  });
});
