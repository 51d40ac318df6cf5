import { problem, type Problem } from './problem.js';

/** How movements of credits are refused: a part of the one table. */
export const CREDIT_PROBLEMS = {
  CREDITS_INSUFFICIENT: problem(
    409,
    'Too few credits are available',
    'Buy credits or take fewer; "detail" says how many are needed and available.',
  ),
  SALE_RECORDED: problem(409, 'The reference was used for another sale', 'Look at the statement; give each sale its own.'),
  BATCH_RESERVED: problem(409, 'The batch reserved credits for other sittings', 'Confirm the other sittings as a new batch.'),
  BATCH_UNKNOWN: problem(404, 'The account knows no such batch', 'Look at the statement for the batches of the account.'),
  SETTLEMENT_MISFIT: problem(
    409,
    'The settlement does not follow from what was reserved',
    'Look at the settlements of the batch; "detail" says what does not fit.',
  ),
  CREDITS_NOT_CONSUMED: problem(
    409,
    'More credits are to come back than were consumed',
    'Return at most what "detail" says, or propose an adjustment.',
  ),
  TOO_MANY_ADJUSTMENTS: problem(422, 'Too many adjustments wait', 'Approve or decline some of them first.'),
  ADJUSTMENT_UNKNOWN: problem(404, 'There is no such adjustment', 'List the adjustments that wait.'),
  ADJUSTMENT_DECIDED: problem(409, 'The adjustment was decided before', 'Propose another one if the balance is still wrong.'),
} as const satisfies Record<string, Problem>;
