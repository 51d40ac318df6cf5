import { z } from 'zod';
import { coursesBehind, editionOf, latest, type Catalogue } from '../../catalogue/published.js';
import { dateAt, instantMilliseconds } from '../../shared/calendar.js';
import { effective, isoDate, isoInstant } from '../../shared/text.js';
import { renewalBounds } from '../domain/award-dates.js';
import { zoneOf } from '../domain/awards.js';
import { RENEWAL_WAYS } from '../domain/certification-events.js';
import { optional } from '../domain/circumstances.js';
import { continuityAt } from '../domain/continuity.js';
import { renewalCloses } from '../domain/ends.js';
import { alternativesOf, renewalCriteria } from '../domain/earning.js';
import { UNCOUNTED_REASONS, uncountedEvidence } from '../domain/renewal-evidence.js';
import type { Cycle, Renewal } from '../domain/standing.js';
import { standingOf } from '../domain/state.js';
import { criteriaWords } from './criteria-words.js';
import type { StandingAt } from './standing-at.js';

/** How many alternatives of a renewal and how much evidence that did not count are shown with a status. */
export const ALTERNATIVES_SHOWN_MAX = 50;
export const UNCOUNTED_SHOWN_MAX = 50;

const whatToDo = {
  words: z.string().meta({ description: 'What must be done, for people to read.' }),
  courses: z.array(z.string()).meta({ description: 'Every course that it can take.' }),
};
const renewalSchema = z.object({
  opensOn: isoDate.meta({ description: 'The day from which it may be renewed, in the zone of the scheme.' }),
  opensAt: isoInstant,
  closesAt: isoInstant.optional().meta({ description: 'Exclusive; absent where it may always be renewed.' }),
  early: z.literal('accept').optional().meta({ description: 'It may be renewed before that day as well.' }),
  open: z
    .object({
      number: z.int(),
      how: z.enum(RENEWAL_WAYS),
      edition: z.int(),
      since: effective,
      closesAt: isoInstant.optional(),
      alternative: z.string().optional(),
      attributed: z.array(z.int()).optional().meta({ description: 'Revisions of evidence that an administrator let count.' }),
    })
    .optional()
    .meta({ description: 'The renewal that is open; the checklist beside it is that of its criteria.' }),
  ...whatToDo,
  alternatives: z.array(z.object({ alternative: z.string(), ...whatToDo })).meta({
    description: `What the learner may choose among, the first ${ALTERNATIVES_SHOWN_MAX}; none where there is no choice.`,
  }),
});
const uncountedSchema = z.object({
  revision: z.int(),
  effective,
  course: z.string().optional(),
  learningPlan: z.string().optional(),
  submission: z.string().optional(),
  approval: z.string().optional(),
  reason: z.enum(UNCOUNTED_REASONS),
  attributable: z.boolean().meta({ description: 'Whether an administrator may let it count all the same.' }),
});
export const renewalShape = {
  renewal: renewalSchema
    .optional()
    .meta({ description: 'How the certification is renewed; absent where there is none that can be renewed.' }),
  uncountedEvidence: z
    .array(uncountedSchema)
    .optional()
    .meta({ description: `What could renew it and does not count, with its reason, the ${UNCOUNTED_SHOWN_MAX} newest first.` }),
  continuouslyCertifiedSince: isoInstant
    .optional()
    .meta({ description: 'From when on it has held without a gap; absent where it does not hold.' }),
  gaps: z
    .array(z.object({ from: isoInstant, until: isoInstant.optional() }))
    .meta({ description: 'Every time in which it did not hold after it was held once; the last has no end while it lasts.' }),
};
type ShownRenewal = z.infer<z.ZodObject<typeof renewalShape>>;

/** What a status says of renewing the certification, and of the times in which it held. */
export function shownRenewal({ scheme: { scheme: id }, status, record, at }: StandingAt, catalogue: Catalogue): ShownRenewal {
  const standing = standingOf(record, id);
  const cycle = standing.cycles.find(({ number }) => number === status?.cycle);
  const isLast = cycle !== undefined && cycle === standing.cycles.at(-1) && status?.status !== 'revoked';
  const uncounted = isLast ? uncountedEvidence(id, record, catalogue.schemes.get(id)!, at).slice(0, UNCOUNTED_SHOWN_MAX) : [];
  const open = standing.renewals.find(({ number }) => number === status?.renewal);
  const { since, gaps } = continuityAt(standing, zoneOf(catalogue, id), instantMilliseconds(at));
  return {
    ...optional({ renewal: isLast ? renewalOf(id, cycle, open, catalogue) : undefined }),
    ...(uncounted.length === 0
      ? {}
      : {
          uncountedEvidence: uncounted.map(
            ({ revision, effective: time, course, learningPlan, submission, approval, reason, attributable }) => ({
              ...{ revision, effective: time, reason, attributable },
              ...optional({ course, learningPlan, submission, approval }),
            }),
          ),
        }),
    ...optional({ continuouslyCertifiedSince: since }),
    gaps: [...gaps],
  };
}

function renewalOf(id: string, cycle: Cycle, open: Renewal | undefined, catalogue: Catalogue): ShownRenewal['renewal'] {
  const time = renewalBounds(cycle, catalogue.schemes.get(id)!);
  if (time === undefined) return undefined;
  const newest = latest(catalogue.schemes, id)!;
  // What is being renewed is renewed as its edition says, whatever came later.
  const criteria = renewalCriteria(open === undefined ? newest : editionOf(catalogue.schemes, id, open.edition)!);
  const shown = (tree: typeof criteria) => ({
    words: criteriaWords(tree, catalogue),
    courses: [...coursesBehind(tree, catalogue)],
  });
  const { opensAt, closesAt } = time;
  return {
    opensOn: dateAt(opensAt, newest.timeZone),
    opensAt,
    ...optional({ closesAt, early: newest.renewal?.early === 'accept' ? ('accept' as const) : undefined }),
    ...(open === undefined ? {} : { open: openOf(open, cycle) }),
    ...shown(criteria),
    alternatives: alternativesOf(criteria)
      .slice(0, ALTERNATIVES_SHOWN_MAX)
      .map(({ pointer: alternative, criteria: tree }) => ({ alternative, ...shown(tree) })),
  };
}

function openOf(renewal: Renewal, cycle: Cycle) {
  const { number, how, edition, effective: since, alternative, attributed } = renewal;
  const more = { closesAt: renewalCloses(renewal, cycle), alternative };
  return {
    ...{ number, how, edition, since },
    ...optional({ ...more, attributed: attributed.length === 0 ? undefined : [...attributed] }),
  };
}
