import { problem, type Problem } from './problem.js';

/** How corrections of recorded facts are refused: a part of the one table. */
export const CORRECTION_PROBLEMS = {
  FACT_UNKNOWN: problem(404, 'There is no such fact', 'Give the revision of a fact as the history of the learner lists it.'),
  FACT_NOT_CORRECTABLE: problem(
    422,
    'This is not corrected so',
    '"detail" says what may be corrected instead, or by which request this is changed.',
  ),
  CORRECTION_OF_CORRECTION: problem(
    422,
    'A correction is not corrected itself',
    'Point at the original fact again; "detail" names its revision.',
  ),
  NOTHING_CORRECTED: problem(422, 'The correction changes nothing', 'Say what is otherwise than it stands, or leave it.'),
} as const satisfies Record<string, Problem>;
