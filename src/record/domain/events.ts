import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema, type Secret } from '../../ledger/sealed.js';
import { definitionId, effective, isoDate, isoInstant, reasonCode } from '../../shared/text.js';

const subject = z.uuid();
const edition = z.int().min(1);
const cycle = z.int().min(1);
const revision = z.int().min(0);

const checklistLeaf = z.strictObject({
  /** JSON Pointer of the leaf in the criteria. */
  path: z.string(),
  course: z.string(),
  satisfied: z.boolean(),
  /** The revision, in this record's stream, of the event that satisfies the leaf. */
  by: revision.optional(),
  effective: effective.optional(),
  missing: z.enum(['not-completed', 'only-before']).optional(),
});
export type ChecklistLeaf = z.infer<typeof checklistLeaf>;

const validityInterval = z.strictObject({
  from: effective,
  /** Both absent: perpetual. */
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
});
export type ValidityInterval = z.infer<typeof validityInterval>;

const registered = z.strictObject({
  subject,
  learner: sealedSchema,
  name: sealedSchema.optional(),
  contact: sealedSchema.optional(),
});
const detailsCorrected = z.strictObject({
  subject,
  corrects: revision,
  name: sealedSchema.optional(),
  contact: sealedSchema.optional(),
});
const enrolled = z.strictObject({ course: definitionId, edition, enrolment: z.int().min(1), effective });
const completed = z.strictObject({
  subject,
  course: definitionId,
  edition,
  enrolment: z.int().min(1),
  effective,
  grade: sealedSchema.optional(),
  honours: sealedSchema.optional(),
});
const awarded = z.strictObject({
  subject,
  scheme: definitionId,
  edition,
  cycle,
  kind: z.enum(['initial', 'renewal']),
  how: z.enum(['automatic', 'by-hand']),
  effective,
  validity: validityInterval,
  checklist: z.array(checklistLeaf),
  reasonCode: reasonCode.optional(),
  reason: sealedSchema.optional(),
});
const revoked = z.strictObject({ subject, scheme: definitionId, cycle, effective, reasonCode, reason: sealedSchema });
const expired = z.strictObject({ scheme: definitionId, cycle, effective, observes: revision });

type Plain<Data, Sealing extends keyof Data> = Omit<Data, Sealing> & {
  [Field in Sealing]: undefined extends Data[Field] ? Secret | undefined : Secret;
};
type Optional<Data> = { [Field in keyof Data as undefined extends Data[Field] ? never : Field]: Data[Field] } & {
  [Field in keyof Data as undefined extends Data[Field] ? Field : never]?: Data[Field];
};

export type RecordEvent =
  | LedgerEvent<'LearnerRegistered', Optional<Plain<z.infer<typeof registered>, 'learner' | 'name' | 'contact'>>>
  | LedgerEvent<'LearnerDetailsCorrected', Optional<Plain<z.infer<typeof detailsCorrected>, 'name' | 'contact'>>>
  | LedgerEvent<'LearnerEnrolled', z.infer<typeof enrolled>>
  | LedgerEvent<'CourseCompleted', Optional<Plain<z.infer<typeof completed>, 'grade' | 'honours'>>>
  | LedgerEvent<'CertificationAwarded', Optional<Plain<z.infer<typeof awarded>, 'reason'>>>
  | LedgerEvent<'CertificationRevoked', Optional<Plain<z.infer<typeof revoked>, 'reason'>>>
  /** An observation of time passing, made by a policy; no status depends on it. */
  | LedgerEvent<'CertificationExpired', z.infer<typeof expired>>;

const of = (...fields: string[]) => ({ sealed: fields.map((field) => ({ field, subject: 'subject' })) });

export const recordEvents = [
  defineEvent('LearnerRegistered', registered, of('learner', 'name', 'contact')),
  defineEvent('LearnerDetailsCorrected', detailsCorrected, of('name', 'contact')),
  defineEvent('LearnerEnrolled', enrolled),
  defineEvent('CourseCompleted', completed, of('grade', 'honours')),
  defineEvent('CertificationAwarded', awarded, of('reason')),
  defineEvent('CertificationRevoked', revoked, of('reason')),
  defineEvent('CertificationExpired', expired),
];
