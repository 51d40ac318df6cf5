import { createServer } from 'node:net';
import { once } from 'node:events';
import { MONGO_TIMES, MongoConnection } from './client.js';

const SHORT = { ...MONGO_TIMES, selectionMilliseconds: 100, retryMilliseconds: 100, pauseMilliseconds: 1 };

/** A port of this machine at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function failureOf(url: string): Promise<{ code: string; message: string; text: string }> {
  const error: unknown = await MongoConnection.open(url, SHORT).catch((reason: unknown) => reason);
  const { code, message, cause } = error as { code: string; message: string; cause?: unknown };
  return { code, message, text: `${message} ${String(cause)}` };
}

describe('opening MongoDB', () => {
  it.each([
    'mongodb://certledger:se%cret@localhost/x',
    'mongodb://certledger:secret@localhost:port/x',
    'http://certledger:secret@localhost/x',
    'mongodb://certledger:secret@localhost/x?tls=perhaps',
    'mongodb://certledger:secret@localhost/x?unheardOf=1',
  ])('refuses %s with a hint and without the password', async (url) => {
    const { code, message, text } = await failureOf(url);
    expect(code).toBe('STORE_UNAVAILABLE');
    expect(message).toContain('CERTLEDGER_MONGODB_URL cannot be read');
    expect(text).not.toMatch(/se%?cret/);
  });

  it.each(['a.b', 'x'.repeat(59), 'a%2Fb', 'a%zz', 'a b', 'a$'])(
    'refuses the database %s, whose keys could have no place',
    async (name) => {
      const { code, message } = await failureOf(`mongodb://localhost/${name}`);
      expect([code, message]).toEqual(['STORE_UNAVAILABLE', expect.stringContaining('1 to 58 letters')]);
    },
  );

  it('says within its bounds, and without the password, which server cannot be reached', async () => {
    const port = await freePort();
    const { code, message, text } = await failureOf(`mongodb://certledger:secret@127.0.0.1:${port}/${'x'.repeat(58)}`);
    expect(code).toBe('STORE_UNAVAILABLE');
    expect(message).toContain(`127.0.0.1:${port}`);
    expect(text).not.toContain('secret');
  });
});
