import { z } from 'zod';
import { instantMilliseconds, type Effective, type IsoInstant } from '../../shared/calendar.js';
import { effective, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import type { Cycle, Reassessment } from '../domain/standing.js';
import { beginsAt, cycleStatusAt, type CycleStatus, type ZoneOf } from '../domain/status.js';
import { hasHappened } from './standing-at.js';

const interval = z.object({ from: effective, lastValidDay: isoDate.optional(), endsAt: isoInstant.optional() });
const reassessmentSchema = z.object({
  before: interval,
  after: interval.optional().meta({ description: 'Absent where no ground was left; the cycle counts as revoked from then on.' }),
  ground: z.int().meta({ description: 'The revision of the correction.' }),
  recordedAt: isoInstant,
});
const laterEdition = z.object({
  edition: z.int(),
  effect: z.enum(['must-update', 'void']),
  effective,
  by: effective,
  endsAt: isoInstant.meta({ description: 'Until when it holds without an update, or at all; exclusive.' }),
});
export const cycleSchema = z.object({
  number: z.int(),
  kind: z.enum(['initial', 'renewal', 'update']),
  how: z.enum(['automatic', 'by-hand', 'on-approval']),
  edition: z.int(),
  status: z.enum(['current', 'superseded', 'expired', 'revoked']),
  from: effective,
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
  recordedAt: isoInstant,
  renews: z.int().optional().meta({ description: 'The cycle before it, which it renews or updates.' }),
  renewal: z.int().optional().meta({ description: 'The renewal that it ended.' }),
  assignment: z.int().optional(),
  late: z.literal(true).optional().meta({ description: 'Fulfilled at or after the due instant, where that is accepted.' }),
  suspensions: z.array(z.object({ from: effective, until: effective.optional(), reasonCode: z.string() })).optional(),
  revocation: z.object({ effective, reasonCode: z.string(), recordedAt: isoInstant }).optional(),
  laterEditions: z
    .array(laterEdition)
    .optional()
    .meta({ description: 'What editions after its own did to it, where they came into force by then.' }),
  reassessments: z
    .array(reassessmentSchema)
    .optional()
    .meta({ description: 'What became of it when a fact was corrected, oldest first; what stood before stands there.' }),
});

/** The cycles of a certification; what begins later than the instant has not happened yet, so it is not shown. */
export function shownCycles(cycles: readonly Cycle[], zoneOf: ZoneOf, at: IsoInstant): z.infer<typeof cycleSchema>[] {
  return cycles.flatMap((cycle, index) => {
    if (beginsAt(cycle, zoneOf) > instantMilliseconds(at)) return [];
    const status = cycleStatusAt(cycle, cycles[index + 1], zoneOf, at);
    return [shownCycle(cycle, status, (time) => hasHappened(time, zoneOf(cycle.edition), at))];
  });
}

function shownCycle(cycle: Cycle, status: CycleStatus, happened: (time: Effective) => boolean): z.infer<typeof cycleSchema> {
  const {
    number,
    kind,
    how,
    edition,
    validity,
    awarded,
    assignment,
    late,
    revoked,
    reassessments,
    suspensions = [],
    endings = [],
  } = cycle;
  const suspended = suspensions.flatMap(({ from, until, reasonCode }) =>
    happened(from)
      ? [{ from, ...optional({ until: until !== undefined && happened(until) ? until : undefined }), reasonCode }]
      : [],
  );
  const later = endings.filter(({ effective: inForce }) => happened(inForce)).map(({ revision: _, ...ending }) => ending);
  return {
    number,
    kind,
    how,
    edition,
    status,
    ...validity,
    recordedAt: awarded.recordedAt,
    ...optional({ renews: cycle.renews, renewal: cycle.renewal }),
    ...optional({ assignment, late, suspensions: suspended.length === 0 ? undefined : suspended }),
    ...(revoked === undefined || !happened(revoked.effective)
      ? {}
      : { revocation: { effective: revoked.effective, reasonCode: revoked.reasonCode, recordedAt: revoked.recordedAt } }),
    ...optional({ laterEditions: later.length === 0 ? undefined : later }),
    ...optional({ reassessments: reassessments?.map(shownReassessment) }),
  };
}

/** What was recorded of it is shown at every instant: it says what was held for true, and not when. */
const shownReassessment = ({ before, after, ground, recordedAt }: Reassessment): z.infer<typeof reassessmentSchema> => ({
  before,
  ...optional({ after }),
  ground,
  recordedAt,
});
