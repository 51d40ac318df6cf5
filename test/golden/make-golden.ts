import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyDecider } from '../../src/access/domain/key.js';
import { organizationDecider } from '../../src/access/domain/organization.js';
import { personDecider } from '../../src/access/domain/person.js';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { registry } from '../../src/app/kernel.js';
import { catalogueDecider } from '../../src/catalogue/domain/decider.js';
import { canonicalJson, eventDigest } from '../../src/ledger/canonical-json.js';
import { Codec } from '../../src/ledger/codec.js';
import type { Decider } from '../../src/ledger/decider.js';
import type { Actor, LedgerEvent, Origin } from '../../src/ledger/envelope.js';
import { KeyRing } from '../../src/ledger/key-ring.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { WrappedKey } from '../../src/ledger/ports/keys.js';
import { streamName } from '../../src/ledger/stream-name.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import { isRejection } from '../../src/shared/result.js';
import type { Json } from '../../src/shared/json.js';
import { makeGoldenAccess } from './make-golden-access.js';
import { makeGoldenCatalogue } from './make-golden-catalogue.js';
import { makeGoldenAttempts } from './make-golden-attempts.js';
import { makeGoldenCorrections } from './make-golden-corrections.js';
import { makeGoldenCredits } from './make-golden-credits.js';
import { makeGoldenDecisions } from './make-golden-decisions.js';
import { makeGoldenEditions } from './make-golden-editions.js';
import { makeGoldenObservations } from './make-golden-observations.js';
import { makeGoldenPublication } from './make-golden-publication.js';
import { makeGoldenRecord } from './make-golden-record.js';
import { makeGoldenRenewals } from './make-golden-renewals.js';
import { makeGoldenRevocations } from './make-golden-revocations.js';
import { makeGoldenSubmissions } from './make-golden-submissions.js';
import { GOLDEN_FOLDER, GOLDEN_KEYS_FILE, GOLDEN_MASTER, GoldenKeys } from './golden-keys.js';

const ORGANIZATION = 'acme';
const LEARNER = 'emp-4711';
const subject = (number: number): string => `7b1f0c52-3d0e-4c5e-9a55-00000000000${number}`;
const DAY = { course: 'first-aid', title: 'First aid', workloadHours: '7.5', institution: 'Red Cross' };
const API: Origin = { kind: 'api' };

/** One command whose events become samples. */
export interface GoldenStep<State, Command, Event extends LedgerEvent, Facts> {
  readonly decider: Decider<State, Command, Event, Facts>;
  readonly stream: string;
  /** What the command's id is derived for, where that is not the stream itself. */
  readonly target?: string;
  readonly command: Command;
  readonly operation: string;
  readonly body: Json;
  readonly key: Json;
  /** What follows type and version in the name of each event's sample. */
  readonly samples: readonly string[];
  readonly sealed?: Record<string, string>;
  readonly pseudonymOf?: { kind: string; id: string };
  readonly origin?: Origin;
  readonly subject?: string;
  readonly actor?: Actor;
  readonly facts?: boolean;
  /** What the decision is told beside the definitions. */
  readonly given?: Facts;
}
export type RunGolden = <State, Command, Event extends LedgerEvent, Facts>(
  step: GoldenStep<State, Command, Event, Facts>,
) => Promise<void>;

/**
 * Makes golden samples that do not exist yet; what exists is never written again, because the log holds such events for
 * ever. Sealing is random, so a sample can only be made once and kept: GOLDEN_MAKE=1 npx jest test/golden/events
 */
export async function makeGolden(): Promise<void> {
  const keys = existsSync(GOLDEN_KEYS_FILE) ? await GoldenKeys.frozen() : new GoldenKeys();
  const keyRing = new KeyRing(keys, GOLDEN_MASTER);
  const store = new MemoryEventStore('00000001');
  let now = '2024-03-20T08:00:00.000Z';
  const ledger = new Ledger(store, new Codec(registry, keyRing), keyRing, { now: () => now });
  const catalogueStream = streamName('catalogue', ORGANIZATION);
  const record = streamName('record', ORGANIZATION, await keyRing.pseudonym(ORGANIZATION, 'learner', LEARNER));
  const person = await keyRing.pseudonym(ORGANIZATION, 'person', 'a.meier');
  const actor: Actor = { key: '2f0b8f2e-0a43-5d59-8f1c-5f6b1c9d7e10', person, role: 'admin' };

  const run: RunGolden = async <State, Command, Event extends LedgerEvent, Facts>(
    step: GoldenStep<State, Command, Event, Facts>,
  ): Promise<void> => {
    const { decider, stream, command, operation, body } = step;
    const commandId = await keyRing.commandId(ORGANIZATION, step.target ?? stream, step.key);
    const envelope = {
      organization: ORGANIZATION,
      commandId,
      operation,
      body,
      correlationId: '0190a1b2-0000-4000-8000-0000000000c0',
    };
    const receipt = await ledger.execute({
      decider,
      stream,
      command,
      envelope: { ...envelope, actor: step.actor ?? actor, origin: step.origin ?? API },
      facts: async () => {
        if (step.facts !== true) return { facts: step.given as Facts };
        const folded = await ledger.load(catalogueDecider, catalogueStream);
        return { facts: folded.state as Facts, catalogue: folded.revision };
      },
    });
    if (isRejection(receipt)) throw new Error(`${operation}: ${receipt.code}`);
    const events = await store.read(stream, { from: receipt.revision - receipt.eventIds.length + 1 });
    const names = events.map(({ type, metadata }, index) => `${type}.v${metadata.schemaVersion}${step.samples[index] ?? ''}`);
    const fileOf = (name: string): string => join(GOLDEN_FOLDER, `${name}.json`);
    // A receipt names every event of its command, so the samples of one command are made together or not at all.
    if (step.samples.length === 0 || names.some((name) => existsSync(fileOf(name)))) return;
    for (const [index, { id, type, data, metadata, revision, position }] of events.entries()) {
      const sample = names[index]!;
      const sealed = Object.fromEntries(Object.entries(step.sealed ?? {}).filter(([field]) => field in data));
      const golden = {
        sample,
        type,
        version: metadata.schemaVersion,
        organization: ORGANIZATION,
        stream,
        ...(step.pseudonymOf === undefined ? {} : { pseudonymOf: step.pseudonymOf }),
        commandIdOf: { target: step.target ?? stream, key: step.key },
        fingerprintOf: { ...(step.subject === undefined ? {} : { subject: step.subject }), operation, body },
        sealed,
        revision,
        position,
        canonical: canonicalJson({ id, type, data, metadata }),
        digest: eventDigest({ id, type, data, metadata }),
        receipt,
      };
      writeFileSync(fileOf(sample), `${JSON.stringify(golden, null, 2)}\n`);
    }
  };

  const first = { kind: 'policy', policy: 'first-start' } as const;
  const start = {
    operation: 'first-start',
    body: null,
    key: 'first-start',
    origin: first,
    actor: { key: 'first-start', role: 'operator' },
  };
  await run({
    ...start,
    decider: organizationDecider,
    stream: streamName('organization', ORGANIZATION),
    command: { type: 'CreateOrganization', subject: subject(1), name: 'ACME Rescue', platform: true },
    sealed: { name: 'ACME Rescue' },
    samples: [''],
  });
  await run({
    ...start,
    decider: personDecider,
    stream: streamName('person', ORGANIZATION, person),
    pseudonymOf: { kind: 'person', id: 'a.meier' },
    command: { type: 'RegisterPerson', subject: subject(2), person: 'a.meier' },
    subject: subject(2),
    sealed: { person: 'a.meier' },
    samples: [''],
  });
  await run({
    ...start,
    decider: keyDecider,
    stream: streamName('key', ORGANIZATION, '2f0b8f2e-0a43-5d59-8f1c-5f6b1c9d7e10'),
    given: { platform: true, holder: 'active', isLastAdminKey: false },
    command: {
      type: 'IssueKey',
      issue: { person, digest: 'ab'.repeat(32), roles: ['admin', 'author'], expiresAt: '2034-03-20T08:00:00Z' },
    },
    samples: [''],
  });

  const define = { decider: catalogueDecider, stream: catalogueStream };
  const course = {
    ...DAY,
    description: 'Two days with practice.',
    launchAddress: 'https://example.org/first-aid',
    responsibleParty: 'Dr. Ö. Sør',
  };
  await run({
    ...define,
    command: { type: 'DefineCourse', course: { ...course, responsiblePartySubject: subject(3) } },
    operation: 'define-course',
    body: course,
    key: 'course one',
    sealed: { responsibleParty: 'Dr. Ö. Sør' },
    samples: [],
  });
  const scheme = {
    scheme: 'first-aider',
    title: 'First aider',
    published: '2024-01-01',
    timeZone: 'Europe/Berlin',
    validity: { duration: 'P2Y' },
    award: 'automatic' as const,
    criteria: { any: [{ notBefore: '2023-01-01', criteria: { course: 'first-aid' } }] },
  };
  await run({
    ...define,
    command: { type: 'DefineScheme', scheme },
    operation: 'import-scheme',
    body: scheme,
    key: { source: 'hr', row: 'scheme-1' },
    origin: { kind: 'import', source: 'hr', batch: '2024-03-20' },
    samples: [],
  });
  const other = { ...scheme, scheme: 'instructor', title: 'Instructor', validity: { perpetual: true as const } };
  const instructor = { ...other, criteria: { atLeast: 1, of: [{ course: 'first-aid' }] } };
  await run({
    ...define,
    command: { type: 'DefineScheme', scheme: instructor },
    operation: 'define-scheme',
    body: instructor,
    key: 'scheme two',
    samples: [],
  });
  await makeGoldenCatalogue(run, { organization: ORGANIZATION, keyRing });

  const about = {
    decider: recordDecider,
    stream: record,
    pseudonymOf: { kind: 'learner', id: LEARNER },
    subject: subject(4),
    facts: true,
  };
  const details = { learner: LEARNER, name: 'Zoë Müller', contact: 'zoe@example.org' };
  await run({
    ...about,
    command: { type: 'RegisterLearner', subject: subject(4), ...details },
    operation: 'register-learner',
    body: details,
    key: 'k-1',
    sealed: details,
    samples: [''],
  });
  const correction = { name: 'Zoë Maier', contact: 'maier@example.org' };
  await run({
    ...about,
    command: { type: 'CorrectDetails', ...correction },
    operation: 'correct-details',
    body: correction,
    key: 'k-2',
    sealed: correction,
    samples: [''],
  });
  const reason = { code: 'prior-learning', text: 'Taught the course for years; see file 12.' };
  const byHand = { scheme: 'instructor', effective: { instant: '2024-03-19T17:30:00+01:00', zone: 'Europe/Berlin' }, reason };
  await run({
    ...about,
    command: { type: 'AwardByHand', ...byHand },
    operation: 'award-certification',
    body: byHand,
    key: 'k-3',
    sealed: { reason: reason.text },
    samples: ['.by-hand'],
  });
  const done = { course: 'first-aid', effective: { date: '2024-03-15' }, grade: '1,3', honours: 'Distinction' };
  await run({
    ...about,
    command: { type: 'CompleteCourse', ...done },
    operation: 'import-completion',
    body: done,
    key: { source: 'lms', row: '8831' },
    origin: { kind: 'import', source: 'lms', batch: 'b-7' },
    sealed: { grade: '1,3', honours: 'Distinction' },
    samples: ['', '', ''],
  });
  const wrong = { scheme: 'instructor', reason: { code: 'issued-in-error', text: 'Another Zoë was meant.' } };
  await run({
    ...about,
    command: { type: 'Revoke', ...wrong },
    operation: 'revoke-certification',
    body: wrong,
    key: 'k-4',
    sealed: { reason: wrong.reason.text },
    samples: [''],
  });
  now = '2026-03-20T08:00:00.000Z';
  const boundary = ['expired', 'first-aider', 1, '2026-03-16T00:00:00+01:00', 0];
  await run({
    ...about,
    command: { type: 'ObserveBoundaries', scheme: 'first-aider' },
    operation: 'observe-boundaries',
    body: boundary,
    key: boundary,
    origin: { kind: 'policy', policy: 'observe-boundaries' },
    actor: { key: 'policy', role: 'policy' },
    samples: [''],
  });
  await makeGoldenAccess(run, { organization: ORGANIZATION, person, subject: subject(2), key: actor.key });
  await makeGoldenRecord(run, {
    organization: ORGANIZATION,
    learner: LEARNER,
    subject: subject(4),
    pseudonym: (kind, id) => keyRing.pseudonym(ORGANIZATION, kind, id),
  });
  await makeGoldenDecisions(run, {
    organization: ORGANIZATION,
    learner: LEARNER,
    subject: subject(4),
    pseudonym: (kind, id) => keyRing.pseudonym(ORGANIZATION, kind, id),
    revision: async (stream) => (await ledger.load(recordDecider, stream)).revision,
  });
  await makeGoldenSubmissions(run, {
    organization: ORGANIZATION,
    learner: LEARNER,
    subject: subject(4),
    pseudonym: (kind, id) => keyRing.pseudonym(ORGANIZATION, kind, id),
    setNow: (instant) => (now = instant),
  });
  await makeGoldenCorrections(run, {
    organization: ORGANIZATION,
    learner: LEARNER,
    subject: subject(4),
    pseudonym: (kind, id) => keyRing.pseudonym(ORGANIZATION, kind, id),
    state: async (stream) => (await ledger.load(recordDecider, stream)).state,
  });
  await makeGoldenPublication(run, { organization: ORGANIZATION });
  await makeGoldenEditions(run, {
    organization: ORGANIZATION,
    pseudonym: (kind, id) => keyRing.pseudonym(ORGANIZATION, kind, id),
  });
  await makeGoldenRevocations(run, { organization: ORGANIZATION, record });
  await makeGoldenAttempts(run, { organization: ORGANIZATION, record, key: actor.key });
  await makeGoldenRenewals(run, {
    organization: ORGANIZATION,
    pseudonym: (kind, id) => keyRing.pseudonym(ORGANIZATION, kind, id),
    setNow: (instant) => (now = instant),
    revision: async (stream) => (await ledger.load(recordDecider, stream)).revision,
  });
  await makeGoldenObservations(run, {
    organization: ORGANIZATION,
    pseudonym: (kind, id) => keyRing.pseudonym(ORGANIZATION, kind, id),
    setNow: (instant) => (now = instant),
  });
  const colleague = await keyRing.pseudonym(ORGANIZATION, 'person', 'b.costa');
  await makeGoldenCredits(run, { organization: ORGANIZATION, persons: [person, colleague] });
  if (keys.made.length === 0) return;
  const frozen = existsSync(GOLDEN_KEYS_FILE) ? (JSON.parse(readFileSync(GOLDEN_KEYS_FILE, 'utf8')) as WrappedKey[]) : [];
  writeFileSync(GOLDEN_KEYS_FILE, `${JSON.stringify([...frozen, ...keys.made], null, 2)}\n`);
}
