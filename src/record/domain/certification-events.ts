import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema } from '../../ledger/sealed.js';
import { definitionId, effective, isoDate, isoInstant, reasonCode } from '../../shared/text.js';
import { boundariesSchema, checklistSchema, validityInterval } from './checklist.js';
import { sealing, type Holding } from './sealed-data.js';

/** What happens to a certification after its first award, each naming the cycle, renewal, waiver or appeal that it is about. */

export const RENEWAL_WAYS = ['renew-now', 'notice', 'by-admin'] as const;
export const APPEAL_KINDS = ['appeal', 'complaint'] as const;
export const APPEAL_OUTCOMES = ['upheld', 'partly-upheld', 'dismissed'] as const;
/** Which recorded facts a correction may point at. */
export const CORRECTABLE = ['CourseCompleted', 'LearningPlanCompleted', 'ApprovalGiven'] as const;
/** What time brings about, apart from the expiry itself, which has an event of its own. */
export const BOUNDARIES = [
  'expiring',
  'renewal-opens',
  'grace-ends',
  'lapsed',
  'overdue',
  'missed',
  'update-overdue',
  'voided',
  'waiver-ends',
] as const;
export const ATTRIBUTED_MAX = 100;
/** JSON Pointers of criteria stay well below this. */
export const ALTERNATIVE_CHARACTERS_MAX = 500;

const subject = z.uuid();
const number = z.int().min(1);
const revision = z.int().min(0);
const edition = z.int().min(1);
const scheme = definitionId;
const reason = { reasonCode, reason: sealedSchema };
const optionalReason = { reasonCode: reasonCode.optional(), reason: sealedSchema.optional() };

const renewalOpened = z.strictObject({
  subject,
  scheme,
  /** The edition whose renewal criteria are to be met. */
  edition,
  /** Number per learner and scheme, from 1, dense. */
  renewal: number,
  /** The cycle that is to be renewed. */
  cycle: number,
  how: z.enum(RENEWAL_WAYS),
  /** The digest of the notice's token, by which it is spent once. */
  token: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** JSON Pointer of what the learner chose among the alternatives of the renewal's criteria. */
  alternative: z.string().max(ALTERNATIVE_CHARACTERS_MAX).optional(),
  effective,
  /** Exclusive; absent where the window never closes. */
  closesAt: isoInstant.optional(),
  ...optionalReason,
});
const renewalWithdrawn = z.strictObject({ subject, scheme, renewal: number, effective, ...reason });
/** Evidence without an intent stays as it was recorded; this is the reasoned correction by which it counts all the same. */
const evidenceAttributed = z.strictObject({
  subject,
  scheme,
  renewal: number,
  /** Revisions of the facts in this record. */
  evidence: z.array(revision).min(1).max(ATTRIBUTED_MAX),
  effective,
  ...reason,
});

const ofCycle = z.strictObject({ subject, scheme, cycle: number, effective, ...reason });
const scopeReduced = z.strictObject({ ...ofCycle.shape, /** What it still covers. */ scope: sealedSchema });

const waiverGranted = z.strictObject({
  subject,
  scheme,
  /** The edition that it spares the learner. */
  edition,
  waiver: number,
  effective,
  lastDay: isoDate,
  /** The end of that day in the scheme's zone, exclusive. */
  endsAt: isoInstant,
  /** On what it rests. */
  evidence: sealedSchema,
  ...reason,
});
const waiverEnded = z.strictObject({ subject, scheme, waiver: number, effective, ...reason });

const appealOpened = z.strictObject({
  subject,
  scheme,
  appeal: number,
  kind: z.enum(APPEAL_KINDS),
  /** The revision of the decision. */
  against: revision,
  effective,
  ...reason,
});
const appealDecided = z.strictObject({
  subject,
  scheme,
  appeal: number,
  outcome: z.enum(APPEAL_OUTCOMES),
  /** What is to be done about it; nothing of it happens by itself. */
  remedy: sealedSchema.optional(),
  effective,
  ...reason,
});

/** What is said now of a fact; what is absent stays as it was, and null takes an end away. */
const correctedTo = z.strictObject({ effective: effective.optional(), validUntil: isoDate.nullable().optional() });
const factCorrected = z.strictObject({
  subject,
  /** The revision of the fact, which itself stays as it was recorded. */
  corrects: revision,
  fact: z.enum(CORRECTABLE),
  /** Absent where the fact is taken back whole. */
  to: correctedTo.optional(),
  /** The revision of the correction from which it follows: the fact was made by criteria whose evidence was corrected. */
  ground: revision.optional(),
  effective,
  ...reason,
});
const submissionCorrected = z.strictObject({
  subject,
  scheme,
  submission: number,
  corrects: revision,
  to: correctedTo.optional(),
  effective,
  ...reason,
});
const reassessed = z.strictObject({
  scheme,
  cycle: number,
  /** The revision of the correction that changed its ground. */
  ground: revision,
  effective,
  before: validityInterval,
  /** Absent: nothing is left on which the award could stand. */
  after: validityInterval.optional(),
  checklist: checklistSchema,
  boundaries: boundariesSchema.optional(),
  /** Fulfilled at or after the due instant, where that is accepted. */
  late: z.literal(true).optional(),
});

const editionApplied = z.strictObject({
  scheme,
  edition,
  cycle: number,
  effect: z.enum(['must-update', 'void']),
  /** When the edition came into force. */
  effective,
  by: effective,
  /** The exact instant until which the cycle holds without an update. */
  endsAt: isoInstant,
});

const boundaryObserved = z.strictObject({
  scheme,
  boundary: z.enum(BOUNDARIES),
  cycle: number.optional(),
  assignment: number.optional(),
  waiver: number.optional(),
  effective,
  observes: revision,
});
const observationWithdrawn = z.strictObject({
  scheme,
  boundary: z.enum([...BOUNDARIES, 'expired']),
  /** The revision of the observation that is not so any more. */
  observation: revision,
  effective,
});

export type CertificationEvent =
  | LedgerEvent<'RenewalOpened', Holding<typeof renewalOpened, 'reason'>>
  | LedgerEvent<'RenewalWithdrawn', Holding<typeof renewalWithdrawn, 'reason'>>
  | LedgerEvent<'EvidenceAttributed', Holding<typeof evidenceAttributed, 'reason'>>
  | LedgerEvent<'CertificationSuspended', Holding<typeof ofCycle, 'reason'>>
  | LedgerEvent<'CertificationReinstated', Holding<typeof ofCycle, 'reason'>>
  | LedgerEvent<'ScopeReduced', Holding<typeof scopeReduced, 'reason' | 'scope'>>
  | LedgerEvent<'WaiverGranted', Holding<typeof waiverGranted, 'reason' | 'evidence'>>
  | LedgerEvent<'WaiverEnded', Holding<typeof waiverEnded, 'reason'>>
  | LedgerEvent<'AppealOpened', Holding<typeof appealOpened, 'reason'>>
  | LedgerEvent<'AppealDecided', Holding<typeof appealDecided, 'reason' | 'remedy'>>
  | LedgerEvent<'FactCorrected', Holding<typeof factCorrected, 'reason'>>
  | LedgerEvent<'SubmissionCorrected', Holding<typeof submissionCorrected, 'reason'>>
  | LedgerEvent<'CertificationReassessed', Holding<typeof reassessed>>
  | LedgerEvent<'EditionApplied', Holding<typeof editionApplied>>
  /** Observations of time passing, made by a policy; no status depends on them. */
  | LedgerEvent<'BoundaryObserved', Holding<typeof boundaryObserved>>
  | LedgerEvent<'ObservationWithdrawn', Holding<typeof observationWithdrawn>>;

export const certificationEvents = [
  defineEvent('RenewalOpened', renewalOpened, sealing('reason')),
  defineEvent('RenewalWithdrawn', renewalWithdrawn, sealing('reason')),
  defineEvent('EvidenceAttributed', evidenceAttributed, sealing('reason')),
  defineEvent('CertificationSuspended', ofCycle, sealing('reason')),
  defineEvent('CertificationReinstated', ofCycle, sealing('reason')),
  defineEvent('ScopeReduced', scopeReduced, sealing('reason', 'scope')),
  defineEvent('WaiverGranted', waiverGranted, sealing('reason', 'evidence')),
  defineEvent('WaiverEnded', waiverEnded, sealing('reason')),
  defineEvent('AppealOpened', appealOpened, sealing('reason')),
  defineEvent('AppealDecided', appealDecided, sealing('reason', 'remedy')),
  defineEvent('FactCorrected', factCorrected, sealing('reason')),
  defineEvent('SubmissionCorrected', submissionCorrected, sealing('reason')),
  defineEvent('CertificationReassessed', reassessed),
  defineEvent('EditionApplied', editionApplied),
  defineEvent('BoundaryObserved', boundaryObserved),
  defineEvent('ObservationWithdrawn', observationWithdrawn),
];
