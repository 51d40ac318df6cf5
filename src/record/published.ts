/** What other capabilities may know of records: their events, their state as facts, and where a learner's stream is. */
export { recordEvents, type RecordEvent } from './domain/events.js';
export { recordDecider } from './domain/decider.js';
export { publicationDecider, publicationEvents } from './domain/publication.js';
export { Records } from './records.js';
