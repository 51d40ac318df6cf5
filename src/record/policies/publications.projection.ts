import type { CatalogueEvent } from '../../catalogue/published.js';
import type { Projection } from '../../projections/define-projection.js';
import type { JsonObject } from '../../shared/json.js';
import type { PublicationEvent } from '../domain/publication.js';

/** A publication after which learners are looked at again; one document per event of the catalogue that is one. */
export interface PublicationDocument {
  readonly organization: string;
  /** The event of the publication. */
  readonly publication: string;
  readonly kind: 'scheme' | 'learningPlan';
  readonly id: string;
  readonly edition: number;
  /** When the publication was recorded. */
  readonly publishedAt: string;
  readonly pending: boolean;
}

export const publications: Projection = {
  name: 'publications',
  version: 2,
  indexes: { pending: ['pending'] },
  keyOf({ event, stored, stream }) {
    const { type } = event as CatalogueEvent | PublicationEvent;
    if (type === 'PublicationApplied') return stream.id;
    return type === 'SchemePublished' || type === 'LearningPlanPublished' ? stored.id : undefined;
  },
  fold(document, { event, stored, stream }) {
    const { type, data } = event as CatalogueEvent | PublicationEvent;
    if (type === 'PublicationApplied') return document === undefined ? undefined : { ...document, pending: false };
    const publishedAt = stored.metadata.recordedAt;
    const published = { organization: stream.organization, publication: stored.id, publishedAt, pending: true };
    if (type === 'SchemePublished')
      return { ...published, kind: 'scheme', id: data.scheme, edition: data.edition } satisfies JsonObject;
    if (type === 'LearningPlanPublished')
      return { ...published, kind: 'learningPlan', id: data.learningPlan, edition: data.edition } satisfies JsonObject;
    return undefined;
  },
};
