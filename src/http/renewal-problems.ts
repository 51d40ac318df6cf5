import { problem, type Problem } from './problem.js';

/** How renewals and what counts for them are refused: a part of the one table. */
export const RENEWAL_PROBLEMS = {
  NOT_RENEWABLE: problem(409, 'The certification cannot be renewed', 'Earn it anew after its end; "detail" says why.'),
  RENEWAL_TOO_EARLY: problem(
    409,
    'It is too early to renew the certification',
    'Renew it from the day that "detail" names; until then nothing is lost.',
  ),
  RENEWAL_CLOSED: problem(409, 'The renewal is not possible any more', 'Earn the certification anew, like for the first time.'),
  RENEWAL_OPEN: problem(409, 'A renewal is open by another choice', 'Withdraw it first, or go on with that choice.'),
  NO_RENEWAL: problem(409, 'No renewal is open', 'Look at the status of the learner in the scheme.'),
  RENEWAL_BACKDATED: problem(
    403,
    'A learner renews at the present only',
    'Leave the effective time out, or ask an administrator.',
  ),
  CERTIFICATION_SUSPENDED: problem(409, 'The certification is suspended', 'Reinstate it first.'),
  ALTERNATIVE_UNKNOWN: problem(422, 'The renewal has no such alternative', 'Choose one that "detail" names, or none.'),
  NOTICE_INVALID: problem(
    403,
    'The link of the notice is not one of this ledger for this learner',
    'Use the link of a notice unchanged, or renew without one.',
  ),
  NOTICE_EXPIRED: problem(403, 'The link of the notice is too old', 'Renew without it, or ask for another notice.'),
  NOTICE_SPENT: problem(409, 'The link of the notice was used before', 'Look at the status of the learner in the scheme.'),
  NOTICE_OUTDATED: problem(
    409,
    'The notice is about an earlier time of the certification',
    'Use the link of the newest notice, or renew without one.',
  ),
  EVIDENCE_UNFIT: problem(
    422,
    'The fact cannot count for this renewal',
    'Name evidence that the renewal asks for and that lies within its window.',
  ),
  EVIDENCE_USED: problem(
    409,
    'The evidence earned an award before',
    'Name other evidence: what earned one certification never counts in another.',
  ),
} as const satisfies Record<string, Problem>;
