import {
  humanRefusal,
  optional,
  ownCase,
  refuse,
  schemeUnknown,
  type Decision,
  type Given,
  type Refusal,
} from './circumstances.js';
import type { Of } from './commands.js';
import type { Appeal, Decided, Standing } from './standing.js';
import { standingOf, type RecordState } from './state.js';

/** How many of the latest decisions a refusal names. */
const DECISIONS_NAMED_MAX = 5;

/**
 * Against a decision that a person took about the learner. The learner opens it, or somebody on the learner's behalf; who it was must
 * be known, because that person does not decide it.
 */
export function openAppeal(command: Of<'OpenAppeal'>, state: RecordState, given: Given): Decision {
  const { scheme, kind, against, reason } = command;
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  if (given.actor.person === undefined)
    return refuse('PERSON_REQUIRED', 'An appeal is opened by a person. Use a key that is bound to one.');
  const standing = standingOf(state, scheme);
  if (!standing.decisions.some(({ revision }) => revision === against)) return noDecision(against, standing);
  const open = standing.appeals.find((known) => known.against === against && known.kind === kind && known.decided === undefined);
  if (open !== undefined)
    return refuse('APPEAL_OPEN', `${open.number} is open against the same decision. Wait until it is decided.`, '/against');
  return [
    {
      type: 'AppealOpened',
      data: {
        subject: state.profile!.subject,
        scheme,
        appeal: standing.appeals.length + 1,
        kind,
        against,
        effective: { instant: given.now },
        reasonCode: reason.code,
        reason: reason.text,
      },
    },
  ];
}

function noDecision(against: number, { decisions }: Standing): Refusal {
  const named = decisions.slice(-DECISIONS_NAMED_MAX).map(({ revision, type }) => `${revision} (${type})`);
  const advice = named.length === 0 ? 'There is none in this scheme.' : `Give the revision of one, such as ${named.join(', ')}.`;
  return refuse('NOT_A_DECISION', `Revision ${against} is no decision about the learner in this scheme. ${advice}`, '/against');
}

/** By somebody who neither took the decision nor opened the appeal. Nothing is undone by it: `remedy` says what is to be done. */
export function decideAppeal(command: Of<'DecideAppeal'>, state: RecordState, given: Given): Decision {
  const { scheme, appeal: number, outcome, remedy, reason } = command;
  if (!given.facts.schemes.has(scheme)) return schemeUnknown();
  const refusal = humanRefusal(given, state);
  if (refusal !== undefined) return refusal;
  const standing = standingOf(state, scheme);
  const appeal = standing.appeals.find((known) => known.number === number);
  if (appeal === undefined) return refuse('APPEAL_UNKNOWN', `There is no appeal ${number} of this learner in this scheme.`);
  if (appeal.decided !== undefined) {
    const { outcome: known, recordedAt } = appeal.decided;
    return refuse(
      'APPEAL_DECIDED',
      `The appeal was decided on ${recordedAt}: ${known}. Open another one if there is a new ground.`,
    );
  }
  if (tookPart(appeal, standing).includes(given.actor.person))
    return {
      ...ownCase(),
      detail: 'You opened this appeal or took part in the decision that it is against. Another person must decide it.',
    };
  return [
    {
      type: 'AppealDecided',
      data: {
        subject: state.profile!.subject,
        scheme,
        appeal: number,
        outcome,
        effective: { instant: given.now },
        ...optional({ remedy }),
        reasonCode: reason.code,
        reason: reason.text,
      },
    },
  ];
}

/** Persons, never keys (domain.md, Words): who opened it, who took the decision, and who proposed a decision that two persons took. */
export function tookPart({ person, against }: Appeal, { decisions, cycles }: Standing): readonly (string | undefined)[] {
  const decision: Decided | undefined = decisions.find(({ revision }) => revision === against);
  const revoked = cycles.find((cycle) => cycle.revoked?.revision === against);
  return [person, decision?.person, revoked?.revocationProposed?.person];
}
