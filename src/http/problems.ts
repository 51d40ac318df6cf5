import { ATTACHMENT_PROBLEMS } from './attachment-problems.js';
import { CORRECTION_PROBLEMS } from './correction-problems.js';
import { CREDIT_PROBLEMS } from './credit-problems.js';
import { DECISION_PROBLEMS } from './decision-problems.js';
import { later, problem, type Problem } from './problem.js';
import { RENEWAL_PROBLEMS } from './renewal-problems.js';
import { SUBMISSION_PROBLEMS } from './submission-problems.js';

/** Every way a request can end without success: the one table behind all problem details and `docs/errors.md`. */
export const PROBLEMS = {
  // The request itself.
  MALFORMED_JSON: problem(
    400,
    'The body is not the JSON that is asked for',
    'Send well-formed UTF-8 JSON without repeated names, at most 32 levels deep.',
  ),
  INVALID_REQUEST: problem(
    400,
    'The request does not fit the schema',
    'Mend each place that a JSON Pointer names, as the detail beside it says.',
  ),
  INVALID_CURSOR: problem(
    400,
    'The cursor is not one of this list',
    'Take the cursor from "next" of the page before, unchanged, with the same filters.',
  ),
  INVALID_POSITION: problem(400, 'The position is not one of this ledger', 'Send a position as a receipt or a page gave it.'),
  IDEMPOTENCY_KEY_MISSING: problem(
    400,
    'The Idempotency-Key is missing',
    'Send an Idempotency-Key header of 1 to 200 characters, a new one for each new write.',
  ),
  INVALID_IDEMPOTENCY_KEY: problem(
    400,
    'The Idempotency-Key is too long',
    'Send an Idempotency-Key header of 1 to 200 characters, for example a UUID.',
  ),
  INVALID_IF_MATCH: problem(
    400,
    'The If-Match header is not an ETag of this ledger',
    'Send If-Match as an answer gave the ETag, for example "7".',
  ),
  INVALID_PERSON_HEADER: problem(
    400,
    'The Certledger-Person header cannot be used',
    'Send it with the key of a trusted service only, as one percent-encoded id.',
  ),
  BODY_TOO_LARGE: problem(413, 'The body is too large', 'Send at most 1 MiB; split larger work into several requests.'),
  UNSUPPORTED_MEDIA_TYPE: problem(
    415,
    'The body has another media type',
    'Send Content-Type: application/json; an attachment is sent as multipart/form-data.',
  ),
  ROUTE_UNKNOWN: problem(404, 'There is nothing at this address', 'Look the address up in the API documentation under /docs.'),
  METHOD_NOT_ALLOWED: problem(405, 'The address takes another method', 'Use a method that the Allow header names.'),
  HEADERS_TOO_LARGE: problem(
    431,
    'The headers are too large',
    'Send headers of less than 16 KiB in all; a token has at most 8,192 characters.',
  ),
  REQUEST_TIMEOUT: later(408, 'The request did not arrive in time', 'Send it again as a whole, with the same Idempotency-Key.'),
  BAD_REQUEST: problem(400, 'The request cannot be understood', 'Compare it with the API documentation under /docs.'),
  // Who asks.
  UNAUTHENTICATED: problem(
    401,
    'The key is missing or not valid',
    'Send Authorization: Bearer followed by a key of this ledger or a token of an issuer that it trusts.',
  ),
  IDENTITY_PROVIDER_UNAVAILABLE: later(
    503,
    'The token cannot be checked at the moment',
    'Repeat after a pause, or use a key of this ledger; the operator finds the cause in the log.',
  ),
  FORBIDDEN: problem(403, 'The key has no role for this', 'Use a key with one of the roles that the API documentation names.'),
  PERSON_REQUIRED: problem(403, 'This decision needs a person', 'Use a key that is bound to a person.'),
  // Repeats and races.
  IDEMPOTENCY_KEY_REUSED: problem(
    422,
    'The id was used for another request',
    'Repeat the first request exactly, take a new id, or send a correction.',
  ),
  PRECONDITION_FAILED: problem(412, 'The record was changed meanwhile', 'Read it again, decide anew, and send its new ETag.'),
  CONCURRENCY_CONFLICT: later(409, 'Others write to the same record', 'Repeat with the same Idempotency-Key.'),
  QUEUE_FULL: later(503, 'Too many commands wait for the same record', 'Repeat with the same Idempotency-Key after a pause.'),
  COMMIT_UNKNOWN: later(
    503,
    'It is not known whether the write was stored',
    'Repeat with the same Idempotency-Key; it is recorded once.',
  ),
  STORE_UNAVAILABLE: later(
    503,
    'The store cannot be reached or cannot write',
    'Repeat with the same Idempotency-Key after a pause; the operator finds the cause in the log.',
  ),
  PROJECTION_BEHIND: later(
    503,
    'The read model has not come that far yet',
    'Repeat after a pause; /health/ready shows how far it is.',
  ),
  POSITION_OF_ANOTHER_EPOCH: problem(
    410,
    'The position belongs to another copy of the ledger',
    'Start again without a position.',
  ),
  // The history and its bounds.
  EVENT_TOO_LARGE: problem(413, 'The facts are too large for one write', 'Send shorter texts.'),
  STREAM_FULL: problem(
    409,
    'The record holds as many events as it can',
    'Ask the operator; a record holds at most 20,000 events.',
  ),
  HISTORY_DAMAGED: problem(
    503,
    'A part of the history cannot be read',
    'Nothing was skipped. The operator finds the event in the log and in "certledger projections status".',
  ),
  KEY_UNUSABLE: problem(
    409,
    'The personal data of this subject cannot be sealed any more',
    'It was erased, or the service runs with another master key.',
  ),
  FOLDER_IN_USE: problem(
    503,
    'The data folder is in use by another process',
    'Stop the other process or send the command to it over HTTP.',
  ),
  FOREIGN_FILE: problem(503, 'A file in the data folder is not of this ledger', 'Point CERTLEDGER_DATA at the right folder.'),
  INTERNAL: problem(500, 'A fault in certledger', 'Nothing was lost. Report it with the request id; the cause is in the log.'),
  // Definitions.
  COURSE_EXISTS: problem(409, 'The course is defined already', 'Publish a new edition of it.'),
  COURSE_UNKNOWN: problem(404, 'There is no such course', 'Define the course first.'),
  SCHEME_EXISTS: problem(409, 'The scheme is defined already', 'Publish a new edition of it.'),
  SCHEME_UNKNOWN: problem(404, 'There is no such scheme', 'Define the scheme first.'),
  CRITERIA_NEVER_SATISFIED: problem(422, 'The criteria can never be satisfied', 'Mend the node that "pointer" names.'),
  CRITERIA_ALWAYS_SATISFIED: problem(422, 'The criteria are always satisfied', 'Mend the node that "pointer" names.'),
  CRITERIA_REPEATED: problem(422, 'The criteria name the same thing twice', 'Remove the repeated node that "pointer" names.'),
  CRITERIA_TOO_LARGE: problem(422, 'The criteria are too large', 'Split the scheme; "detail" names the limits.'),
  COURSE_IN_TOO_MANY_SCHEMES: problem(
    422,
    'Too many schemes name the same course',
    'Join schemes over the course, or give some of them a course of their own.',
  ),
  COURSE_IN_TOO_MANY_PLANS: problem(
    422,
    'Too many learning plans name the same course',
    'Join learning plans over the course, or retire what is not used.',
  ),
  LEARNING_PLAN_EXISTS: problem(409, 'The learning plan is defined already', 'Publish a new edition of it.'),
  LEARNING_PLAN_UNKNOWN: problem(404, 'There is no such learning plan', 'Define the learning plan first.'),
  DEFINITION_RETIRED: problem(409, 'The definition was retired', 'Name another one, or define a new one under another id.'),
  EDITION_OUT_OF_ORDER: problem(
    409,
    'The edition is not the next one',
    'Read the definition again; "detail" names the next edition.',
  ),
  EDITION_UNKNOWN: problem(422, 'The edition that is asked for does not exist', 'Ask for one that is published.'),
  PLAN_IN_PLAN: problem(422, 'A learning plan holds another one', 'Name courses only; a scheme may name several plans.'),
  ACTIVITY_UNKNOWN: problem(422, 'The course has no such activity', 'List the activity, or name one that "activities" lists.'),
  ACTIVITY_REPEATED: problem(422, 'The course lists an activity twice', 'Remove the repeated one that "pointer" names.'),
  MINIMUM_ABOVE_SCALE: problem(422, 'The minimum score cannot be reached', 'Ask for a score that the scale holds.'),
  ITEM_MISSING: problem(422, 'The criteria ask for what is not listed', 'List it under "items", or leave "items" out.'),
  ITEM_REPEATED: problem(422, 'An item is listed twice', 'Remove the repeated one that "pointer" names.'),
  PUBLISHED_IN_FUTURE: problem(
    422,
    'The edition would be published in the future',
    "Give today's date in the scheme's time zone or an earlier one; keep a draft until its day has come.",
  ),
  DUE_BEFORE_START: problem(422, 'The due time is not after the start', 'Give a later due time or an earlier start.'),
  DOCUMENT_UNREVIEWED: problem(
    422,
    'A credential document is always reviewed',
    'Leave "review" out, or ask for external training.',
  ),
  SOURCE_CHECK_WITHOUT_DOCUMENT: problem(
    422,
    'Only a document is checked at its source',
    'Ask for a credential document, or leave "sourceCheck" out.',
  ),
  APPROVAL_UNASKED: problem(422, 'An automatic award waits for no approval', 'Leave "approval" out, or award on approval.'),
  RENEWAL_CONTRADICTORY: problem(
    422,
    'The renewal policy contradicts itself or the validity',
    'Mend the place that "pointer" names, as "detail" says.',
  ),
  HOLDERS_CONTRADICTORY: problem(
    422,
    'The edition asks of holders what cannot be',
    'Mend the place that "pointer" names, as "detail" says; leave "holders" out where they keep what they hold.',
  ),
  DRAFT_UNKNOWN: problem(404, 'There is no such draft', 'Look the draft up in the list of drafts.'),
  DRAFT_PUBLISHED: problem(409, 'The draft was published before', 'Make a new draft for a further edition.'),
  DRAFT_DISCARDED: problem(409, 'The draft was discarded', 'Make a new draft.'),
  WHAT_IF_TOO_LARGE: problem(
    409,
    'There are too many learners to count what the draft changes',
    'Publish it with "whatIf": "skip"; the preview of the draft counts without a bound.',
  ),
  WHAT_IF_UNKNOWN: problem(
    404,
    'Nothing was counted for this edition',
    'Ask for an edition that was published from a draft and counted.',
  ),
  // Learners.
  LEARNER_EXISTS: problem(409, 'The learner is registered already', 'Correct the details instead.'),
  LEARNER_UNKNOWN: problem(404, 'There is no such learner', 'Register the learner first.'),
  EFFECTIVE_IN_FUTURE: problem(422, 'The fact lies in the future', 'Give an effective time that has passed.'),
  VALIDITY_OUT_OF_RANGE: problem(422, 'The validity would end after the year 9999', 'Give an earlier effective time.'),
  VALID_UNTIL_BEFORE_COMPLETION: problem(
    422,
    'The completion would end before it was made',
    'Give a later last valid day, or leave it out.',
  ),
  ALREADY_CERTIFIED: problem(409, 'The learner holds this certification at that time', 'Revoke it first, or award from its end.'),
  AWARD_BEFORE_EARLIER_CYCLE: problem(422, 'The award would begin before an earlier one', 'Give a later effective time.'),
  NOT_CERTIFIED: problem(409, 'There is no such certification', 'Look at the cycle history of the learner.'),
  ALREADY_REVOKED: problem(409, 'The certification was revoked before', 'A revocation is final; award anew if it was a mistake.'),
  LEARNER_BOUND: problem(
    409,
    'The learner is bound to another person',
    'A record belongs to one person; look whether it is the right learner.',
  ),
  NAME_CORRECTED_BY_ADMIN: problem(403, 'Learners do not correct this themselves', 'Ask an administrator of your organization.'),
  OUTSIDE_RESPONSIBILITY: problem(
    403,
    'The learner is in none of the groups that you answer for',
    'Ask an administrator who answers for one of them.',
  ),
  GROUP_UNKNOWN: problem(404, 'There is no such group', 'Define the group first.'),
  FOUR_EYES: problem(
    403,
    'Another person must decide this',
    'Ask a person who is neither the learner nor took part in the decision.',
  ),
  NOT_ENROLLED: problem(409, 'The learner has no open enrolment in the course', 'Enrol the learner first.'),
  PRESENTATION_REQUIRED: problem(
    409,
    'The learner is in several presentations of the course',
    'Name the presentation that is meant; "detail" lists them.',
  ),
  WITHDRAWAL_BEFORE_ENROLMENT: problem(422, 'The withdrawal lies before the enrolment', 'Give a later effective time.'),
  ACTIVITY_RESULT_UNFIT: problem(
    422,
    'The result does not fit the kind of activity',
    'Give percent for a lesson, a score for a quiz or an assessment, a count for participation or attendance.',
  ),
  SCORE_OUT_OF_RANGE: problem(422, 'The score is above the scale', 'Give a score that the scale of the activity holds.'),
  ACTIVITY_BEFORE_ENROLMENT: problem(
    422,
    'The activity lies before the enrolment',
    'Give a later effective time, or mark a result of an earlier presentation as carriedOver.',
  ),
  COMPLETED_BY_CRITERIA: problem(
    409,
    'It is completed by its own criteria',
    'Report what the learner did, or publish an edition that accepts reported completions.',
  ),
  APPROVAL_UNKNOWN: problem(422, 'The criteria ask for no such approval', 'Give the label exactly as the criteria name it.'),
  ASSIGNMENT_OPEN: problem(409, 'The scheme is assigned on other terms', 'Withdraw that assignment first.'),
  NOT_ASSIGNED: problem(409, 'The scheme is not assigned to the learner', 'Assign it first.'),
  TOO_EARLY: problem(409, 'It cannot be started yet', 'Start it when its start has come; "detail" names it.'),
  NO_PROPOSAL: problem(409, 'No award waits for approval', 'Look at the status of the learner in the scheme.'),
  PROPOSAL_OPEN: problem(409, 'An award waits for approval already', 'Approve or decline it first.'),
  // Decisions after an award.
  ...DECISION_PROBLEMS,
  ...CORRECTION_PROBLEMS,
  ...ATTACHMENT_PROBLEMS,
  // Renewals.
  ...RENEWAL_PROBLEMS,
  // Submissions and their review.
  ...SUBMISSION_PROBLEMS,
  // Credits.
  ...CREDIT_PROBLEMS,
  // Access and operations.
  ORGANIZATION_EXISTS: problem(409, 'The organization exists already', 'Use the one that exists.'),
  ORGANIZATION_UNKNOWN: problem(
    404,
    'There is no such organization',
    'Act in your own organization, or let its administrator grant you access.',
  ),
  PERSON_EXISTS: problem(409, 'The person is registered already', 'Change the details instead.'),
  PERSON_UNKNOWN: problem(404, 'There is no such person', 'Register the person first.'),
  PERSON_DEACTIVATED: problem(403, 'The person is deactivated', 'Reactivate the person first.'),
  DELEGATION_UNKNOWN: problem(404, 'There is no such delegation', 'List the persons with their delegations.'),
  TOO_MANY_DELEGATIONS: problem(
    422,
    'The person was lent as many roles as can stand',
    'End a delegation that is no longer needed.',
  ),
  PERIOD_INVALID: problem(
    422,
    'The period is empty, over or too long',
    'Give a start and an end in the future; "detail" names the limit.',
  ),
  ROLE_OF_PLATFORM: problem(
    422,
    'The role is one of the platform',
    'Give a role of the organization; an operator gives those of the platform, inside it.',
  ),
  KEY_EXISTS: problem(409, 'The key was issued already', 'Issue another key.'),
  KEY_UNKNOWN: problem(404, 'There is no such key', 'List the keys.'),
  KEY_NOT_STANDING: problem(409, 'The key is revoked or has expired', 'Issue a new key.'),
  EXPIRY_PASSED: problem(422, 'The expiry has passed already', 'Give an instant in the future, or none.'),
  LAST_ADMIN_KEY: problem(
    409,
    'No key would be left that administers the organization',
    'Issue another key with the role admin first.',
  ),
  GRANT_UNKNOWN: problem(404, 'There is no such grant', 'List the grants.'),
  TOO_MANY_GRANTS: problem(422, 'The organization granted as much as can stand', 'Revoke a grant that is no longer needed.'),
  HOME_NOT_PLATFORM: problem(
    422,
    'The person is not one of the platform',
    'Grant access to persons of the platform; lend roles to your own by delegation.',
  ),
  PROJECTION_UNKNOWN: problem(404, 'There is no such projection', '"certledger projections status" lists them.'),
  ROW_INVALID: problem(422, 'The row does not fit its schema', 'Mend the row; "reason" says where.'),
  DATE_MISSING: problem(
    422,
    'The row does not say when it was',
    'Give the row its instant or its date; "reason" names the fields.',
  ),
  KEY_REVOKED: problem(
    401,
    'The key fell while the batch was running',
    'Send the rows that are left with a key that stands; what was recorded is replayed.',
  ),
  REHEARSAL_FULL: problem(422, 'The dry run holds as much as it can', 'Split the file and rehearse the parts.'),
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

export interface ProblemExtras {
  readonly detail?: string;
  readonly pointer?: string | undefined;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Thrown at the edge only, where an answer becomes HTTP. */
export class ProblemException extends Error {
  override readonly name = 'ProblemException';

  constructor(
    readonly code: ProblemCode,
    readonly extras: ProblemExtras = {},
  ) {
    super(extras.detail ?? PROBLEMS[code].title);
  }
}

/** The document of RFC 9457; `type` is a URN, as the meaning of a code does not hang on an address. */
export function problemDocument(code: ProblemCode, extras: ProblemExtras, requestId: string) {
  const { status, title, advice } = PROBLEMS[code];
  return {
    type: `urn:certledger:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code,
    detail: extras.detail ?? title,
    advice,
    ...(extras.pointer === undefined ? {} : { pointer: extras.pointer }),
    ...(extras.errors === undefined ? {} : { errors: extras.errors }),
    requestId,
  };
}

/** The shape of every problem document, as JSON Schema. */
export function problemSchema(): object {
  const text = { type: 'string' };
  const errors = { type: 'array', items: { type: 'object', properties: { pointer: text, detail: text } } };
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail', 'advice', 'requestId'],
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      code: { type: 'string', enum: Object.keys(PROBLEMS) },
      detail: text,
      advice: text,
      pointer: { type: 'string', description: 'JSON Pointer of the offending place, where there is one.' },
      errors,
      requestId: text,
    },
  };
}
