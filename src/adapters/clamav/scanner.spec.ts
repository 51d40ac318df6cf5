import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLEAN, FakeClamd, found, VERSION, type Reply } from '../../../test/support/fake-clamd.js';
import { SCANNER_TEXT_CHARACTERS_MAX, type Scan } from '../../attachments/ports/scanner.js';
import { parseClamAvAddress, staysHere } from './address.js';
import { ANSWER_BYTES_MAX, CLAMAV_TIMES } from './connection.js';
import { CHUNK_BYTES_MAX, ClamAvScanner } from './scanner.js';

const file = (size: number): Buffer => Buffer.alloc(size, 'certledger');
async function* inPieces(bytes: Buffer, length = 50_000): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length);
}
/** No test waits for the times of the real house. */
const SHORT = { ...CLAMAV_TIMES, silenceMilliseconds: 80, wholeMilliseconds: 10_000 };

describe('the scanner of ClamAV', () => {
  let clamd: FakeClamd;
  beforeEach(async () => {
    clamd = await FakeClamd.start();
  });
  afterEach(() => clamd.stop());
  const scan = (bytes = file(200_000), times = CLAMAV_TIMES): Promise<Scan> =>
    new ClamAvScanner(clamd.address, times).scan(inPieces(bytes));
  const answering = (reply: Reply): Promise<Scan> => {
    clamd.judge = () => reply;
    return scan();
  };

  it.each([1, CHUNK_BYTES_MAX - 1, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX + 1, 1_000_000])(
    'hands over every byte of a file of %i, in whatever pieces it comes',
    async (size) => {
      for (const length of [1_000, CHUNK_BYTES_MAX, 3 * CHUNK_BYTES_MAX]) {
        const scanner = new ClamAvScanner(clamd.address);
        expect(await scanner.scan(inPieces(file(size), length))).toEqual({ verdict: 'clean' });
        expect(clamd.files.pop()!.equals(file(size))).toBe(true);
      }
    },
  );

  it('takes for clean exactly what says so', async () => {
    expect(await answering(CLEAN)).toEqual({ verdict: 'clean' });
    expect(await answering({ say: ['stre', 'am: OK', '\0'] })).toEqual({ verdict: 'clean' });
    const others = [
      'stream: OK FOUND\0',
      'stream: Ok\0',
      'stream: OK \0',
      ' stream: OK\0',
      'OK\0',
      '\0',
      'stream: OK\n\0',
      'stream: OK\0stream: OK\0',
      'stream: OK\0\0',
      '/tmp/clamav-1: OK\0',
      'stream: not OK\0',
      'stream: OK',
      'stream: OK\n',
      '',
    ];
    for (const text of others) {
      const said = await answering({ say: [text] });
      expect([text, said.verdict]).not.toEqual([text, 'clean']);
    }
  });

  it('names what was found, as it was said but printable and of bounded length', async () => {
    expect(await answering(found('Win.Test.EICAR_HDB-1'))).toEqual({ verdict: 'infected', signature: 'Win.Test.EICAR_HDB-1' });
    expect(await answering({ say: ['stream: Win.Test', '.EICAR_HDB-1 FO', 'UND\0'] })).toEqual({
      verdict: 'infected',
      signature: 'Win.Test.EICAR_HDB-1',
    });
    expect(await answering(found('Evil\nOne\x1b[2J'))).toEqual({ verdict: 'infected', signature: 'Evil?One?[2J' });
    for (const length of [SCANNER_TEXT_CHARACTERS_MAX, SCANNER_TEXT_CHARACTERS_MAX + 1])
      expect(await answering(found('x'.repeat(length)))).toEqual({
        verdict: 'infected',
        signature: 'x'.repeat(SCANNER_TEXT_CHARACTERS_MAX),
      });
  });

  it.each(['Heuristics.Limits.Exceeded', 'Heuristics.Limits.Exceeded.MaxFileSize', 'Heuristics.Limits.Exceeded.MaxScanTime'])(
    'takes %s for a limit and for no virus',
    async (signature) => {
      expect(await answering(found(signature))).toEqual({ verdict: 'limit-exceeded', signature });
    },
  );

  it('takes a name that only looks like a limit for what it is', async () => {
    expect(await answering(found('Heuristics.Limits.ExceededByFar'))).toMatchObject({ verdict: 'infected' });
  });

  it('says that a limit was exceeded where the daemon takes no more bytes', async () => {
    clamd.streamMaxLength = 150_000;
    expect(await scan(file(150_000))).toEqual({ verdict: 'clean' });
    expect(await scan(file(150_001))).toEqual({ verdict: 'limit-exceeded', signature: 'StreamMaxLength' });
  });

  it('hands over no more than its own bound', async () => {
    const scanner = new ClamAvScanner(clamd.address, CLAMAV_TIMES, 100_000);
    expect(await scanner.scan(inPieces(file(100_000)))).toEqual({ verdict: 'clean' });
    expect(await scanner.scan(inPieces(file(100_001)))).toMatchObject({ verdict: 'limit-exceeded' });
    expect(clamd.files).toHaveLength(1);
  });

  it('takes an error for a failure, never for a verdict', async () => {
    expect(await answering({ say: ["stream: Can't allocate memory ERROR\0"] })).toEqual({
      verdict: 'failed',
      why: "stream: Can't allocate memory ERROR",
    });
    expect(await answering({ say: ['UNKNOWN COMMAND\0'] })).toEqual({ verdict: 'failed', why: 'UNKNOWN COMMAND' });
    expect(await answering({ say: [`${'x'.repeat(ANSWER_BYTES_MAX)}\0`] })).toMatchObject({ verdict: 'failed' });
    expect(await answering({ say: ['x'.repeat(10 * ANSWER_BYTES_MAX)] })).toMatchObject({ verdict: 'failed' });
  });

  it('takes what is said before the whole file was there for no clean file', async () => {
    clamd.early = CLEAN;
    expect(await scan(file(5_000_000))).toMatchObject({ verdict: 'failed' });
  });

  it('has no verdict where nothing is said: cut in the middle, cut at the end, silent, timed out there', async () => {
    expect(await answering('cut')).toEqual({ verdict: 'none', why: expect.stringContaining('answer') });
    expect(await answering({ say: ['stream: O'] })).toMatchObject({ verdict: 'none' });
    expect(await answering({ say: ['COMMAND READ TIMED OUT\0'] })).toMatchObject({ verdict: 'none' });
    clamd.judge = () => 'silence';
    expect(await scan(file(10), SHORT)).toEqual({ verdict: 'none', why: 'it fell silent' });
    const whole = { ...CLAMAV_TIMES, wholeMilliseconds: 80 };
    expect(await scan(file(10), whole)).toEqual({ verdict: 'none', why: 'it took too long' });
    clamd.early = 'cut';
    expect(await scan(file(5_000_000))).toMatchObject({ verdict: 'none' });
    clamd.early = 'silence';
    expect(await scan(file(50_000_000), SHORT)).toMatchObject({ verdict: 'none' });
  });

  it('has no verdict where nobody listens, and reads nothing of the file', async () => {
    await clamd.stop();
    let read = 0;
    async function* watched(): AsyncGenerator<Buffer> {
      read += 1;
      yield file(10);
    }
    expect(await new ClamAvScanner(clamd.address).scan(watched())).toEqual({
      verdict: 'none',
      why: 'it cannot be reached (ECONNREFUSED)',
    });
    expect(read).toBe(0);
    expect(await new ClamAvScanner({ path: '/nowhere/clamd.ctl' }).scan(watched())).toMatchObject({ verdict: 'none' });
  });

  it('throws what goes wrong with the file itself, and lets go of the file and of the daemon', async () => {
    let isLeft = false;
    async function* damaged(): AsyncGenerator<Buffer> {
      try {
        yield file(10);
        throw new Error('the file is damaged');
      } finally {
        isLeft = true;
      }
    }
    await expect(new ClamAvScanner(clamd.address).scan(damaged())).rejects.toThrow('the file is damaged');
    expect([isLeft, clamd.files.length]).toEqual([true, 0]);
  });

  it('lets go of a file of which no more is wanted', async () => {
    clamd.early = found('Early');
    let isLeft = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield file(CHUNK_BYTES_MAX);
      } finally {
        isLeft = true;
      }
    }
    expect(await new ClamAvScanner(clamd.address).scan(endless())).toEqual({ verdict: 'infected', signature: 'Early' });
    expect(isLeft).toBe(true);
  });

  it('leaves in the middle when it is told to stop, without a verdict', async () => {
    clamd.judge = () => 'silence';
    const scanner = new ClamAvScanner(clamd.address);
    const stopping = new AbortController();
    const scanned = scanner.scan(inPieces(file(10)), stopping.signal);
    while (clamd.files.length === 0) await new Promise((look) => setTimeout(look, 5));
    stopping.abort();
    expect(await scanned).toEqual({ verdict: 'none', why: 'it was left' });
    expect(await scanner.scan(inPieces(file(10)), AbortSignal.abort())).toMatchObject({ verdict: 'none' });
    expect(clamd.files).toHaveLength(1);
  });

  it('tells the version of the daemon, and nothing where no daemon answers', async () => {
    const scanner = new ClamAvScanner(clamd.address, { ...CLAMAV_TIMES, connectMilliseconds: 200 });
    expect(await scanner.version()).toBe(VERSION);
    clamd.version = { say: ['HTTP/1.1 400 Bad Request\r\n\0'] };
    expect(await scanner.version()).toBeUndefined();
    for (const reply of ['cut', 'silence'] as const) {
      clamd.version = reply;
      expect(await scanner.version()).toBeUndefined();
    }
    clamd.version = { say: [`ClamAV ${'1'.repeat(200)}\0`] };
    expect(await scanner.version()).toHaveLength(100);
    await clamd.stop();
    expect(await scanner.version()).toBeUndefined();
  });

  it('goes by a socket file, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certledger-clamd-'));
    const path = join(folder, 'clamd.ctl');
    const local = await FakeClamd.start({ path });
    const scanner = new ClamAvScanner(parseClamAvAddress(`unix:${path}`)!);
    expect([await scanner.version(), await scanner.scan(inPieces(file(10)))]).toEqual([VERSION, { verdict: 'clean' }]);
    await local.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('where a daemon is', () => {
  it.each([
    ['127.0.0.1:3310', { host: '127.0.0.1', port: 3_310 }, true],
    ['localhost:1', { host: 'localhost', port: 1 }, true],
    ['clamav.example.org:65535', { host: 'clamav.example.org', port: 65_535 }, false],
    ['[::1]:3310', { host: '::1', port: 3_310 }, true],
    ['[fd00::2]:3310', { host: 'fd00::2', port: 3_310 }, false],
    ['unix:/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }, true],
  ] as const)('%s', (text, address, isHere) => {
    expect(parseClamAvAddress(text)).toEqual(address);
    expect(staysHere(address)).toBe(isHere);
  });

  it.each([
    '',
    '3310',
    'localhost',
    'localhost:',
    'localhost:0',
    'localhost:65536',
    'localhost:x',
    'tcp://localhost:3310',
    '::1:3310',
    'unix:run/clamd.ctl',
    'unix:',
    'unix:/a b',
    `unix:/${'x'.repeat(101)}`,
  ])('not %j', (text) => {
    expect(parseClamAvAddress(text)).toBeUndefined();
  });
});
