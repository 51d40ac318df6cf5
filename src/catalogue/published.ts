/** What other capabilities may know of the catalogue: its definitions, how to read them and how to send a definition. */
export { children, coursesNamed, criteriaSchema, type Criteria } from './domain/criteria.js';
export { courseContent, schemeContent, validitySchema, type CatalogueEvent, type Validity } from './domain/events.js';
export { emptyCatalogue, latest, type Catalogue, type CourseEdition, type SchemeEdition } from './domain/decider.js';
