import { z } from 'zod';
import type { Principal } from '../../http/principal.js';
import type { KeyRing } from '../../ledger/key-ring.js';
import { effectiveMilliseconds, instantMilliseconds, type Effective, type IsoInstant } from '../../shared/calendar.js';
import { effective, isoDate, isoInstant } from '../../shared/text.js';
import { APPEAL_KINDS, APPEAL_OUTCOMES } from '../domain/certification-events.js';
import { optional } from '../domain/circumstances.js';
import type { Appeal, Cycle, Standing, Waiver } from '../domain/standing.js';
import { isWaivedAt, suspensionAt } from '../domain/status.js';
import { open, openedSchema } from './open.js';

/** How many of each kind stand beside a status; all of them stand in the audit history. */
export const DECISIONS_SHOWN_MAX = 20;

/** What keeps a certification from holding or from being asked at an instant, without what is sealed of it. */
export const restrictionShape = {
  suspension: z.object({ cycle: z.int(), since: effective, reasonCode: z.string() }).optional(),
  waiver: z
    .object({ waiver: z.int(), since: effective, lastDay: isoDate, endsAt: isoInstant, reasonCode: z.string() })
    .optional()
    .meta({ description: 'The waiver that stands at that instant; it is never a completion.' }),
};

export function restrictionsAt(
  { waivers }: Standing,
  cycle: Cycle | undefined,
  at: IsoInstant,
): z.infer<z.ZodObject<typeof restrictionShape>> {
  const suspended = cycle === undefined ? undefined : suspensionAt(cycle, at);
  const waiver = waivers.findLast((known) => isWaivedAt(known, at));
  return {
    ...(suspended === undefined
      ? {}
      : { suspension: { cycle: cycle!.number, since: suspended.from, reasonCode: suspended.reasonCode } }),
    ...(waiver === undefined ? {} : { waiver: waiverOf(waiver) }),
  };
}

const waiverOf = ({ number, effective: since, lastDay, endsAt, reasonCode }: Waiver) => ({
  waiver: number,
  since,
  lastDay,
  endsAt,
  reasonCode,
});

const newestFirst = `the ${DECISIONS_SHOWN_MAX} newest first`;
const scopeSchema = z.object({
  cycle: z.int(),
  revision: z.int(),
  since: effective,
  covers: openedSchema,
  reasonCode: z.string(),
});
const waiverSchema = restrictionShape.waiver.unwrap().extend({
  evidence: openedSchema.optional().meta({ description: 'On what it rests; reports have no need of it.' }),
  ended: z.object({ effective, reasonCode: z.string() }).optional(),
});
const appealSchema = z.object({
  appeal: z.int(),
  kind: z.enum(APPEAL_KINDS),
  against: z.int(),
  openedAt: isoInstant,
  reasonCode: z.string(),
  reason: openedSchema.optional().meta({ description: 'In words; reports have no need of it.' }),
  decided: z
    .object({
      outcome: z.enum(APPEAL_OUTCOMES),
      decidedAt: isoInstant,
      reasonCode: z.string(),
      reason: openedSchema.optional(),
      remedy: openedSchema.optional().meta({ description: 'What is to be done; nothing of it happens by itself.' }),
    })
    .optional(),
});

/** What persons decided about a certification of the learner, and what the learner said to that. */
export const decisionShape = {
  decisions: z
    .array(z.object({ revision: z.int(), type: z.string(), recordedAt: isoInstant }))
    .optional()
    .meta({ description: `Against what an appeal may be opened, ${newestFirst}.` }),
  scopes: z
    .array(scopeSchema)
    .optional()
    .meta({ description: `What the certification covers since it was reduced, ${newestFirst}.` }),
  waivers: z
    .array(waiverSchema)
    .optional()
    .meta({ description: `All that were granted, ${newestFirst}.` }),
  appeals: z
    .array(appealSchema)
    .optional()
    .meta({ description: `Appeals and complaints, ${newestFirst}.` }),
};
type ShownDecisions = z.infer<z.ZodObject<typeof decisionShape>>;

/** Opens what is sealed of them for who may see it: what somebody was waived or complained of is more than a report needs. */
export async function shownDecisions(
  keyRing: KeyRing,
  { organization, actor }: Principal,
  standing: Standing,
  at: IsoInstant,
): Promise<ShownDecisions> {
  const opened = <Fields extends Record<string, unknown>>(fields: Fields) =>
    actor.role === 'reporter' ? {} : open(keyRing, organization, fields);
  const waivers = newest(standing.waivers, at).map(async (waiver) => ({
    ...waiverOf(waiver),
    ...(await opened({ evidence: waiver.evidence })),
    ...optional({ ended: waiver.ended !== undefined && has(waiver.ended.effective, at) ? waiver.ended : undefined }),
  }));
  const appeals = newest(standing.appeals, at).map(async ({ reason, decided, ...appeal }) => ({
    ...appealOf(appeal),
    ...(await opened({ reason })),
    ...(decided === undefined || !isBy(decided.recordedAt, at)
      ? {}
      : {
          decided: {
            outcome: decided.outcome,
            decidedAt: decided.recordedAt,
            reasonCode: decided.reasonCode,
            ...(await opened({ reason: decided.reason, remedy: decided.remedy })),
          },
        }),
  }));
  const decisions = standing.decisions.filter(({ recordedAt }) => isBy(recordedAt, at));
  return filled({
    decisions: decisions
      .slice(-DECISIONS_SHOWN_MAX)
      .reverse()
      .map(({ revision, type, recordedAt }) => ({ revision, type, recordedAt })),
    scopes: await shownScopes(keyRing, organization, standing, at),
    waivers: await Promise.all(waivers),
    appeals: await Promise.all(appeals),
  });
}

/** What it covers is needed by whoever relies on it. */
export async function shownScopes(
  keyRing: KeyRing,
  organization: string,
  { cycles }: Standing,
  at: IsoInstant,
): Promise<NonNullable<ShownDecisions['scopes']>> {
  const scopes = cycles.flatMap(({ number: cycle, scopes: known = [] }) => known.map((scope) => ({ cycle, ...scope })));
  return Promise.all(
    newest(scopes, at).map(async ({ cycle, revision, effective: since, scope, reasonCode }) => {
      const { covers } = await open(keyRing, organization, { covers: scope });
      return { cycle, revision, since, covers: covers!, reasonCode };
    }),
  );
}

const appealOf = ({ number, kind, against, recordedAt, reasonCode }: Omit<Appeal, 'reason' | 'decided'>) => ({
  appeal: number,
  kind,
  against,
  openedAt: recordedAt,
  reasonCode,
});

/** All of this is effective at an instant, so that no zone matters. */
const has = (time: Effective, at: IsoInstant): boolean => effectiveMilliseconds(time, 'UTC') <= instantMilliseconds(at);
const isBy = (instant: IsoInstant, at: IsoInstant): boolean => instantMilliseconds(instant) <= instantMilliseconds(at);
const newest = <Item extends { readonly effective: Effective }>(items: readonly Item[], at: IsoInstant): readonly Item[] =>
  items
    .filter(({ effective: time }) => has(time, at))
    .slice(-DECISIONS_SHOWN_MAX)
    .reverse();

/** An empty list is left out, as most learners have none of any kind. */
const filled = (lists: Required<ShownDecisions>): ShownDecisions =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => (list as readonly unknown[]).length > 0)) as ShownDecisions;
