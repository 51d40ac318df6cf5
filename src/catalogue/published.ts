/** What other capabilities may know of the catalogue: its definitions and how to read them, never its commands. */
export { children, coursesNamed, criteriaSchema, type Criteria } from './domain/criteria.js';
export { emptyCatalogue, latest, type Catalogue, type CourseEdition, type SchemeEdition } from './domain/decider.js';
export { validitySchema, type CatalogueEvent, type Validity } from './domain/events.js';
export { CatalogueFacts } from './facts.js';
