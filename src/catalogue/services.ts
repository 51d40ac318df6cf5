/** The catalogue's services for other capabilities: read the definitions, or send one as an import does. */
export { CatalogueFacts } from './facts.js';
export { Definitions, withPartySubject } from './definitions.js';
