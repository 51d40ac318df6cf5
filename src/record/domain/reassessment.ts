import type { SchemeEdition } from '../../catalogue/published.js';
import { isSameJson } from '../../shared/json.js';
import { awardBoundaries } from './award-dates.js';
import { openProposal } from './awards.js';
import { optional, refuse, type Decision, type Given, type Refusal } from './circumstances.js';
import { withConsequences } from './consequences.js';
import { earnedAgain, type Earned } from './earned-again.js';
import { updatedBy } from './endings.js';
import type { DataOf, RecordEvent } from './events.js';
import { groundsOf, renewedCycle, type Cycle, type Proposal, type Standing } from './standing.js';
import { cyclesOf, foldAll, standingOf, submissionsOf, type RecordState } from './state.js';
import { revisionsOf } from './submission.js';

/**
 * An award stands until an event changes it: when a fact that it was decided on is corrected, it is evaluated again as it was awarded, under
 * its own edition, window, assignment and renewal, and what that changes is said in the same commit (domain.md, Status). What decided
 * the award decides it again: evidence that was recorded later moves nothing by itself, and only fills a place that the correction left
 * empty. What a person awarded by hand stands by that person's word, whatever becomes of the evidence.
 */
export function withReassessments(corrections: readonly RecordEvent[], state: RecordState, given: Given): Decision {
  const events = [...corrections];
  const now = (): RecordState => foldAll(state, events, given.now, given.actor.person);
  const corrected = correctedBy(corrections, state);
  for (const id of Object.keys(state.schemes)) {
    const reassessed = reassessedIn(id, corrected, now(), given);
    if ('code' in reassessed) return reassessed;
    events.push(...reassessed);
    events.push(...withoutGround(id, corrected, now(), given));
  }
  return withConsequences(events, state, given);
}

/** What some corrections changed: by each revision under which a checklist may name the fact, the revision of the correction. */
interface Corrected {
  readonly by: ReadonlyMap<number, number>;
  readonly reason: Pick<DataOf<'FactCorrected'>, 'reasonCode' | 'reason'>;
}

function correctedBy(corrections: readonly RecordEvent[], state: RecordState): Corrected {
  const by = new Map<number, number>();
  let reason: Corrected['reason'] | undefined;
  for (const [index, { type, data }] of corrections.entries()) {
    if (type !== 'FactCorrected' && type !== 'SubmissionCorrected') continue;
    reason ??= { reasonCode: data.reasonCode, reason: data.reason };
    const named =
      type === 'FactCorrected'
        ? [data.corrects]
        : revisionsOf(submissionsOf(state).find(({ number }) => number === data.submission)!);
    for (const revision of named) by.set(revision, state.revision + 1 + index);
  }
  return { by, reason: reason! };
}

function reassessedIn(id: string, corrected: Corrected, state: RecordState, given: Given): readonly RecordEvent[] | Refusal {
  const events: RecordEvent[] = [];
  const moved = new Map<number, number>();
  for (const { number } of cyclesOf(state, id)) {
    const now = foldAll(state, events, given.now, given.actor.person);
    const cycles = cyclesOf(now, id);
    const cycle = cycles[number - 1]!;
    if (isGroundless(cycle) && isReplaced(cycle, cycles)) continue;
    const ground = groundOf(cycle, corrected, now) ?? moved.get(cycle.renews ?? 0);
    if (ground === undefined || cycle.how === 'by-hand' || cycle.revoked !== undefined) continue;
    const reassessed = reassessment(id, cycle, ground, now, given);
    if (reassessed === undefined) continue;
    if ('code' in reassessed) return reassessed;
    events.push({ type: 'CertificationReassessed', data: reassessed });
    // What renews it counts from its end, where it still has one.
    if (reassessed.after !== undefined) moved.set(number, ground);
  }
  return events;
}

const isGroundless = ({ reassessments = [] }: Cycle): boolean =>
  reassessments.length > 0 && reassessments.at(-1)!.after === undefined;

/** Whether another cycle stands in the place of one that lost its ground: a first award since, or another one after the same cycle. */
const isReplaced = ({ number, renews }: Cycle, cycles: readonly Cycle[]): boolean =>
  cycles.some((later) => later.number > number && (later.kind === 'initial' || later.renews === renews));

/**
 * The correction that concerns a cycle: of what it rests on, of what it last lost its ground by, or of anything else that had been
 * recorded by then, as the award would have been decided on that.
 */
function groundOf(cycle: Cycle, { by }: Corrected, state: RecordState): number | undefined {
  const lost = isGroundless(cycle) ? correctedAt(cycle.reassessments!.at(-1)!.ground, state) : [];
  const known = [...by.keys()].filter((revision) => revision < cycle.awarded.revision);
  return [...groundsOf(cycle), ...lost, ...known].map((revision) => by.get(revision)).find((revision) => revision !== undefined);
}

/** The revisions by which a checklist named what an earlier correction corrected. */
function correctedAt(revision: number, state: RecordState): readonly number[] {
  const fact = state.corrections.find((known) => known.revision === revision);
  const submission = submissionsOf(state).find(({ corrections = [] }) =>
    corrections.some((known) => known.revision === revision),
  );
  return fact !== undefined ? [fact.corrects] : submission === undefined ? [] : revisionsOf(submission);
}

function reassessment(
  scheme: string,
  cycle: Cycle,
  ground: number,
  state: RecordState,
  given: Given,
): DataOf<'CertificationReassessed'> | Refusal | undefined {
  const { number, edition, validity: before, awarded } = cycle;
  const editions = given.facts.schemes.get(scheme)!;
  const earned = { ...cycle, recorded: awarded.revision, recordedAt: awarded.recordedAt };
  const { met, checklist } = earnedAgain(scheme, earned, state, editions);
  const data = { scheme, cycle: number, ground, effective: { instant: given.now }, before, checklist: [...checklist] };
  if (met === undefined) return isGroundless(cycle) ? undefined : data;
  const { validity: after, late } = met;
  if (after === undefined)
    return refuse('VALIDITY_OUT_OF_RANGE', 'A certification would end after the year 9999. Give an earlier time.', '/to');
  const isSame = isSameJson(after, before) && isSameJson(checklist, cycle.checklist) && late === cycle.late;
  if (isSame && !isGroundless(cycle)) return undefined;
  return { ...data, after, ...optional({ boundaries: awardBoundaries(editions[edition - 1]!, after), late }) };
}

/** A proposal that waits for approval and rests on what is otherwise now is declined; what the evidence earns then is proposed anew. */
function withoutGround(id: string, { by, reason }: Corrected, state: RecordState, given: Given): readonly RecordEvent[] {
  const standing = standingOf(state, id);
  const open = openProposal(standing.proposals);
  if (open === undefined || open.how === 'by-hand' || ![...by.keys()].some((revision) => revision < open.revision)) return [];
  const editions = given.facts.schemes.get(id)!;
  const { met, checklist } = earnedAgain(id, proposed(open, standing, editions), state, editions);
  const isSame = met !== undefined && isSameJson(met.effective, open.effective) && isSameJson(checklist, open.checklist);
  if (isSame && met.late === open.late) return [];
  const data = {
    subject: state.profile!.subject,
    scheme: id,
    proposal: open.number,
    effective: { instant: given.now },
    ...reason,
  };
  return [{ type: 'AwardDeclined', data }];
}

/** The cycle that a proposal would make. */
function proposed(open: Proposal, standing: Standing, editions: readonly SchemeEdition[]): Earned {
  const number = standing.cycles.length + 1;
  const earned = { ...open, number, kind: 'initial' as const, recorded: open.revision };
  const cycle = updatedBy(open, standing, (edition) => editions[edition - 1]!.timeZone);
  if (cycle !== undefined) return { ...earned, kind: 'update', renews: cycle.number };
  return open.renewal === undefined ? earned : { ...earned, kind: 'renewal', renews: renewedCycle(standing)?.number };
}
