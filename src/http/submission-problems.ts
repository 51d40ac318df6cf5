import { problem, type Problem } from './problem.js';

/** How submissions and their review are refused: a part of the one table. */
export const SUBMISSION_PROBLEMS = {
  LABEL_UNKNOWN: problem(422, 'The scheme asks for no such submission', 'Give the label exactly as the task shows it.'),
  TITLE_ALTERED: problem(
    422,
    'The title is not that of the task',
    'Give the title exactly as the task shows it, or leave it out.',
  ),
  KIND_NOT_TAKEN: problem(422, 'The task takes another kind of submission', 'Submit a kind that "detail" names.'),
  ATTACHMENT_REQUIRED: problem(422, 'A credential document needs an attachment', 'Upload the file first and give its address.'),
  ATTACHMENT_NOT_CLEAN: problem(
    409,
    'The attachment is not known to be clean',
    'Wait for the scan, or decline it; "detail" says what the scanner said.',
  ),
  VALID_UNTIL_BEFORE_ISSUE: problem(422, 'The document would end before it was issued', 'Give a later end, or none.'),
  SUBMISSION_OPEN: problem(409, 'A submission waits under this label', 'Withdraw it first, or wait for its review.'),
  SUBMISSION_UNKNOWN: problem(404, 'There is no such submission', 'List the submissions of the learner.'),
  SUBMISSION_DECIDED: problem(409, 'The submission is decided already', '"detail" says what happened, by whom and when.'),
  NOT_SUBMITTER: problem(403, 'Only the submitting side withdraws it', 'Decline it instead, as a reviewer.'),
  REVIEW_CLAIMED: problem(409, 'Another reviewer has it under review', 'Take another one, or wait until the claim runs out.'),
  SOURCE_CHECK_REQUIRED: problem(
    409,
    'The document was not checked at its source',
    'Ask whoever issued it and record the check.',
  ),
  CHECK_DUE_BEFORE_CHECK: problem(422, 'The next check would be due before this one', 'Give a later day, or none.'),
} as const satisfies Record<string, Problem>;
