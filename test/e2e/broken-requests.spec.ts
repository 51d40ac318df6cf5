import { connect, type AddressInfo } from 'node:net';
import { TOKEN_CHARACTERS_MAX } from '../../src/access/tokens/session-tokens.js';
import { PROBLEMS } from '../../src/http/problems.js';
import { Service, type ProblemAnswer } from '../support/service.js';

/** What never becomes a request is answered too, and in the same form: requests are written byte by byte to a real socket. */
describe('a request that is none', () => {
  let service: Service;
  let port: number;

  beforeAll(async () => {
    service = await Service.memory();
    await service.started.app.listen(0, '127.0.0.1');
    ({ port } = service.started.app.getHttpServer().address() as AddressInfo);
  });
  afterAll(() => service.stop());

  /** All that comes back until the other side closes. */
  const sent = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    });

  const get = (headers: string) => sent(`GET /v1/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n\r\n`);

  function problemOf(text: string): ProblemAnswer & { readonly requestId: string } {
    const [head, body] = text.split('\r\n\r\n') as [string, string];
    expect(head).toContain('content-type: application/problem+json');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    const problem = JSON.parse(body) as ProblemAnswer & { readonly requestId: string };
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${problem.status} `));
    expect(problem.requestId).toMatch(/^[0-9a-f-]{36}$/);
    return problem;
  }

  it('whose token is longer than all headers may be is answered 431', async () => {
    const problem = problemOf(await get(`authorization: Bearer ${'x'.repeat(20_000)}`));
    expect(problem).toMatchObject({
      status: 431,
      code: 'HEADERS_TOO_LARGE',
      advice: PROBLEMS.HEADERS_TOO_LARGE.advice,
      type: 'urn:certledger:problem:headers-too-large',
    });
  });

  it('has the longest token that is looked at, and is told that it opens nothing', async () => {
    for (const length of [TOKEN_CHARACTERS_MAX, TOKEN_CHARACTERS_MAX + 1])
      expect(await get(`authorization: Bearer ${'x'.repeat(length)}`)).toMatch(/^HTTP\/1.1 401 [^]*"code":"UNAUTHENTICATED"/);
  });

  it.each(['NO HTTP AT ALL\r\n\r\n', 'GET /v1/me HTTP/9.9\r\n\r\n', 'GET /v1/me HTTP/1.1\r\nbroken header\r\n\r\n'])(
    'is answered 400: %j',
    async (bytes) => {
      expect(problemOf(await sent(bytes))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    },
  );

  it('does no harm to the next one', async () => {
    await sent('NO HTTP AT ALL\r\n\r\n');
    expect(await get(`authorization: Bearer ${service.token}`)).toMatch(/^HTTP\/1.1 200 /);
  });
});
