import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema } from '../../ledger/sealed.js';
import { definitionId, effective, isoDate, isoInstant, reasonCode, text } from '../../shared/text.js';
import { sealing, type Holding } from './sealed-data.js';

export const EVIDENCE_KINDS = ['external-training', 'credential-document'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];
export const SCAN_VERDICTS = ['clean', 'infected', 'failed', 'limit-exceeded'] as const;
export type ScanVerdict = (typeof SCAN_VERDICTS)[number];
/** How long the name of what a scanner found may be. */
export const SIGNATURE_CHARACTERS_MAX = 200;
/** How somebody asked whoever issued a document. */
export const SOURCE_CHECK_WAYS = ['register', 'telephone', 'correspondence', 'in-person', 'other'] as const;
export const AUTHORITY_CHARACTERS_MAX = 300;

const subject = z.uuid();
const number = z.int().min(1);
const reason = { reasonCode, reason: sealedSchema };
const optionalReason = { reasonCode: reasonCode.optional(), reason: sealedSchema.optional() };
/** Every event about a submission names the scheme, so that all of one scheme is found without the others. */
const about = { scheme: definitionId, submission: number };

/** An address is the digest of a file's ciphertext, so that it says nothing of what is in it. */
export const attachmentAddress = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'Must be the address of an attachment as its upload was answered: 64 hexadecimal digits.');

const submitted = z.strictObject({
  subject,
  /** Number per learner, from 1, dense. */
  submission: number,
  scheme: definitionId,
  /** The edition whose leaf it answers. */
  edition: z.int().min(1),
  label: text(100),
  kind: z.enum(EVIDENCE_KINDS),
  /** The title of the task, as the learner saw it. */
  title: text(300),
  /** The document's day of issue, or when the training was completed. */
  effective,
  /** When it was handed in, by which it is in time or late. */
  submitted: effective,
  validUntil: isoDate.optional(),
  note: sealedSchema.optional(),
  attachment: z.strictObject({ address: attachmentAddress, size: z.int().min(1), mediaType: text(100) }).optional(),
  attachmentName: sealedSchema.optional(),
  attachmentDigest: sealedSchema.optional(),
  /** The declined submission that this one comes after. */
  resubmits: number.optional(),
  /** `none`: it counts at once, by the word of who reported it. */
  review: z.enum(['required', 'none']),
  /** How many persons must approve it; none where it counts at once. */
  approvals: z.int().min(0).max(2),
  sourceCheck: z.literal('required').optional(),
  scan: z.literal('required').optional(),
  /** Submitted by somebody else than the learner. */
  onBehalf: z.literal(true).optional(),
  /** From when its review is late, and from when it is a matter for somebody else. */
  agesAt: isoInstant.optional(),
  escalatesAt: isoInstant.optional(),
});
const withdrawn = z.strictObject({ subject, ...about, effective, ...optionalReason });
const endorsed = z.strictObject({ subject, ...about, effective, ...optionalReason });
const approved = z.strictObject({ subject, ...about, effective, ...optionalReason });
const declined = z.strictObject({ subject, ...about, effective, ...reason });
const claimed = z.strictObject({ ...about, effective, until: isoInstant });
const released = z.strictObject({ ...about, effective });
const sourceChecked = z.strictObject({
  subject,
  ...about,
  authority: text(AUTHORITY_CHARACTERS_MAX),
  how: z.enum(SOURCE_CHECK_WAYS),
  effective,
  dueAgain: isoDate.optional(),
  reference: sealedSchema.optional(),
});
const scanned = z.strictObject({
  ...about,
  attachment: attachmentAddress,
  verdict: z.enum(SCAN_VERDICTS),
  scanner: text(100),
  /** What the scanner found, or which limit it met. */
  signature: text(SIGNATURE_CHARACTERS_MAX).optional(),
  effective,
});
const observed = z.strictObject({ ...about, effective, observes: z.int().min(0) });

export type SubmissionEvent =
  | LedgerEvent<'EvidenceSubmitted', Holding<typeof submitted, 'note' | 'attachmentName' | 'attachmentDigest'>>
  | LedgerEvent<'SubmissionWithdrawn', Holding<typeof withdrawn, 'reason'>>
  | LedgerEvent<'SubmissionEndorsed', Holding<typeof endorsed, 'reason'>>
  | LedgerEvent<'SubmissionApproved', Holding<typeof approved, 'reason'>>
  | LedgerEvent<'SubmissionDeclined', Holding<typeof declined, 'reason'>>
  | LedgerEvent<'ReviewClaimed', Holding<typeof claimed>>
  | LedgerEvent<'ReviewReleased', Holding<typeof released>>
  | LedgerEvent<'SourceChecked', Holding<typeof sourceChecked, 'reference'>>
  | LedgerEvent<'AttachmentScanned', Holding<typeof scanned>>
  /** Observations of time passing, made by a policy; no status depends on them. */
  | LedgerEvent<'ReviewAged', Holding<typeof observed>>
  | LedgerEvent<'ReviewEscalated', Holding<typeof observed>>;

export const submissionEvents = [
  defineEvent('EvidenceSubmitted', submitted, sealing('note', 'attachmentName', 'attachmentDigest')),
  defineEvent('SubmissionWithdrawn', withdrawn, sealing('reason')),
  defineEvent('SubmissionEndorsed', endorsed, sealing('reason')),
  defineEvent('SubmissionApproved', approved, sealing('reason')),
  defineEvent('SubmissionDeclined', declined, sealing('reason')),
  defineEvent('ReviewClaimed', claimed),
  defineEvent('ReviewReleased', released),
  defineEvent('SourceChecked', sourceChecked, sealing('reference')),
  defineEvent('AttachmentScanned', scanned, { version: 2, upcasters: [(data) => data] }),
  defineEvent('ReviewAged', observed),
  defineEvent('ReviewEscalated', observed),
];

const SUBMISSION_EVENTS: ReadonlySet<string> = new Set(submissionEvents.map(({ type }) => type));
export const isSubmissionEvent = (event: { readonly type: string }): event is SubmissionEvent =>
  SUBMISSION_EVENTS.has(event.type);
