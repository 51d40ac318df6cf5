import { pino } from 'pino';
import { sampleRecord } from '../../../test/contract/files.contract.js';
import { TestClock } from '../../../test/support/service.js';
import { MemoryFiles } from '../../adapters/memory/files.js';
import { UNREFERRED_MILLISECONDS_MAX } from '../domain/bounds.js';
import type { FileRecord, Files } from '../ports/files.js';
import { FILES_PER_ROUND_MAX, PINNED_PASS_MILLISECONDS, RemoveUnreferred, type IsReferred } from './remove-unreferred.js';

const UPLOADED = Date.parse('2024-06-01T12:00:00.000Z');
const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();
const NEVER = new AbortController().signal;

describe('the collection of files that nothing refers to', () => {
  let files: Files;
  let clock: TestClock;
  beforeEach(() => {
    files = new MemoryFiles();
    clock = new TestClock(UPLOADED);
  });
  const policy = (isReferred?: IsReferred): RemoveUnreferred =>
    new RemoveUnreferred(files, clock, pino({ level: 'silent' }), isReferred);

  async function stored(text: string, more: Partial<FileRecord> = {}): Promise<string> {
    const bytes = Buffer.from(text);
    const writing = await files.begin(instant(UPLOADED));
    await writing.write(bytes);
    return (await writing.finish(sampleRecord(bytes, { since: instant(UPLOADED), ...more }))).address;
  }
  const isThere = async (address: string): Promise<boolean> => (await files.get(address)) !== undefined;

  it('keeps an upload up to the named time and removes it after', async () => {
    const address = await stored('abc');
    clock.set(instant(UPLOADED + UNREFERRED_MILLISECONDS_MAX));
    expect(await policy().round(NEVER)).toBe('done');
    expect(await isThere(address)).toBe(true);
    clock.set(instant(UPLOADED + UNREFERRED_MILLISECONDS_MAX + 1));
    await policy().round(NEVER);
    expect(await isThere(address)).toBe(false);
  });

  it('keeps what is pinned while nobody can tell, and removes of it what nothing refers to when somebody can', async () => {
    const [kept, lost] = [await stored('kept', { state: 'pinned' }), await stored('lost', { state: 'pinned' })];
    clock.set(instant(UPLOADED + 2 * UNREFERRED_MILLISECONDS_MAX));
    await policy().round(NEVER);
    expect([await isThere(kept), await isThere(lost)]).toEqual([true, true]);
    await policy(async ({ address }) => address === kept).round(NEVER);
    expect([await isThere(kept), await isThere(lost)]).toEqual([true, false]);
  });

  it('leaves alone what is pinned again while it is asked for', async () => {
    const address = await stored('abc', { state: 'pinned' });
    clock.set(instant(UPLOADED + 2 * UNREFERRED_MILLISECONDS_MAX));
    const pinAgain: IsReferred = async () => {
      const record = (await files.get(address))!;
      expect(await files.change(address, record, { state: 'pinned', since: clock.now() })).toBe(true);
      return false;
    };
    await policy(pinAgain).round(NEVER);
    expect(await isThere(address)).toBe(true);
  });

  it('ends a removal that a crash cut short', async () => {
    const address = await stored('abc', { state: 'removing' });
    await policy().round(NEVER);
    expect(await isThere(address)).toBe(false);
  });

  it('works in bounded rounds, and asks for the pinned ones again only after a pause', async () => {
    for (let number = 0; number <= FILES_PER_ROUND_MAX; number += 1) {
      await stored(`uploaded ${number}`);
      await stored(`pinned ${number}`, { state: 'pinned' });
    }
    clock.set(instant(UPLOADED + 2 * UNREFERRED_MILLISECONDS_MAX));
    let asked = 0;
    const collection = policy(async () => {
      asked += 1;
      return true;
    });
    expect(await collection.round(NEVER)).toBe('more');
    expect([(await files.page({ state: 'uploaded', before: '9999', limit: 200 })).length, asked]).toEqual([
      1,
      FILES_PER_ROUND_MAX,
    ]);
    expect(await collection.round(NEVER)).toBe('done');
    expect([(await files.page({ state: 'uploaded', before: '9999', limit: 200 })).length, asked]).toEqual([
      0,
      FILES_PER_ROUND_MAX + 1,
    ]);
    await collection.round(NEVER);
    expect(asked).toBe(FILES_PER_ROUND_MAX + 1);
    clock.set(instant(UPLOADED + 2 * UNREFERRED_MILLISECONDS_MAX + PINNED_PASS_MILLISECONDS));
    await collection.round(NEVER);
    expect(asked).toBe(2 * FILES_PER_ROUND_MAX + 1);
  });

  it('leaves in the middle when it is told to stop', async () => {
    const address = await stored('abc');
    clock.set(instant(UPLOADED + 2 * UNREFERRED_MILLISECONDS_MAX));
    await expect(policy().round(AbortSignal.abort())).rejects.toThrow('abort');
    expect(await isThere(address)).toBe(true);
  });
});
