import { CommandBus } from '@nestjs/cqrs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { AUTHORIZATION, roleFor } from '../../src/access/authorization.js';
import { ROLES, type Role } from '../../src/access/domain/roles.js';
import { importFile } from '../../src/command-line/import-file.js';
import { ImportRows } from '../../src/imports/import-rows.js';
import { MEANINGS, routeOf } from '../../src/imports/row-operations.js';
import { rowSchema, type Row, type RowOutcome } from '../../src/imports/rows.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import { issued, keyFor } from '../support/access.js';
import { csvOf, historyOf, ndjsonOf, partsOf, type HistoryRow } from '../support/history-rows.js';
import { operationsOf } from '../support/operations.js';
import type { Schema } from '../support/sample-body.js';
import { ORGANIZATION, Service, temporaryFolder } from '../support/service.js';

const KINDS = rowSchema.options.map(({ shape }) => shape.kind.value);
const codesOf = (outcomes: readonly RowOutcome[]): string[] => outcomes.map(({ outcome, code }) => code ?? outcome);
const all = (rows: readonly unknown[], outcome: string): string[] => rows.map(() => outcome);

let service: Service;
let second: string;
beforeAll(async () => {
  service = await Service.memory();
  second = (await keyFor(service, 'second-importer', ['admin'])).token;
});
afterAll(() => service.stop());

async function send(rows: readonly object[], token = service.token, more: object = {}): Promise<readonly RowOutcome[]> {
  const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows, ...more }, token });
  expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' });
  return answer.json<{ rows: RowOutcome[] }>().rows;
}
/** The same, where a second person sends what nobody decides of their own. */
async function sendByTwo(rows: readonly object[], token = service.token, more: object = {}): Promise<readonly RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (const part of partsOf(rows)) outcomes.push(...(await send(part.rows, part.isOfSecond ? second : token, more)));
  return outcomes;
}
/** What the rows themselves recorded, without the door's own events and what a policy did. */
const recorded = async (): Promise<readonly StoredEvent[]> =>
  (await service.events()).filter(({ metadata }) => metadata.origin.kind === 'import');

describe.each(['csv', 'ndjson'] as const)('a history with every kind of row, as %s', (format) => {
  const folder = temporaryFolder();
  const file = join(folder.path, `rows.${format}`);
  const results = join(folder.path, 'results.ndjson');
  const rows = historyOf(`of-${format}`, 'ada.lovelace');
  beforeAll(() => writeFileSync(file, format === 'csv' ? csvOf(rows) : ndjsonOf(rows)));
  afterAll(() => folder.remove());

  async function run(dryRun: boolean): Promise<{ exit: number; outcomes: readonly RowOutcome[] }> {
    const connection = {
      request: async (_method: 'GET' | 'POST', _path: string, body?: unknown) => {
        const { rows: some, ...more } = body as { rows: object[] };
        const text = JSON.stringify({ rows: await sendByTwo(some, service.token, more) });
        return { status: 200, headers: {}, text };
      },
      close: async () => undefined,
    };
    const output = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const options = { batch: 'B1', dryRun, results, format, json: true, signal: new AbortController().signal };
    const exit = await importFile(connection, file, options).finally(() => output.mockRestore());
    const lines = readFileSync(results, 'utf8').trimEnd().split('\n');
    return { exit, outcomes: lines.map((line) => JSON.parse(line) as RowOutcome) };
  }
  const ofThisFile = async () =>
    (await recorded()).filter(({ metadata: { origin } }) => origin.kind === 'import' && origin.source === `of-${format}`);

  it('holds every kind, is rehearsed without a trace, recorded, and replayed', async () => {
    expect([...new Set(rows.map(({ kind }) => kind))].sort()).toEqual([...KINDS].sort());
    const rehearsed = await run(true);
    expect(codesOf(rehearsed.outcomes)).toEqual(all(rows, 'recorded'));
    expect(await ofThisFile()).toEqual([]);
    const real = await run(false);
    expect(real).toEqual(rehearsed);
    const events = await ofThisFile();
    const again = await run(false);
    expect([again.exit, codesOf(again.outcomes)]).toEqual([0, all(rows, 'replayed')]);
    expect(await ofThisFile()).toEqual(events);
  });

  it('records what each row says, at its own time, as signed by who imports it', async () => {
    const events = await ofThisFile();
    const one = (type: string): StoredEvent => events.find((event) => event.type === type)!;
    expect(one('ApprovalGiven').data).toMatchObject({ label: 'instructor', effective: { date: '2024-02-03' }, enrolment: 1 });
    expect(one('AssignmentStarted').data).toMatchObject({ scheme: `S-of-${format}`, effective: { date: '2024-02-11' } });
    expect(one('LearnerGroupsChanged').data).toEqual({ groups: [`G-of-${format}`] });
    expect(one('DefinitionRetired').data).toMatchObject({ kind: 'course', id: `OLD-of-${format}`, reasonCode: 'seen' });
    const awards = events.filter(({ type }) => type === 'CertificationAwarded').map(({ data }) => data);
    expect(awards).toMatchObject([
      { scheme: `CERT-of-${format}`, how: 'automatic', effective: { date: '2024-02-03' } },
      { scheme: `V-of-${format}`, how: 'automatic', effective: { date: '2024-02-20' } },
      { scheme: `S-of-${format}`, how: 'on-approval', edition: 2, effective: { date: '2024-02-20' } },
      { scheme: `T-of-${format}`, how: 'by-hand', effective: { date: '2024-03-01' } },
    ]);
    const meanings = events.flatMap(({ metadata: { actor } }) => (actor.meaning === undefined ? [] : [actor.meaning]));
    const afterAward = ['suspended', 'reduced', 'reinstated', 'waived', 'opened', 'corrected'];
    const before = ['approved', 'withdrawn', 'declined', 'revoked', 'awarded', 'checked'];
    expect([...new Set(meanings)]).toEqual([...before, ...afterAward]);
    expect(events.every(({ metadata: { actor } }) => actor.person !== undefined)).toBe(true);
    expect(JSON.stringify(await service.events())).not.toMatch(/Åkerblom|Lovelace|ada\.lovelace/);
  });
});

describe('a row is what its route takes', () => {
  it('has the fields of the body and the address, a required one where the route requires it', async () => {
    const { operations, components } = await operationsOf(service);
    const { oneOf = [], anyOf = oneOf } = z.toJSONSchema(rowSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    const kinds = anyOf as unknown as readonly Schema[];
    expect(kinds).toHaveLength(KINDS.length);
    for (const { properties = {}, required = [] } of kinds) {
      const kind = properties['kind']!.const as Row['kind'];
      const route = routeOf({ kind, scheme: 'S' } as Row);
      const { schema } = operations.find((operation) => operation.method === 'POST' && operation.pattern === route)!;
      const name = schema?.$ref?.split('/').at(-1);
      const body = name === undefined ? schema! : components[name]!;
      const inAddress = [...route.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter!);
      const asked = new Set([...Object.keys(body.properties ?? {}), ...inAddress]);
      const must = new Set([...(body.required ?? []), ...inAddress]);
      const times = Object.keys(properties).filter((field) => /(At|On)$/.test(field));
      // In a row a time is an instant or a date of its own, a reason two columns, and another kind than the row's says of what.
      expect([kind, times.length > 0]).toEqual([kind, asked.has('effective')]);
      const fieldsOf = (from: ReadonlySet<string>): string[] =>
        [...from].flatMap((field) => {
          if (field === 'effective') return [];
          if (field === 'reason') return ['reason', 'reasonCode'];
          // A file knows no number of a submission, but its label.
          if (field === 'submission') return ['scheme', 'label'];
          if (field !== 'kind') return [field];
          return [kind === 'activity' ? 'activityKind' : kind === 'submission' ? 'evidenceKind' : 'schemeKind'];
        });
      const own = (fields: readonly string[]): string[] =>
        fields.filter((field) => !['kind', 'source', 'row', ...times].includes(field)).sort();
      const names = kind === 'retirement' ? ['course', 'learningPlan', ...fieldsOf(asked)] : fieldsOf(asked);
      // The link of a notice is a secret, which no file holds.
      const told = [...new Set(names)].filter((field) => field !== 'notice').sort();
      expect([kind, own(Object.keys(properties))]).toEqual([kind, told]);
      const needed = fieldsOf(must).filter((field) => kind !== 'retirement' || field !== 'scheme');
      expect([kind, own(required)]).toEqual([kind, [...new Set(needed)].sort()]);
    }
  });
});

describe('one refusal of each kind', () => {
  const name = 'refused';
  const history = historyOf(name, 'grace.hopper');
  const changed = (kind: string, more: object): object => {
    const row = history.find((one) => one.kind === kind)!;
    return { ...row, row: `x-${kind}`, ...more };
  };
  const refusals: readonly [kind: Row['kind'], more: object, code: string, pointer: string | undefined][] = [
    ['group', { title: '' }, 'ROW_INVALID', '/title'],
    ['course', {}, 'COURSE_EXISTS', undefined],
    ['course-edition', { edition: 9 }, 'EDITION_OUT_OF_ORDER', '/edition'],
    ['learning-plan', { learningPlan: 'NEW', criteria: { course: 'none' } }, 'COURSE_UNKNOWN', '/criteria'],
    ['learning-plan-edition', { learningPlan: 'none' }, 'LEARNING_PLAN_UNKNOWN', undefined],
    ['scheme', { scheme: 'NEW', published: '2024-06-02' }, 'PUBLISHED_IN_FUTURE', '/published'],
    ['scheme-edition', { published: '2023-12-31', edition: 3 }, 'EDITION_OUT_OF_ORDER', '/published'],
    ['retirement', { course: undefined, scheme: 'none' }, 'SCHEME_UNKNOWN', undefined],
    ['learner', {}, 'LEARNER_EXISTS', undefined],
    ['correction', { learner: 'none' }, 'LEARNER_UNKNOWN', undefined],
    ['group-change', { groups: ['none'] }, 'GROUP_UNKNOWN', '/groups/0'],
    ['person-binding', { person: 'somebody else' }, 'LEARNER_BOUND', undefined],
    ['enrolment', { course: 'none' }, 'COURSE_UNKNOWN', '/course'],
    ['withdrawal', { course: `OLD-${name}`, presentation: undefined }, 'NOT_ENROLLED', '/course'],
    ['activity', { activityKind: 'project', score: undefined, course: `C-${name}` }, 'ACTIVITY_UNKNOWN', '/activityKind'],
    ['completion', { course: `C-${name}` }, 'COMPLETED_BY_CRITERIA', undefined],
    ['plan-completion', { learningPlan: 'none' }, 'LEARNING_PLAN_UNKNOWN', '/learningPlan'],
    ['assignment', { scheme: `T-${name}`, assignedOn: '2024-06-03' }, 'EFFECTIVE_IN_FUTURE', '/assignedOn'],
    ['assignment-start', { startedOn: undefined, startedAt: '2024-06-01T12:05:00.001Z' }, 'EFFECTIVE_IN_FUTURE', '/startedAt'],
    ['assignment-withdrawal', { scheme: `T-${name}` }, 'NOT_ASSIGNED', undefined],
    ['approval', { course: undefined, scheme: `S-${name}`, label: 'none' }, 'APPROVAL_UNKNOWN', '/label'],
    ['submission', { label: 'none' }, 'LABEL_UNKNOWN', '/label'],
    ['submission-withdrawal', { label: 'none' }, 'SUBMISSION_UNKNOWN', undefined],
    ['submission-approval', {}, 'SUBMISSION_DECIDED', undefined],
    ['submission-decline', {}, 'SUBMISSION_DECIDED', undefined],
    ['source-check', { checkedOn: '2024-06-03' }, 'EFFECTIVE_IN_FUTURE', '/checkedOn'],
    ['award', { awardedOn: '2024-02-01' }, 'AWARD_BEFORE_EARLIER_CYCLE', '/awardedOn'],
    ['award-approval', {}, 'NO_PROPOSAL', undefined],
    ['award-decline', {}, 'NO_PROPOSAL', undefined],
    ['revocation', {}, 'ALREADY_REVOKED', undefined],
    ['fact-correction', {}, 'NOTHING_CORRECTED', '/to'],
    ['suspension', { scheme: `S-${name}` }, 'ALREADY_REVOKED', undefined],
    ['reinstatement', {}, 'NOT_SUSPENDED', undefined],
    ['scope-reduction', { scheme: `U-${name}` }, 'NOT_CERTIFIED', undefined],
    ['waiver', { lastDay: '2024-05-31' }, 'WAIVER_OUT_OF_RANGE', '/lastDay'],
    ['waiver-end', {}, 'NO_WAIVER', undefined],
    ['renewal', { openedOn: '2024-02-19' }, 'RENEWAL_TOO_EARLY', '/openedOn'],
    ['renewal-withdrawal', {}, 'NO_RENEWAL', undefined],
  ];

  it('says what, where and how to mend it, and records nothing', async () => {
    expect(codesOf(await sendByTwo(history))).toEqual(all(history, 'recorded'));
    expect(refusals.map(([kind]) => kind).sort()).toEqual([...KINDS].sort());
    const before = await recorded();
    const outcomes = await send(refusals.map(([kind, more]) => changed(kind, more)));
    const shown = outcomes.map(({ row, code, pointer }) => [row, code, pointer]);
    expect(shown).toEqual(refusals.map(([kind, , code, pointer]) => [`x-${kind}`, code, pointer]));
    expect(outcomes.every(({ reason }) => /\w/.test(reason ?? ''))).toBe(true);
    expect(await recorded()).toEqual(before);
  });

  it('what lacks its time is refused with a code of its own, a certificate ahead of its day within the course', async () => {
    const missing = ['assignment-start', 'approval', 'award', 'submission', 'source-check'].map((kind) =>
      changed(kind, {
        startedOn: undefined,
        approvedOn: undefined,
        awardedOn: undefined,
        completedOn: undefined,
        checkedOn: undefined,
      }),
    );
    expect(codesOf(await send(missing))).toEqual(all(missing, 'DATE_MISSING'));
    const certificate = { scheme: 'AHEAD', timeZone: 'Europe/Berlin', validity: { perpetual: true } };
    const ahead = (published: string) => changed('course', { course: 'AHEAD', certificate: { ...certificate, published } });
    const place = { code: 'PUBLISHED_IN_FUTURE', pointer: '/certificate/published' };
    expect(await send([ahead('2024-06-02')])).toMatchObject([place]);
    expect(codesOf(await send([ahead('2024-06-01')], service.token, { dryRun: uuidv4() }))).toEqual(['recorded']);
  });
});

describe('a row is decided under the rights of its route', () => {
  const person = 'p'.repeat(64);
  const rows = historyOf('rights', 'alan.turing');
  const eachKind = KINDS.map((kind) => rows.find((row) => row.kind === kind)!);
  /** As if the door of the import were open to everybody, so that the check of each row is seen by itself. */
  async function imported(roles: readonly Role[], some: readonly HistoryRow[], responsibility?: readonly string[]) {
    const principal = {
      organization: ORGANIZATION,
      actor: { key: 'test', person, role: 'none' },
      roles: roles.map((role) => ({ role, by: 'key' })),
      ...(responsibility === undefined ? {} : { responsibility }),
    };
    const command = new ImportRows(principal, 'B1', uuidv4(), { rows: [...some], dryRun: uuidv4() });
    return (await service.started.app.get(CommandBus).execute(command)).rows;
  }

  it.each(ROLES.flatMap((role) => [false, true].map((limited) => [role, limited] as const)))(
    'as %s, for some groups only: %s',
    async (role, limited) => {
      const outcomes = await imported([role], eachKind, limited ? ['none'] : undefined);
      const forbidden = outcomes.flatMap(({ code, pointer }, index) =>
        code === 'FORBIDDEN' && pointer === '/kind' ? [eachKind[index]!.kind] : [],
      );
      const expected = eachKind.filter(
        (row) => roleFor(AUTHORIZATION[`POST ${routeOf(row as unknown as Row)}`]!, [role], limited) === undefined,
      );
      expect(forbidden).toEqual(expected.map(({ kind }) => kind));
      expect(expected.length === 0).toBe(role === 'admin' && !limited);
    },
  );

  it('the door of the import itself stays with who administers the whole organization', async () => {
    await service.write('/v1/groups', { group: 'G', title: 'Group' });
    for (const [holder, roles, more] of [
      ['reviewer', ['reviewer'], {}],
      ['limited', ['admin'], { responsibility: ['G'] }],
    ] as const) {
      const { token } = await keyFor(service, holder, roles, more);
      const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows: [eachKind[0]] }, token });
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('decisions need a person who is not the learner, in a file too; what a service reports does not', async () => {
    const ofCertifications = ['suspension', 'scope-reduction', 'reinstatement', 'waiver', 'waiver-end'];
    const ofSubmissions = ['submission-approval', 'submission-decline', 'source-check'];
    const decisions = [
      'approval',
      'award',
      'award-approval',
      'award-decline',
      'revocation',
      'fact-correction',
      ...ofCertifications,
      ...ofSubmissions,
    ];
    const { token } = await issued(service, { service: 'lms', roles: ['admin'] });
    const byService = codesOf(await send(rows, token, { dryRun: uuidv4() }));
    const byItself = rows.map(({ kind }) => (decisions.includes(kind) ? 'PERSON_REQUIRED' : 'recorded'));
    expect(byService).toEqual(byItself);
    const own = await keyFor(service, 'alan.turing', ['admin']);
    const codes = codesOf(await send(rows, own.token, { dryRun: uuidv4() }));
    const evidence = ['activity', 'completion', 'plan-completion'];
    // Nobody dates back the own renewal, and without it there is none to withdraw.
    const followed: Record<string, string> = { renewal: 'RENEWAL_BACKDATED', 'renewal-withdrawal': 'NO_RENEWAL' };
    const theirs = rows.map(
      ({ kind }) => followed[kind] ?? ([...decisions, ...evidence].includes(kind) ? 'FOUR_EYES' : 'recorded'),
    );
    expect(codes).toEqual(theirs);
  });

  it('the role of an act is that of its route, its meaning that of the decision', async () => {
    const both = await keyFor(service, 'reviewing-administrator', ['admin', 'reviewer']);
    expect(codesOf(await sendByTwo(rows, both.token))).toEqual(all(rows, 'recorded'));
    const events = (await recorded()).filter(({ metadata: { actor } }) => actor.key === both.key);
    const actorOf = (type: string) => events.find((event) => event.type === type)!.metadata.actor;
    expect(actorOf('ApprovalGiven')).toMatchObject({ role: 'reviewer', meaning: MEANINGS.approval });
    expect(actorOf('AwardDeclined')).toMatchObject({ role: 'reviewer', meaning: MEANINGS['award-decline'] });
    expect(actorOf('CertificationRevoked')).toMatchObject({ role: 'admin', meaning: MEANINGS.revocation });
    expect(actorOf('LearnerRegistered')).toEqual(expect.not.objectContaining({ meaning: expect.anything() }));
  });
});
