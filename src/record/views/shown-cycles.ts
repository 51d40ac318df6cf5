import { z } from 'zod';
import { instantMilliseconds, type Effective, type IsoInstant } from '../../shared/calendar.js';
import { effective, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import type { Cycle } from '../domain/standing.js';
import { beginsAt, cycleStatusAt, type CycleStatus, type ZoneOf } from '../domain/status.js';
import { hasHappened } from './standing-at.js';

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
  assignment: z.int().optional(),
  late: z.literal(true).optional().meta({ description: 'Fulfilled at or after the due instant, where that is accepted.' }),
  suspensions: z.array(z.object({ from: effective, until: effective.optional(), reasonCode: z.string() })).optional(),
  revocation: z.object({ effective, reasonCode: z.string(), recordedAt: isoInstant }).optional(),
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
  const { number, kind, how, edition, validity, awarded, assignment, late, revoked, suspensions = [] } = cycle;
  const suspended = suspensions.flatMap(({ from, until, reasonCode }) =>
    happened(from)
      ? [{ from, ...optional({ until: until !== undefined && happened(until) ? until : undefined }), reasonCode }]
      : [],
  );
  return {
    number,
    kind,
    how,
    edition,
    status,
    ...validity,
    recordedAt: awarded.recordedAt,
    ...optional({ assignment, late, suspensions: suspended.length === 0 ? undefined : suspended }),
    ...(revoked === undefined || !happened(revoked.effective)
      ? {}
      : { revocation: { effective: revoked.effective, reasonCode: revoked.reasonCode, recordedAt: revoked.recordedAt } }),
  };
}
