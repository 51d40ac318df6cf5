import { importsOf, isAccess, isNewOf, sourceFiles, uses, type SourceFile } from '../support/source-tree.js';

/** Who may import whom: the table of docs/architecture.md, each line a test over the real imports. Unit specs are no part of the house. */
const CAPABILITIES = ['access', 'attachments', 'audit', 'catalogue', 'credits', 'imports', 'operations', 'record'];
const DRIVERS = ['better-sqlite3', '@eventstore/db-client', 'mongodb'];

const files = sourceFiles('src').filter(({ path }) => !path.endsWith('.spec.ts'));
const roomOf = (path: string): string => path.split('/')[1]!;
const isOurs = (target: string): boolean => target.startsWith('src/');
const isPackage = (target: string, name: string): boolean => target === name || target.startsWith(`${name}/`);
const isFramework = (target: string): boolean => target.startsWith('@nestjs/') || isPackage(target, 'rxjs');
const isDriver = (target: string): boolean => DRIVERS.some((name) => isPackage(target, name));

/** Each import that a rule forbids, as a line that names both ends. */
function forbidden(among: readonly SourceFile[], isForbidden: (target: string, path: string) => boolean): string[] {
  expect(among.length).toBeGreaterThan(0);
  return among.flatMap((file) =>
    importsOf(file)
      .filter((target) => isForbidden(target, file.path))
      .map((target) => `${file.path} imports ${target}`),
  );
}
const within = (pattern: RegExp): SourceFile[] => files.filter(({ path }) => pattern.test(path));

describe('who may import whom', () => {
  it('every capability has its folder, and every folder is known here', () => {
    const known = [...CAPABILITIES, 'adapters', 'app', 'command-line', 'http', 'ledger', 'projections', 'shared'];
    const folders = new Set(files.filter(({ path }) => path.split('/').length > 2).map(({ path }) => roomOf(path)));
    expect([...folders].sort()).toEqual(known.sort());
  });

  it('a domain imports its own, the pure parts of the ledger, shared, zod and what others published', () => {
    const pure = /^src\/(shared\/|ledger\/(decider|envelope|event-registry|sealed)\.ts$)/;
    const isAllowed = (target: string, path: string): boolean =>
      target === 'zod' ||
      pure.test(target) ||
      target.startsWith(`src/${roomOf(path)}/domain/`) ||
      /^src\/[a-z]+\/published\.ts$/.test(target);
    expect(forbidden(within(/\/domain\//), (target, path) => !isAllowed(target, path))).toEqual([]);
  });

  it('a domain knows no present, no chance and no environment', () => {
    const impure = within(/\/domain\//).filter((file) =>
      uses(
        file,
        (node) =>
          isAccess(node, 'Date', 'now') ||
          isNewOf(node, 'Date') ||
          isAccess(node, 'Math', 'random') ||
          isAccess(node, 'process', 'env') ||
          isAccess(node, 'crypto', 'randomUUID') ||
          isAccess(node, 'performance', 'now'),
      ),
    );
    expect(impure.map(({ path }) => path)).toEqual([]);
  });

  it('only the clock of the machine and what measures a run ask for the present', () => {
    const askers = files.filter((file) =>
      uses(file, (node) => isAccess(node, 'Date', 'now') || isAccess(node, 'Math', 'random')),
    );
    expect(askers.map(({ path }) => path)).toEqual(['src/command-line/import-file.ts', 'src/command-line/progress.ts']);
  });

  it('commands, views and policies never import an adapter or a driver', () => {
    const among = within(/\/(commands|views|policies)\//);
    expect(forbidden(among, (target) => target.startsWith('src/adapters/') || isDriver(target))).toEqual([]);
  });

  it('no capability imports an adapter, a driver, the application or the command line', () => {
    const among = files.filter(({ path }) => CAPABILITIES.includes(roomOf(path)));
    const isInfrastructure = (target: string): boolean => /^src\/(adapters|app|command-line)\//.test(target) || isDriver(target);
    expect(forbidden(among, isInfrastructure)).toEqual([]);
  });

  it('a capability sees of another only what it publishes: published, services and its module', () => {
    const among = files.filter(({ path }) => CAPABILITIES.includes(roomOf(path)));
    const isInside = (target: string, path: string): boolean =>
      isOurs(target) &&
      CAPABILITIES.includes(roomOf(target)) &&
      roomOf(target) !== roomOf(path) &&
      !/^src\/[a-z]+\/(published|services|[a-z]+\.module)\.ts$/.test(target);
    expect(forbidden(among, isInside)).toEqual([]);
  });

  it('the ledger imports only itself and shared, the projections also the ledger; no framework', () => {
    const isForeign = (allowed: RegExp) => (target: string) =>
      (isOurs(target) && !allowed.test(target)) || isDriver(target) || isFramework(target);
    expect(forbidden(within(/^src\/ledger\//), isForeign(/^src\/(ledger|shared)\//))).toEqual([]);
    expect(forbidden(within(/^src\/projections\//), isForeign(/^src\/(projections|ledger|shared)\//))).toEqual([]);
  });

  it('shared imports only itself, and no part of the machine', () => {
    const isForeign = (target: string): boolean =>
      (isOurs(target) && !target.startsWith('src/shared/')) || target.startsWith('node:');
    expect(forbidden(within(/^src\/shared\//), (target) => isForeign(target) || isDriver(target) || isFramework(target))).toEqual(
      [],
    );
  });

  it('http imports no capability, adapter or driver', () => {
    const isForeign = (target: string): boolean => isOurs(target) && !/^src\/(http|ledger|projections|shared)\//.test(target);
    expect(forbidden(within(/^src\/http\//), (target) => isForeign(target) || isDriver(target))).toEqual([]);
  });

  it('an adapter imports ports, types of the ledger, shared and its own driver, and no other adapter', () => {
    const ports = /^src\/(shared\/|ledger\/(ports\/|envelope|errors|position)|(projections|attachments)\/ports\/)/;
    const isForeign = (target: string, path: string): boolean =>
      isOurs(target) && !ports.test(target) && !target.startsWith(`${path.split('/').slice(0, 3).join('/')}/`);
    expect(forbidden(within(/^src\/adapters\//), (target, path) => isForeign(target, path) || isFramework(target))).toEqual([]);
  });

  it('each driver appears in one folder', () => {
    const homes = (driver: string): string[] =>
      files
        .filter((file) => importsOf(file).some((target) => isPackage(target, driver)))
        .map(({ path }) => path.split('/').slice(0, 3).join('/'));
    expect([...new Set(homes('better-sqlite3'))]).toEqual(['src/adapters/sqlite']);
    // Their folders appear with the adapters.
    for (const [driver, home] of [
      ['@eventstore/db-client', 'src/adapters/eventstoredb'],
      ['mongodb', 'src/adapters/mongodb'],
    ] as const)
      expect(homes(driver).filter((folder) => folder !== home)).toEqual([]);
  });

  it('only the entries and the command line import the application', () => {
    const among = files.filter(({ path }) => !/^src\/(app|command-line)\/|^src\/(main|cli)\.ts$/.test(path));
    expect(forbidden(among, (target) => /^src\/(app|command-line)\//.test(target))).toEqual([]);
  });

  it('the in-process events of @nestjs/cqrs appear nowhere: a saga that throws once stays dead', () => {
    const names = /\b(EventBus|Saga|AggregateRoot|EventPublisher|EventsHandler)\b/;
    const users = files.filter(({ tree }) =>
      tree.statements.some((statement) => /@nestjs\/cqrs/.test(statement.getText()) && names.test(statement.getText())),
    );
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  it('RxJS stays at the door', () => {
    const users = files.filter((file) => importsOf(file).some((target) => isPackage(target, 'rxjs')));
    expect(users.every(({ path }) => path.startsWith('src/http/'))).toBe(true);
  });
});
