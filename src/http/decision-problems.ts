import { problem, type Problem } from './problem.js';

/** How decisions after an award, and appeals against decisions, are refused: a part of the one table. */
export const DECISION_PROBLEMS = {
  CERTIFICATION_ENDED: problem(409, 'The certification has ended', 'Look at the cycle history of the learner.'),
  ALREADY_SUSPENDED: problem(409, 'The certification is suspended already', 'Reinstate it, or revoke it.'),
  NOT_SUSPENDED: problem(409, 'The certification is not suspended', 'Look at the status of the learner in the scheme.'),
  PREVIEW_STALE: problem(
    409,
    'What was previewed has changed',
    'Preview again, look at what is marked as changed, and confirm that preview.',
  ),
  TOO_MANY_REVOCATIONS: problem(422, 'More match than one batch may revoke', 'Narrow the filter; "detail" names the limit.'),
  WAIVER_OUT_OF_RANGE: problem(
    422,
    'The waiver would end too early or too late',
    'Give a last day within the range that "detail" names.',
  ),
  WAIVER_STANDS: problem(409, 'A waiver stands already', 'End it first, or wait for its last day.'),
  NO_WAIVER: problem(409, 'No waiver stands', 'Look at the status of the learner in the scheme.'),
  NOT_A_DECISION: problem(
    422,
    'The appeal is against no decision about the learner',
    'Give the revision of a decision, as the status of the learner in the scheme lists them.',
  ),
  APPEAL_OPEN: problem(409, 'An appeal against this decision is open', 'Wait until it is decided.'),
  APPEAL_UNKNOWN: problem(404, 'There is no such appeal', 'Look at the status of the learner in the scheme.'),
  APPEAL_DECIDED: problem(409, 'The appeal was decided before', 'Open another one if there is a new ground.'),
} as const satisfies Record<string, Problem>;
