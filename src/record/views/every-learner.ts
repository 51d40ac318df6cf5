import { setImmediate } from 'node:timers/promises';
import type { Projections } from '../../projections/projections.js';
import { DOCUMENTS_PER_FIND_MAX } from '../../projections/ports/read-model-store.js';
import { learnerStatus, type LearnerDocument } from './learner-status.projection.js';

export interface StoredLearner {
  /** The record's stream. */
  readonly stream: string;
  readonly document: LearnerDocument;
}

/** All learners of an organization, page by page; between two pages others get their turn. */
export async function* everyLearner(projections: Projections, organization: string): AsyncGenerator<readonly StoredLearner[]> {
  let after: string | undefined;
  do {
    const page = await projections.find(learnerStatus.name, {
      index: 'byOrganization',
      equals: [organization],
      after,
      limit: DOCUMENTS_PER_FIND_MAX,
    });
    yield page.documents.map(({ key, body }) => ({ stream: key, document: body as unknown as LearnerDocument }));
    await setImmediate();
    after = page.next;
  } while (after !== undefined);
}
