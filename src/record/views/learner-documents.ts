import type { Principal } from '../../http/principal.js';
import { awaitReadModel } from '../../http/reading.js';
import type { KeyRing } from '../../ledger/key-ring.js';
import type { Projections } from '../../projections/projections.js';
import { reject, type Rejection } from '../../shared/result.js';
import type { RecordState } from '../domain/state.js';
import type { Records } from '../records.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';
import { open, type OpenedText } from './open.js';

export interface FoundLearner {
  readonly document: LearnerDocument;
  readonly position: string;
}

/** Finds the documents of learners, and only of those whom the caller may see: every view asks here. */
export class LearnerDocuments {
  constructor(
    private readonly projections: Projections,
    private readonly records: Records,
    private readonly keyRing: KeyRing,
  ) {}

  /** The learner's document at a position that includes what the caller asks for; out of reach and unknown are the same. */
  async find(principal: Principal, learner: string, minPosition: string | undefined): Promise<FoundLearner | undefined> {
    await awaitReadModel(this.projections, learnerStatus.name, minPosition);
    const stored = await this.projections.get(learnerStatus.name, await this.records.stream(principal.organization, learner));
    const document = stored?.body as unknown as LearnerDocument | undefined;
    if (stored === undefined || document === undefined || !isInReach(document.record, principal)) return undefined;
    return { document, position: stored.position };
  }

  /** Those of some records that the caller may see, within one group where one is asked for. */
  async among(principal: Principal, records: readonly string[], group?: string): Promise<ReadonlyMap<string, LearnerDocument>> {
    const stored = await this.projections.getMany(learnerStatus.name, [...new Set(records)]);
    const documents = stored.map(({ key, body }) => [key, body as unknown as LearnerDocument] as const);
    return new Map(documents.filter(([, { record }]) => isInReach(record, principal) && isInGroup(record, group)));
  }

  /** The id by which the organization knows the learner, or that it was erased. */
  async idOf(organization: string, { record }: LearnerDocument): Promise<OpenedText> {
    return (await open(this.keyRing, organization, { learner: record.profile!.learner })).learner!;
  }
}

/** A learner sees the record that is bound to the own person; an administrator with a responsibility, learners of these groups. */
export function isInReach(record: RecordState, { actor, responsibility }: Principal): boolean {
  if (actor.role === 'learner') return record.person !== undefined && record.person === actor.person;
  return responsibility === undefined || record.groups.some((group) => responsibility.includes(group));
}

export const isInGroup = ({ groups }: RecordState, group: string | undefined): boolean =>
  group === undefined || groups.includes(group);

export const unknownLearner = (): Rejection => reject('LEARNER_UNKNOWN', 'No learner with this id is registered.');
export const unknownGroup = (): Rejection => reject('GROUP_UNKNOWN', 'There is no group with this id. Define the group first.');
