import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { attemptEvents, attemptsDecider } from '../access/domain/attempts.js';
import { accessEvents } from '../access/domain/events.js';
import { keyDecider } from '../access/domain/key.js';
import { organizationDecider } from '../access/domain/organization.js';
import { personDecider } from '../access/domain/person.js';
import { readEvents, readsDecider } from '../access/domain/reads.js';
import { Access } from '../access/access.js';
import { AdminKeys } from '../access/admin-keys.js';
import { Authenticator, type Doors } from '../access/authenticator.js';
import { KeyUses } from '../access/key-uses.js';
import { accessDirectory } from '../access/views/access-directory.projection.js';
import { Attachments } from '../attachments/attachments.js';
import { ATTACHMENT_BYTES_MAX } from '../attachments/domain/bounds.js';
import type { Scanner } from '../attachments/ports/scanner.js';
import { ScannedFiles } from '../attachments/scanned-files.js';
import { SealedLists } from '../attachments/sealed-lists.js';
import { StoredFiles } from '../attachments/stored-files.js';
import { UploadGate } from '../attachments/upload-gate.js';
import { Uploads } from '../attachments/uploads.js';
import type { AnyDecider } from '../audit/replay.js';
import { attemptsAndReads } from '../audit/attempts-and-reads.projection.js';
import { auditHistory } from '../audit/audit-history.projection.js';
import { catalogueDecider } from '../catalogue/domain/decider.js';
import { draftDecider } from '../catalogue/domain/draft.js';
import { draftEvents } from '../catalogue/domain/draft-events.js';
import { catalogueEvents } from '../catalogue/domain/events.js';
import { CatalogueFacts, Definitions, Drafts } from '../catalogue/services.js';
import { drafts } from '../catalogue/views/drafts.projection.js';
import { Accounts } from '../credits/accounts.js';
import { accountDecider } from '../credits/domain/account.js';
import { accountEvents } from '../credits/domain/events.js';
import { creditAccount } from '../credits/views/credit-account.projection.js';
import { creditEntries } from '../credits/views/credit-entries.projection.js';
import { Codec } from '../ledger/codec.js';
import { EventRegistry } from '../ledger/event-registry.js';
import { KeyRing } from '../ledger/key-ring.js';
import { Ledger } from '../ledger/ledger.js';
import type { Clock } from '../ledger/ports/clock.js';
import type { Projection } from '../projections/define-projection.js';
import { Projections } from '../projections/projections.js';
import { publications } from '../record/policies/publications.projection.js';
import {
  publicationDecider,
  publicationEvents,
  recordDecider,
  recordEvents,
  Records,
  revocationBatchDecider,
  revocationBatchEvents,
} from '../record/published.js';
import { appeals } from '../record/views/appeals.projection.js';
import { awardProposals } from '../record/views/award-proposals.projection.js';
import { awards } from '../record/views/awards.projection.js';
import { lateFacts } from '../record/views/late-facts.projection.js';
import { learnerStatus } from '../record/views/learner-status.projection.js';
import { LearnerDocuments } from '../record/views/learner-documents.js';
import { referredFiles } from '../record/views/referred-files.projection.js';
import { reviews } from '../record/views/reviews.projection.js';
import { schemeStandings } from '../record/views/scheme-standings.projection.js';
import { WhatIfs } from '../record/what-ifs.js';
import type { Engines } from './engines.js';

/** Every event type, every kind of stream and every read model of the product, listed once. */
export const registry = new EventRegistry([
  ...accessEvents,
  ...attemptEvents,
  ...readEvents,
  ...catalogueEvents,
  ...draftEvents,
  ...recordEvents,
  ...publicationEvents,
  ...revocationBatchEvents,
  ...accountEvents,
]);
export const deciders = [
  recordDecider,
  publicationDecider,
  revocationBatchDecider,
  accountDecider,
  catalogueDecider,
  draftDecider,
  organizationDecider,
  personDecider,
  keyDecider,
  attemptsDecider,
  readsDecider,
] as unknown as readonly AnyDecider[];
export const readModels: readonly Projection[] = [
  learnerStatus,
  schemeStandings,
  awards,
  awardProposals,
  appeals,
  reviews,
  lateFacts,
  referredFiles,
  auditHistory,
  attemptsAndReads,
  accessDirectory,
  drafts,
  publications,
  creditAccount,
  creditEntries,
];

export interface Kernel {
  /** Names this life of this process among the instances of the service. */
  readonly instance: string;
  readonly engines: Engines;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly ledger: Ledger;
  readonly projections: Projections;
  readonly records: Records;
  readonly definitions: Definitions;
  readonly drafts: Drafts;
  readonly whatIfs: WhatIfs;
  readonly catalogue: CatalogueFacts;
  readonly access: Access;
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly keyUses: KeyUses;
  readonly learners: LearnerDocuments;
  readonly attachments: AttachmentServices;
  /** What looks into attachments, where a scanner is configured. */
  readonly scans: ScannedFiles | undefined;
}

/** What the settings say of files. */
export interface FileSettings {
  /** How many bytes a file may have that is uploaded; ATTACHMENT_BYTES_MAX unless told. */
  readonly attachmentBytesMax?: number | undefined;
  /** Where one is given, approvals wait for what it says. */
  readonly scanner?: Scanner | undefined;
}

/** What deals with files, apart from where they lie. */
export interface AttachmentServices {
  readonly attachments: Attachments;
  readonly stored: StoredFiles;
  readonly uploads: Uploads;
  readonly lists: SealedLists;
  readonly gate: UploadGate;
}

/** Everything without a framework, wired once; `doors` are the ways in beside the keys of the ledger. */
export function wireKernel(
  engines: Engines,
  clock: Clock,
  logger: Logger,
  doors: Omit<Doors, 'uses'> = {},
  { attachmentBytesMax = ATTACHMENT_BYTES_MAX, scanner }: FileSettings = {},
): Kernel {
  const keyRing = new KeyRing(engines.keys, engines.master.bytes);
  const codec = new Codec(registry, keyRing);
  const ledger = new Ledger(engines.store, codec, keyRing, clock);
  const instance = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  const warn = (err: unknown): void => logger.warn({ err }, 'A lease could not be looked at; the next beat tries again.');
  const { readModels: store, store: feed, leases } = engines;
  const projections = new Projections({ store, feed, leases, codec, instance, warn }, readModels);
  const files = wireAttachments(engines, keyRing, clock, attachmentBytesMax);
  const records = new Records(ledger, { files: files.attachments, scans: scanner !== undefined });
  const definitions = new Definitions(ledger);
  const whatIfs = new WhatIfs(projections, feed, clock, files.lists);
  const keyUses = new KeyUses(ledger, logger);
  return {
    instance,
    engines,
    clock,
    keyRing,
    ledger,
    projections,
    records,
    definitions,
    drafts: new Drafts(ledger, definitions, whatIfs),
    whatIfs,
    catalogue: new CatalogueFacts(ledger),
    access: new Access(ledger, new AdminKeys(ledger, projections, engines.store)),
    accounts: new Accounts(ledger),
    authenticator: new Authenticator(ledger, { ...doors, uses: keyUses }),
    keyUses,
    learners: new LearnerDocuments(projections, records, keyRing),
    attachments: files,
    scans: scanner === undefined ? undefined : new ScannedFiles(engines.files, files.stored, scanner),
  };
}

function wireAttachments({ files }: Engines, keyRing: KeyRing, clock: Clock, bytesMax: number): AttachmentServices {
  const stored = new StoredFiles(files, keyRing);
  return {
    attachments: new Attachments(files, stored, clock),
    stored,
    uploads: new Uploads(files, stored, keyRing, clock, bytesMax),
    lists: new SealedLists(files, stored, keyRing, clock),
    gate: new UploadGate(),
  };
}
