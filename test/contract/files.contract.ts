import { createHash } from 'node:crypto';
import {
  FILES_PER_PAGE_MAX,
  type FileRecord,
  type Files,
  type FileStanding,
  type FileWriting,
} from '../../src/attachments/ports/files.js';

export interface OpenedFiles {
  readonly files: Files;
  close(): Promise<void>;
  /** Closes and opens again what lasts; absent where nothing lasts. */
  reopen?(): Promise<Files>;
}

const at = (second: number): string => `2024-06-01T12:00:${String(second).padStart(2, '0')}.000Z`;
const sealed = (field: string) => ({
  v: 1 as const,
  key: '0190a1b2-0000-4000-8000-000000000001',
  event: '0190a1b2-0000-4000-8000-000000000002',
  field,
  nonce: 'n',
  ciphertext: 'c',
  commitment: 'k',
});

export function sampleRecord(bytes: Buffer, more: Partial<FileRecord> = {}): FileRecord {
  const address = createHash('sha256').update(bytes).digest('hex');
  return {
    address,
    id: `id-of-${address}`,
    organization: 'main',
    subject: '0190a1b2-0000-4000-8000-000000000001',
    size: 3,
    mediaType: 'application/pdf',
    name: sealed('name'),
    digest: sealed('digest'),
    fingerprint: 'f',
    uploadedAt: at(1),
    uploadedBy: { key: 'k1', person: 'p1' },
    state: 'uploaded',
    since: at(1),
    ...more,
  };
}

export async function bytesOf(files: Files, address: string, from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of files.read(address, { from, to })) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What every home of files must do. The suite has no options: an engine that differs fails it. */
export function describeFilesContract(name: string, open: () => Promise<OpenedFiles>): void {
  describe(`${name}: the files' contract`, () => {
    let opened: OpenedFiles;
    let files: Files;

    beforeEach(async () => {
      opened = await open();
      files = opened.files;
    });
    afterEach(() => opened.close());

    async function written(bytes: Buffer, pieces = 1): Promise<FileWriting> {
      const writing = await files.begin(at(1));
      const length = Math.ceil(bytes.length / pieces);
      for (let from = 0; from < bytes.length; from += length) await writing.write(bytes.subarray(from, from + length));
      return writing;
    }
    async function stored(bytes: Buffer, more: Partial<FileRecord> = {}, pieces = 1): Promise<FileRecord> {
      return (await written(bytes, pieces)).finish(sampleRecord(bytes, more));
    }
    /** Bytes that differ at every place, more than one chunk or piece of any engine. */
    const large = Buffer.from(Uint32Array.from({ length: 200_000 }, (_, n) => n * 2_654_435_761).buffer);

    it('answers the record by address and by the id of its upload, and nothing that was never there', async () => {
      const record = await stored(Buffer.from('abc'));
      expect(record).toEqual(sampleRecord(Buffer.from('abc')));
      expect(await files.get(record.address)).toEqual(record);
      expect(await files.uploadedBy(record.id)).toEqual(record);
      expect(await files.get('0'.repeat(64))).toBeUndefined();
      expect(await files.uploadedBy('nobody')).toBeUndefined();
    });

    it('gives back the bytes of any range, however they were cut on their way in', async () => {
      const { address } = await stored(large, {}, 7);
      const end = large.length;
      const ranges = [
        [0, end],
        [0, 1],
        [end - 1, end],
        [261_119, 261_121],
        [65_535, 65_537],
        [100_000, 700_000],
        [5, 5],
      ] as const;
      for (const [from, to] of ranges)
        expect((await bytesOf(files, address, from, to)).equals(large.subarray(from, to))).toBe(true);
    });

    it('says that a file is damaged where bytes are asked for that are not there', async () => {
      const { address } = await stored(Buffer.from('abc'));
      await expect(bytesOf(files, address, 0, 4)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
      await expect(bytesOf(files, '0'.repeat(64), 0, 1)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    });

    it('can hold bytes until the caller is done with them', async () => {
      const writing = await files.begin(at(1));
      const reused = Buffer.from('first');
      await writing.write(reused);
      reused.write('xxxxx');
      const { address } = await writing.finish(sampleRecord(Buffer.from('first')));
      expect((await bytesOf(files, address, 0, 5)).toString()).toBe('first');
    });

    it('shows nothing of a file before it is finished, nor of one that was abandoned', async () => {
      const writing = await written(Buffer.from('abc'));
      const { address, id } = sampleRecord(Buffer.from('abc'));
      expect([await files.get(address), await files.uploadedBy(id)]).toEqual([undefined, undefined]);
      await writing.abandon();
      await writing.abandon();
      expect(await files.page({ state: 'uploaded', before: at(59), limit: 10 })).toEqual([]);
      expect(await files.sweep(at(59))).toBe(0);
    });

    it('takes nothing away from a file that is abandoned after it was finished', async () => {
      const writing = await written(Buffer.from('abc'));
      const { address } = await writing.finish(sampleRecord(Buffer.from('abc')));
      await writing.abandon();
      expect((await bytesOf(files, address, 0, 3)).toString()).toBe('abc');
      expect(await files.sweep(at(59))).toBe(0);
    });

    it('keeps the first file of an id and drops the bytes of all who come later', async () => {
      const writings = await Promise.all([1, 2, 3, 4].map((n) => written(Buffer.from(`bytes ${n}`))));
      const answers = await Promise.all(
        writings.map((writing, n) => writing.finish(sampleRecord(Buffer.from(`bytes ${n + 1}`), { id: 'one' }))),
      );
      const standing = await files.uploadedBy('one');
      for (const answer of answers) expect(answer).toEqual(standing);
      const held = await Promise.all([1, 2, 3, 4].map((n) => files.get(sampleRecord(Buffer.from(`bytes ${n}`)).address)));
      expect(held.filter((record) => record !== undefined)).toEqual([standing]);
      expect((await bytesOf(files, standing!.address, 0, 7)).toString()).toMatch(/^bytes \d$/);
      expect(await files.sweep(at(59))).toBe(0);
    });

    it('changes a standing only where it is still what the change was decided on; of racers one wins', async () => {
      const { address } = await stored(Buffer.from('abc'));
      const uploaded: FileStanding = { state: 'uploaded', since: at(1) };
      expect(await files.change(address, { ...uploaded, since: at(2) }, { state: 'pinned', since: at(3) })).toBe(false);
      expect(await files.change('0'.repeat(64), uploaded, { state: 'pinned', since: at(3) })).toBe(false);
      const won = await Promise.all([
        files.change(address, uploaded, { state: 'pinned', since: at(3) }),
        files.change(address, uploaded, { state: 'removing', since: at(3) }),
        files.change(address, uploaded, { state: 'pinned', since: at(4) }),
      ]);
      expect(won.filter(Boolean)).toHaveLength(1);
      const { state, since } = (await files.get(address))!;
      expect([`pinned ${at(3)}`, `removing ${at(3)}`, `pinned ${at(4)}`][won.indexOf(true)]).toBe(`${state} ${since}`);
    });

    it('removes what is to be removed, for good and as often as it is asked, and nothing else', async () => {
      const record = await stored(Buffer.from('abc'));
      const { address, id } = record;
      await expect(files.remove(address)).rejects.toThrow('removed');
      await files.change(address, record, { state: 'removing', since: at(2) });
      for (const _ of ['once', 'again']) await files.remove(address);
      expect([await files.get(address), await files.uploadedBy(id)]).toEqual([undefined, undefined]);
      await expect(bytesOf(files, address, 0, 1)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
      // Its id is free again, for the same bytes or for others.
      expect(await stored(Buffer.from('other'), { id })).toMatchObject({ id });
    });

    it('lists by state and age in pages', async () => {
      const seconds = [5, 3, 3, 9, 1, 3];
      for (const [n, second] of seconds.entries()) await stored(Buffer.from(`file ${n}`), { since: at(second) });
      const pinned = await stored(Buffer.from('pinned'), { state: 'pinned', since: at(1) });
      const listed: FileRecord[] = [];
      for (;;) {
        const page = await files.page({ state: 'uploaded', before: at(9), after: listed.at(-1), limit: 2 });
        if (page.length === 0) break;
        listed.push(...page);
      }
      expect(listed.map(({ since }) => since)).toEqual([1, 3, 3, 3, 5].map(at));
      const threes = listed.filter(({ since }) => since === at(3)).map(({ address }) => address);
      expect(threes).toEqual([...threes].sort());
      expect(await files.page({ state: 'pinned', before: at(2), limit: FILES_PER_PAGE_MAX })).toEqual([pinned]);
      expect(await files.page({ state: 'pinned', before: at(1), limit: 1 })).toEqual([]);
      for (const limit of [0, FILES_PER_PAGE_MAX + 1])
        await expect(files.page({ state: 'pinned', before: at(2), limit })).rejects.toThrow('page');
    });

    it('sweeps what was begun before an instant and never finished, and nothing younger', async () => {
      const { address } = await stored(Buffer.from('kept'));
      const left = await files.begin(at(10));
      await left.write(Buffer.from('left behind'));
      const young = await files.begin(at(20));
      await young.write(Buffer.from('young'));
      expect(await files.sweep(at(15))).toBe(1);
      expect(await files.sweep(at(15))).toBe(0);
      expect((await bytesOf(files, address, 0, 4)).toString()).toBe('kept');
      expect(await young.finish(sampleRecord(Buffer.from('young')))).toMatchObject({ state: 'uploaded' });
      await left.abandon();
    });

    it('remembers files over a reopening, and drops what was on its way', async () => {
      if (opened.reopen === undefined) return;
      const record = await stored(large);
      await files.change(record.address, record, { state: 'pinned', since: at(2) });
      await (await files.begin(at(3))).write(Buffer.from('on its way'));
      files = await opened.reopen();
      expect(await files.get(record.address)).toEqual({ ...record, state: 'pinned', since: at(2) });
      expect((await bytesOf(files, record.address, 0, large.length)).equals(large)).toBe(true);
      await files.sweep(at(59));
      expect(await files.page({ state: 'uploaded', before: at(59), limit: 10 })).toEqual([]);
    });
  });
}
