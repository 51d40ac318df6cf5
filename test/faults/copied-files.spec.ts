import { MemoryFiles } from '../../src/adapters/memory/files.js';
import { SqliteFiles } from '../../src/adapters/sqlite/files.js';
import { copyFiles } from '../../src/attachments/copy-files.js';
import { ciphertextBytes } from '../../src/attachments/encryption/stream-format.js';
import type { Files } from '../../src/attachments/ports/files.js';
import { Service, temporaryFolder } from '../support/service.js';
import { benignFiles, uploadOf } from '../support/uploads.js';

const unheard = (): void => undefined;
const going = new AbortController().signal;

/** The documents of a ledger go with it to another engine, encrypted as they are. */
describe('a copy of the files of a ledger', () => {
  let service: Service;
  const addresses: string[] = [];

  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    for (const [number, file] of benignFiles.entries()) {
      const answer = await service.request(
        'POST',
        '/v1/learners/emp-1/attachments',
        uploadOf(file, { key: `upload-${number}`, token: service.token }),
      );
      addresses.push(answer.json<{ attachment: string }>().attachment);
    }
    expect(addresses.length).toBeGreaterThan(3);
  });
  afterAll(() => service.stop());

  async function contentOf(files: Files) {
    const content = [];
    for (const address of addresses) {
      const record = await files.get(address);
      const pieces: Uint8Array[] = [];
      if (record !== undefined)
        for await (const piece of files.read(address, { from: 0, to: ciphertextBytes(record.size) })) pieces.push(piece);
      content.push([record, Buffer.concat(pieces).toString('base64')]);
    }
    return content;
  }

  it('has the same bytes under the same addresses with the same records, and is done already the second time', async () => {
    const folder = temporaryFolder();
    const to = new SqliteFiles(folder.path);
    expect(await copyFiles(service.engines.files, to, unheard, going)).toBe(addresses.length);
    expect(await contentOf(to)).toEqual(await contentOf(service.engines.files));
    expect(await copyFiles(service.engines.files, to, unheard, going)).toBe(addresses.length);
    expect(await contentOf(to)).toEqual(await contentOf(service.engines.files));
    await to.close();
    folder.remove();
  });

  it('goes on where it was cut short, and follows what became of a file meanwhile', async () => {
    const to = new MemoryFiles();
    const stopping = new AbortController();
    const stopAtTwo = (number: number): void => (number === 2 ? stopping.abort() : undefined);
    expect(await copyFiles(service.engines.files, to, stopAtTwo, stopping.signal)).toBe(2);
    const { files } = service.engines;
    const { state, since } = (await files.get(addresses[0]!))!;
    await files.change(addresses[0]!, { state, since }, { state: 'pinned', since: '2024-06-02T00:00:00.000Z' });
    await copyFiles(files, to, unheard, going);
    expect(await contentOf(to)).toEqual(await contentOf(files));
    expect((await to.get(addresses[0]!))?.state).toBe('pinned');
  });

  it('is refused where the bytes are not those of the address, and then nothing of that file is there', async () => {
    const { files } = service.engines;
    const harmed = new Proxy(files, {
      get: (target, name) =>
        name === 'read'
          ? async function* (address: string, range: { from: number; to: number }) {
              for await (const piece of target.read(address, range)) yield Buffer.from(piece).reverse();
            }
          : (Reflect.get(target, name) as () => unknown).bind(target),
    });
    const to = new MemoryFiles();
    await expect(copyFiles(harmed, to, unheard, going)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    expect((await contentOf(to)).every(([record]) => record === undefined)).toBe(true);
  });
});
