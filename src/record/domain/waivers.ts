import { retirementOf, type SchemeEdition } from '../../catalogue/published.js';
import { addDays, dateAt, endWith, instantMilliseconds, type IsoDate, type IsoInstant } from '../../shared/calendar.js';
import { editionFor } from './earning.js';
import {
  definitionRetired,
  humanRefusal,
  refuse,
  schemeUnknown,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import type { Of } from './commands.js';
import { pendingAssignment, type Standing, type Waiver } from './standing.js';
import { standingOf, type RecordState } from './state.js';

/** For how long a waiver may be granted at once: a year with its leap day. Who needs longer decides again. */
export const WAIVER_DAYS_MAX = 366;

/** A certification is not asked of the learner for a time; that is its own status and never a completion. */
export function grantWaiver(command: Of<'GrantWaiver'>, state: RecordState, given: Given): Decision {
  const { scheme: id, lastDay, evidence, reason } = command;
  const scheme = editionFor(id, state, given);
  if (scheme === undefined) return schemeUnknown();
  const refusal = humanRefusal(given, state);
  if (refusal !== undefined) return refusal;
  const standing = standingOf(state, id);
  // What was asked before the scheme was retired is still to be fulfilled, and so it can still be waived.
  if (pendingAssignment(standing) === undefined && retirementOf(given.facts, 'scheme', id) !== undefined)
    return definitionRetired('scheme');
  const known = standingWaiver(standing, given.now);
  if (known !== undefined)
    return refuse('WAIVER_STANDS', `A waiver stands until ${known.lastDay}. End it first, or wait for its last day.`);
  const endsAt = endOfWaiver(lastDay, scheme, given.now);
  if (typeof endsAt === 'object') return endsAt;
  return [
    {
      type: 'WaiverGranted',
      data: {
        subject: state.profile!.subject,
        scheme: id,
        edition: scheme.edition,
        waiver: standing.waivers.length + 1,
        effective: { instant: given.now },
        lastDay,
        endsAt,
        evidence,
        reasonCode: reason.code,
        reason: reason.text,
      },
    },
  ];
}

function endOfWaiver(lastDay: IsoDate, { timeZone }: SchemeEdition, now: IsoInstant): IsoInstant | Refusal {
  const today = dateAt(now, timeZone);
  const latest = addDays(today, WAIVER_DAYS_MAX);
  return lastDay < today || lastDay > latest
    ? refuse(
        'WAIVER_OUT_OF_RANGE',
        `The last day must not have passed and not lie more than ${WAIVER_DAYS_MAX} days ahead. Give a day from ${today} to ${latest}.`,
        '/lastDay',
      )
    : endWith(lastDay, timeZone)!.endsAt;
}

/** Earlier than was granted; what was asked of the learner is asked again from then on. */
export function endWaiver({ scheme, reason }: Of<'EndWaiver'>, state: RecordState, given: Given): Decision {
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  const refusal = humanRefusal(given, state);
  if (refusal !== undefined) return refusal;
  const waiver = standingWaiver(standingOf(state, scheme), given.now);
  if (waiver === undefined) return refuse('NO_WAIVER', 'No waiver of this scheme stands for this learner.');
  const { subject } = state.profile!;
  const data = { subject, scheme, waiver: waiver.number, effective: { instant: given.now } };
  return [{ type: 'WaiverEnded', data: { ...data, reasonCode: reason.code, reason: reason.text } }];
}

/** The one that neither came to its end nor was ended; at most one stands at a time. */
export const standingWaiver = ({ waivers }: Standing, now: IsoInstant): Waiver | undefined =>
  waivers.find(({ ended, endsAt }) => ended === undefined && instantMilliseconds(endsAt) > instantMilliseconds(now));
