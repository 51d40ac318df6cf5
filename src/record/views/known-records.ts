import { Injectable } from '@nestjs/common';
import type { Catalogue } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import type { Principal } from '../../http/principal.js';
import { Ledger } from '../../ledger/ledger.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { IsoInstant } from '../../shared/calendar.js';
import { reject, type Rejection } from '../../shared/result.js';
import { recordDecider } from '../domain/decider.js';
import type { RecordState } from '../domain/state.js';
import { Records } from '../records.js';
import { LearnerDocuments } from './learner-documents.js';

/** Of which time an answer is: when what it says was true, and by when it was recorded. */
export interface AskedTimes {
  /** The instant of effective time; that of `knownAt` unless told, else the present. */
  readonly at?: IsoInstant | undefined;
  readonly knownAt?: IsoInstant | undefined;
  readonly minPosition?: string | undefined;
}

/** What a view of one learner is made from: the record and the definitions, both as they were known. */
export interface KnownRecord {
  readonly record: RecordState;
  readonly catalogue: Catalogue;
  readonly etag: number;
  readonly position: string;
  readonly at: IsoInstant;
}

/**
 * Finds what is recorded of a learner, by now or by an instant, so that what stood before a correction is answered as it was then. The
 * past is folded from the log itself: a record is bounded, and no read model needs to keep every state that it ever had.
 */
@Injectable()
export class KnownRecords {
  constructor(
    private readonly ledger: Ledger,
    private readonly documents: LearnerDocuments,
    private readonly records: Records,
    private readonly definitions: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  /** Whom the caller may see is decided by what is known now; undefined also where nobody was registered by then. */
  async find(principal: Principal, learner: string, asked: AskedTimes): Promise<KnownRecord | undefined> {
    const { organization } = principal;
    const { knownAt, at = knownAt ?? this.clock.now() } = asked;
    const { facts } = await this.definitions.read(organization);
    const found = await this.documents.find(principal, learner, asked.minPosition);
    if (found === undefined) return undefined;
    const { record, etag } = found.document;
    if (knownAt === undefined) return { record, catalogue: facts, etag, position: found.position, at };
    const stream = await this.records.stream(organization, learner);
    const folded = await this.ledger.asKnown(recordDecider, stream, knownAt);
    if (folded.state.profile === undefined) return undefined;
    const catalogue = await this.definitions.asKnown(organization, knownAt);
    return { record: folded.state, catalogue, etag: folded.callerRevision, position: folded.position!, at };
  }
}

export const unknownScheme = (): Rejection => reject('SCHEME_UNKNOWN', 'There is no scheme with this id.');
