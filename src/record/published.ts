/** What other capabilities may know of records: their events, their state as facts, where a learner's stream is, and who may see whom. */
export { ACTIVITY_COUNT_MAX, ACTIVITY_KINDS, GROUPS_PER_LEARNER_MAX, recordEvents, type RecordEvent } from './domain/events.js';
export { recordDecider } from './domain/decider.js';
export { publicationDecider, publicationEvents } from './domain/publication.js';
export { Records } from './records.js';
export { LearnerDocuments } from './views/learner-documents.js';
