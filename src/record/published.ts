/** What other capabilities may know of records: their events, their state as facts, where a learner's stream is, and who may see whom. */
export { NOTE_CHARACTERS_MAX } from './commands/submit-evidence.js';
export { REFERENCE_CHARACTERS_MAX } from './commands/check-source.js';
export { ALTERNATIVE_CHARACTERS_MAX } from './domain/certification-events.js';
export { attachmentAddress, AUTHORITY_CHARACTERS_MAX, EVIDENCE_KINDS, SOURCE_CHECK_WAYS } from './domain/submission-events.js';
export { ACTIVITY_COUNT_MAX, ACTIVITY_KINDS, GROUPS_PER_LEARNER_MAX, recordEvents, type RecordEvent } from './domain/events.js';
export { recordDecider } from './domain/decider.js';
export { publicationDecider, publicationEvents } from './domain/publication.js';
export { revocationBatchDecider, revocationBatchEvents } from './domain/revocation-batch.js';
export { Records } from './records.js';
export { correctedTo, factName, isOneWay, TO_OR_WITHDRAW } from './commands/fact-correction.js';
export { LearnerDocuments } from './views/learner-documents.js';
