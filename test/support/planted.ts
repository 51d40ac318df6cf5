import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { course, scheme } from './service.js';
import { runProgram, type SpawnedService } from './spawned-service.js';
import { benign, uploadOf } from './uploads.js';

/** Plants a text that nothing else holds; `where` names its place in a failure. */
export type Plant = (where: string) => string;

export interface Haystack {
  readonly name: string;
  readonly bytes: Buffer;
}

const LABEL = 'Trade licence';

/** What was planted, and the search for it. */
export class Planted {
  readonly texts: string[] = [];

  readonly plant: Plant = (where) => {
    const marker = `zq${where}${this.texts.length}zq`;
    this.texts.push(marker);
    return marker;
  };
}

export const hits = (haystacks: readonly Haystack[], texts: readonly string[]): string[] =>
  haystacks.flatMap(({ name, bytes }) =>
    texts.flatMap((text) =>
      spellings(text)
        .filter((spelling) => bytes.includes(spelling.bytes))
        .map(({ spelling }) => `${text} as ${spelling} in ${name}`),
    ),
  );

/** The spellings of a text, in base64 at each of the three alignments, without the ends that depend on the neighbours. */
function spellings(text: string): { spelling: string; bytes: Buffer }[] {
  const base64 = [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
    const core = encoded.slice(shift === 0 ? 0 : 4, encoded.length - 4);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = Buffer.from(text).toString('hex');
  return [
    { spelling: 'plain', bytes: Buffer.from(text) },
    { spelling: 'UTF-16', bytes: Buffer.from(text, 'utf16le') },
    { spelling: 'upper case', bytes: Buffer.from(text.toUpperCase()) },
    { spelling: 'hex', bytes: Buffer.from(hex) },
    { spelling: 'HEX', bytes: Buffer.from(hex.toUpperCase()) },
    ...base64.map((encoded) => ({ spelling: 'base64', bytes: Buffer.from(encoded) })),
  ];
}

/** In requests that are taken and in ones that are refused. */
export async function plantOverHttp(service: SpawnedService, plant: Plant): Promise<void> {
  const post = async (status: number, path: string, body: unknown, key: string): Promise<void> =>
    expect((await service.post(path, body, { key })).status).toBe(status);
  const key = () => plant('key');
  const effective = { date: '2024-03-15' };
  await post(200, '/v1/courses', course('C1', { responsibleParty: plant('party') }), key());
  await post(200, '/v1/courses/C1/editions', { title: 'New', responsibleParty: plant('party') }, key());
  await post(200, '/v1/schemes', scheme('S1', { course: 'C1' }), key());
  await post(200, '/v1/schemes', scheme('S2', { submission: LABEL }), key());
  const learner = plant('learner');
  const path = `/v1/learners/${learner}`;
  const registration = { learner, name: plant('name'), contact: plant('contact') };
  const registrationKey = key();
  await post(200, '/v1/learners', registration, registrationKey);
  await post(200, '/v1/learners', registration, registrationKey);
  await post(200, `${path}/corrections`, { name: plant('name'), contact: plant('contact') }, key());
  await post(200, `${path}/completions`, { course: 'C1', effective, grade: plant('grade'), honours: plant('honours') }, key());
  const reason = () => ({ code: 'issued-in-error', text: plant('reason') });
  await post(200, `${path}/schemes/S1/revocations`, { reason: reason() }, key());
  await post(200, `${path}/schemes/S1/awards`, { effective: { date: '2024-03-16' }, reason: reason() }, key());
  await plantInDocuments(service, path, plant);
  // What is refused must leave no trace either.
  await post(422, '/v1/learners', { ...registration, name: plant('name') }, registrationKey);
  await post(409, '/v1/learners', { learner, contact: plant('contact') }, key());
  await post(400, '/v1/learners', { learner: plant('learner'), [plant('field')]: plant('value') }, key());
  await post(400, '/v1/learners', { learner: `${plant('learner')}\u0000` }, key());
  await post(404, `/v1/learners/${plant('learner')}/completions`, { course: 'C1', effective, grade: plant('grade') }, key());
  await post(404, `${path}/completions`, { course: plant('course').slice(0, 60), effective }, key());
  await post(404, `/v1/${plant('address')}`, {}, key());
  const cut = { key: key(), raw: `{"learner":"${plant('broken')}" ${plant('broken')}` };
  expect((await service.request('POST', '/v1/learners', cut)).status).toBe(400);
  expect((await service.get(`/v1/learners/${plant('learner')}%zz`)).status).toBe(400);
  expect((await service.get(`/v1/learners/${plant('learner')}`, { token: plant('token') })).status).toBe(401);
  for (const suffix of ['', '/history', '/schemes/S1']) expect((await service.get(`${path}${suffix}`)).status).toBe(200);
  expect((await service.get(`/v1/expiry-dates?cursor=${plant('cursor')}`)).status).toBe(400);
  expect((await service.get(`/v1/learners/${plant('learner')}/history`)).status).toBe(404);
}

/** The name and the bytes of a file, and the words that are said about it. */
async function plantInDocuments(service: SpawnedService, path: string, plant: Plant): Promise<void> {
  const page = benign('pdf-lib-plain.pdf').bytes.toString('latin1');
  const bytes = Buffer.from(page.replace('\n', `\n% ${plant('bytes')}\n`), 'latin1');
  const file = { name: `${plant('file')}.pdf`, type: 'application/pdf', bytes };
  const sent = await service.request('POST', `${path}/attachments`, uploadOf(file, { key: plant('key') }));
  expect(sent.status).toBe(200);
  const submission = {
    scheme: 'S2',
    label: LABEL,
    kind: 'credential-document',
    effective: { date: '2024-05-02' },
    note: plant('note'),
    attachment: sent.json<{ attachment: string }>().attachment,
  };
  expect((await service.post(`${path}/submissions`, submission, { key: plant('key') })).status).toBe(200);
  const reason = { code: 'mistake', text: plant('reason') };
  const withdrawn = await service.post(`${path}/submissions/1/withdrawal`, { reason }, { key: plant('key') });
  expect(withdrawn.status).toBe(200);
  const broken = { ...file, name: `${plant('file')}.pdf`, bytes: Buffer.from(plant('bytes')) };
  expect((await service.request('POST', `${path}/attachments`, uploadOf(broken, { key: plant('key') }))).status).toBe(422);
}

/** The same by import, rehearsed and done. */
export async function plantByImport(service: SpawnedService, folder: string, plant: Plant): Promise<void> {
  const learner = plant('learner');
  const row = () => plant('row');
  const source = 'hr';
  const rows = [
    { kind: 'course', source, row: row(), course: 'C2', title: 'C2', responsibleParty: plant('party') },
    { kind: 'learner', source, row: row(), learner, name: plant('name'), contact: plant('contact') },
    {
      kind: 'completion',
      source,
      row: row(),
      learner,
      course: 'C2',
      completedOn: '2024-01-01',
      grade: plant('grade'),
      honours: plant('honours'),
    },
    {
      kind: 'completion',
      source,
      row: row(),
      learner: plant('learner'),
      course: 'C2',
      completedOn: '2024-01-01',
      grade: plant('grade'),
    },
    { kind: 'learner', source, row: row(), learner: plant('learner'), [plant('field')]: plant('value') },
    { kind: 'learner', source, row: row(), learner, name: plant('name') },
  ];
  const file = join(folder, 'rows.ndjson');
  writeFileSync(file, `${rows.map((one) => JSON.stringify(one)).join('\n')}\n{"kind":"learner","row":"${plant('row')}\n`);
  for (const words of [['--dry-run'], []]) {
    const settings = { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: service.token };
    const results = join(folder, 'results.ndjson');
    const ended = await runProgram(['import', file, '--batch', 'B1', '--results', results, ...words], {
      cwd: folder,
      settings,
    });
    expect([ended.code, ended.err]).toEqual([2, '']);
  }
}
