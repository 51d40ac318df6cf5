import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Form } from '../../src/command-line/form.js';
import { importFile } from '../../src/command-line/import-file.js';
import type { RowOutcome } from '../../src/imports/rows.js';
import { benign } from '../support/uploads.js';
import { scheme, Service, temporaryFolder } from '../support/service.js';

/** Documents by file name beside the CSV (issue 7). */
describe('documents beside the rows', () => {
  const folder = temporaryFolder();
  const results = join(folder.path, 'results.ndjson');
  let service: Service;
  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/schemes', scheme('trade', { submission: 'Licence' }));
    mkdirSync(join(folder.path, 'scans'));
    writeFileSync(join(folder.path, 'scans', 'licence one.pdf'), benign('pdfkit.pdf').bytes);
    writeFileSync(join(folder.path, 'lying.pdf'), benign('pillow-texts.png').bytes);
  });
  afterAll(async () => {
    await service.stop();
    folder.remove();
  });

  const connection = {
    request: (method: 'GET' | 'POST', path: string, body?: unknown, key?: string) => {
      const sent = body instanceof Form ? { raw: body.bytes, contentType: body.contentType } : { body };
      return service.request(method, path, { ...sent, ...(key === undefined ? {} : { key }) });
    },
    close: async () => undefined,
  };
  async function run(lines: readonly string[], dryRun = false): Promise<readonly RowOutcome[]> {
    const file = join(folder.path, 'rows.csv');
    writeFileSync(file, lines.join('\n'));
    const output = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const options = { batch: 'B1', dryRun, results, format: 'csv' as const, json: true, signal: new AbortController().signal };
    await importFile(connection, file, options).finally(() => output.mockRestore());
    return readFileSync(results, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RowOutcome);
  }
  const HEADER = 'source,row,kind,learner,scheme,label,evidenceKind,issuedOn,file';
  const document = (row: string, learner: string, file: string): string =>
    `hr,${row},submission,${learner},trade,Licence,credential-document,2024-05-02,${file}`;
  const codesOf = (outcomes: readonly RowOutcome[]): string[] => outcomes.map(({ outcome, code }) => code ?? outcome);
  const submitted = async () => (await service.events()).filter(({ type }) => type === 'EvidenceSubmitted');

  it('are rehearsed without a trace, uploaded and submitted, and the same file again is replayed', async () => {
    const rows = [HEADER, 'hr,1,learner,ada,,,,,', document('2', 'ada', 'scans/licence one.pdf')];
    expect(codesOf(await run(rows, true))).toEqual(['recorded', 'recorded']);
    expect(await submitted()).toEqual([]);
    expect(codesOf(await run(rows))).toEqual(['recorded', 'recorded']);
    const [event] = await submitted();
    expect(event!.data).toMatchObject({ attachment: { mediaType: 'application/pdf', size: benign('pdfkit.pdf').bytes.length } });
    expect(codesOf(await run(rows))).toEqual(['replayed', 'replayed']);
    expect(await submitted()).toHaveLength(1);
  });

  it('that cannot be sent refuse their own row only, and nothing from elsewhere is read', async () => {
    await service.write('/v1/learners', { learner: 'bea' });
    const outcomes = await run([
      HEADER,
      document('11', 'bea', 'missing.pdf'),
      document('12', 'bea', '../outside.pdf'),
      document('13', 'bea', '/etc/hostname'),
      document('14', 'bea', 'lying.pdf'),
      document('15', 'nobody', 'scans/licence one.pdf'),
      document('16', 'bea', 'scans/licence one.pdf'),
    ]);
    expect(outcomes.map(({ row, code, pointer }) => [row, code, pointer])).toEqual([
      ['11', 'ROW_INVALID', '/file'],
      ['12', 'ROW_INVALID', '/file'],
      ['13', 'ROW_INVALID', '/file'],
      ['14', 'FILE_TYPE_MISMATCH', '/file'],
      ['15', 'LEARNER_UNKNOWN', '/file'],
      ['16', undefined, undefined],
    ]);
    expect(outcomes.slice(0, 5).every(({ reason }) => /\w/.test(reason ?? ''))).toBe(true);
  });
});
