/** The catalogue's services for other capabilities: read the definitions, ask what a draft would change, or send one as an import does. */
export { CatalogueFacts } from './facts.js';
export { courseCommand, Definitions, learningPlanCommand, schemeCommand, withPartySubject } from './definitions.js';
export { Drafts, type Candidate } from './drafts.js';
export type { PlannedEdition, WhatIfs } from './what-ifs.js';
