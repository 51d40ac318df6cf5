import { keyDecider, organizationDecider, personDecider } from '../access/domain/deciders.js';
import { accessEvents } from '../access/domain/events.js';
import { Authenticator } from '../access/authenticator.js';
import type { AnyDecider } from '../audit/replay.js';
import { auditHistory } from '../audit/audit-history.projection.js';
import { catalogueDecider } from '../catalogue/domain/decider.js';
import { catalogueEvents } from '../catalogue/domain/events.js';
import { CatalogueFacts, Definitions } from '../catalogue/services.js';
import { Codec } from '../ledger/codec.js';
import { EventRegistry } from '../ledger/event-registry.js';
import { KeyRing } from '../ledger/key-ring.js';
import { Ledger } from '../ledger/ledger.js';
import type { Clock } from '../ledger/ports/clock.js';
import type { Projection } from '../projections/define-projection.js';
import { Projections } from '../projections/projections.js';
import { recordDecider, recordEvents, Records } from '../record/published.js';
import { expiryDates } from '../record/views/expiry-dates.projection.js';
import { learnerStatus } from '../record/views/learner-status.projection.js';
import { LearnerDocuments } from '../record/views/learner-status.js';
import type { Engines } from './embedded.js';

/** Every event type, every kind of stream and every read model of the product, listed once. */
export const registry = new EventRegistry([...accessEvents, ...catalogueEvents, ...recordEvents]);
export const deciders = [
  recordDecider,
  catalogueDecider,
  organizationDecider,
  personDecider,
  keyDecider,
] as unknown as readonly AnyDecider[];
export const readModels: readonly Projection[] = [learnerStatus, expiryDates, auditHistory];

export interface Kernel {
  readonly engines: Engines;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly ledger: Ledger;
  readonly projections: Projections;
  readonly records: Records;
  readonly definitions: Definitions;
  readonly catalogue: CatalogueFacts;
  readonly authenticator: Authenticator;
  readonly learners: LearnerDocuments;
}

/** Everything without a framework, wired once; `localToken` opens the door for the process that owns the folder itself. */
export function wireKernel(engines: Engines, clock: Clock, local?: { token: string; organization: string }): Kernel {
  const keyRing = new KeyRing(engines.keys, engines.master.bytes);
  const codec = new Codec(registry, keyRing);
  const ledger = new Ledger(engines.store, codec, keyRing, clock);
  const projections = new Projections(engines.readModels, engines.store, codec, readModels);
  const records = new Records(ledger);
  return {
    engines,
    clock,
    keyRing,
    ledger,
    projections,
    records,
    definitions: new Definitions(ledger),
    catalogue: new CatalogueFacts(ledger),
    authenticator: new Authenticator(ledger, local),
    learners: new LearnerDocuments(projections, records),
  };
}
