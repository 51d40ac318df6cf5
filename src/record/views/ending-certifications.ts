import { latest, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import type { Principal } from '../../http/principal.js';
import type { StoredDocument } from '../../projections/ports/read-model-store.js';
import { addDays, dateAt, type CalendarEnd, type IsoDate, type IsoInstant } from '../../shared/calendar.js';
import { cycleEnd } from '../domain/ends.js';
import { standingCycle, type Cycle } from '../domain/standing.js';
import type { LearnerDocuments } from './learner-documents.js';
import type { LearnerDocument } from './learner-status.projection.js';
import type { SchemeStandingDocument } from './scheme-standings.projection.js';

/** One certification that ends: that of the last cycle, unless it was revoked; an earlier one was renewed or came to its end before. */
export interface EndingCertification {
  readonly document: SchemeStandingDocument;
  readonly learner: LearnerDocument;
  readonly cycle: Cycle;
  readonly end: CalendarEnd;
  /** The newest edition, under which it would be renewed. */
  readonly newest: SchemeEdition;
}

/** How many days ahead a list or a forecast looks at the most. */
export const DAYS_AHEAD_MAX = 3_660;

/** The days on which something ends that ends within so many days of an instant: that day in UTC and so many days after it. */
export function daysAhead(at: IsoInstant, days: number): { readonly from: IsoDate; readonly to: IsoDate } {
  const from = dateAt(at, 'UTC');
  return { from, to: addDays(from, days) };
}

/** Where such certifications are found, by last valid day. */
export const endingIndex = (organization: string, scheme: string | undefined) =>
  scheme === undefined
    ? { index: 'byDay', equals: [organization, true] }
    : { index: 'bySchemeAndDay', equals: [organization, scheme, true] };

/** The one function behind the list and the forecast; undefined for who is out of reach or in another group. */
export async function endingAmong(
  documents: readonly StoredDocument[],
  learners: LearnerDocuments,
  asked: { readonly principal: Principal; readonly group: string | undefined; readonly catalogue: Catalogue },
): Promise<readonly (EndingCertification | undefined)[]> {
  const standings = documents.map(({ body }) => body as unknown as SchemeStandingDocument);
  const records = standings.map(({ record }) => record);
  const found = await learners.among(asked.principal, records, asked.group);
  return standings.map((document) => {
    const learner = found.get(document.record);
    const newest = latest(asked.catalogue.schemes, document.scheme);
    const cycle = standingCycle(document.standing);
    const end = cycle === undefined ? undefined : cycleEnd(cycle);
    if (learner === undefined || newest === undefined || cycle === undefined || end === undefined) return undefined;
    return { document, learner, cycle, end, newest };
  });
}
