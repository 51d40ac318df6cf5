import { ROLES, type Role } from './domain/roles.js';

/** Who may use one route. */
export interface Rule {
  /** In this order: the first of them that somebody has is the role of the act. */
  readonly roles: readonly Role[];
  /** Also a learner, for the record that is bound to the learner's own person; the record itself checks that. */
  readonly own?: true;
  /** Also for who answers for some groups of learners only: what is behind it checks which learners are meant. */
  readonly limited?: true;
  /** Answers without a key. */
  readonly open?: true;
  readonly note?: string;
}

const open: Rule = { roles: [], open: true };
const definitionReaders: Rule = { roles: ['admin', 'author', 'reviewer', 'auditor', 'reporter', 'learner'], limited: true };
/** An administrator's act comes first, as only that may define a certificate with a course (rule 002-2). */
const courseAuthors: Rule = { roles: ['admin', 'author'] };
const drafters: Rule = { roles: ['admin', 'author', 'auditor'] };
const admin: Rule = { roles: ['admin'] };
const learnerAdmin: Rule = { roles: ['admin'], limited: true };
const ownOrAdmin: Rule = { roles: ['admin'], own: true, limited: true };
/** An administrator is a reviewer too (rule 001-16). */
const approvers: Rule = { roles: ['reviewer', 'admin'], limited: true };
/** What was handed in may hold texts and files of the learner, which reports have no need of. */
const submissionReaders: Rule = { roles: ['reviewer', 'admin', 'auditor'], own: true, limited: true };
const reviewReaders: Rule = { roles: ['reviewer', 'admin', 'auditor'], limited: true };
const operator: Rule = { roles: ['operator'] };
const reports: Rule = { roles: ['admin', 'auditor', 'reporter'], limited: true };
const learnerReaders: Rule = { roles: ['admin', 'auditor', 'reporter', 'reviewer'], own: true, limited: true };
const directory: Rule = { roles: ['admin', 'auditor'] };
const creditReaders: Rule = {
  roles: ['operator', 'admin', 'auditor', 'reporter'],
  note: 'Another organization’s: operators only.',
};
const grantors: Rule = {
  roles: ['operator', 'admin'],
  note: 'Roles of the platform are given by an operator, in the platform’s own organization.',
};

/**
 * The one table of who may do what: every route of the application has a row and every row a route, which the start of
 * the application checks. `docs/access.md` prints it.
 */
export const AUTHORIZATION: Readonly<Record<string, Rule>> = {
  'GET /health/live': open,
  'GET /health/ready': open,
  // Organizations, persons and keys.
  'GET /v1/me': { roles: ROLES, limited: true, note: 'Whoever has any role.' },
  'POST /v1/organizations': operator,
  'GET /v1/organizations': operator,
  'POST /v1/persons': admin,
  'GET /v1/persons': directory,
  'POST /v1/persons/:person/details': admin,
  'POST /v1/persons/:person/delegations': grantors,
  'POST /v1/persons/:person/delegations/:delegation/end': admin,
  'POST /v1/persons/:person/deactivation': admin,
  'POST /v1/persons/:person/reactivation': admin,
  'POST /v1/keys': grantors,
  'GET /v1/keys': directory,
  'POST /v1/keys/:key/rotation': grantors,
  'POST /v1/keys/:key/revocation': admin,
  'POST /v1/grants': admin,
  'GET /v1/grants': directory,
  'POST /v1/grants/:grant/revocation': admin,
  // Definitions.
  'POST /v1/courses': courseAuthors,
  'GET /v1/courses': definitionReaders,
  'GET /v1/courses/:course': definitionReaders,
  'POST /v1/courses/:course/editions': courseAuthors,
  'POST /v1/schemes': admin,
  'GET /v1/schemes': definitionReaders,
  'GET /v1/schemes/:scheme': definitionReaders,
  'POST /v1/schemes/:scheme/editions': admin,
  'GET /v1/schemes/:scheme/editions/:edition/what-if': directory,
  'POST /v1/courses/:course/retirement': courseAuthors,
  'POST /v1/learning-plans': courseAuthors,
  'GET /v1/learning-plans': definitionReaders,
  'GET /v1/learning-plans/:learningPlan': definitionReaders,
  'POST /v1/learning-plans/:learningPlan/editions': courseAuthors,
  'POST /v1/learning-plans/:learningPlan/retirement': courseAuthors,
  'POST /v1/schemes/:scheme/retirement': admin,
  'POST /v1/groups': admin,
  'GET /v1/groups': { roles: ['admin', 'author', 'reviewer', 'auditor', 'reporter'], limited: true },
  'POST /v1/organization/rules': admin,
  'GET /v1/organization/rules': directory,
  'POST /v1/drafts': courseAuthors,
  'GET /v1/drafts': drafters,
  'GET /v1/drafts/:draft': drafters,
  'POST /v1/drafts/:draft': courseAuthors,
  'POST /v1/drafts/:draft/discard': courseAuthors,
  'POST /v1/drafts/:draft/preview': drafters,
  'POST /v1/drafts/:draft/publication': courseAuthors,
  'POST /v1/lint': courseAuthors,
  // Learners.
  'POST /v1/learners': learnerAdmin,
  'GET /v1/learners': reports,
  'GET /v1/learners/:learner': learnerReaders,
  'GET /v1/learners/:learner/tasks': learnerReaders,
  'GET /v1/learners/:learner/certifications': learnerReaders,
  'GET /v1/learners/:learner/courses/:course': learnerReaders,
  'GET /v1/learners/:learner/schemes/:scheme': learnerReaders,
  'GET /v1/learners/:learner/schemes/:scheme/report': learnerReaders,
  'POST /v1/learners/:learner/corrections': ownOrAdmin,
  'POST /v1/learners/:learner/fact-corrections': learnerAdmin,
  'POST /v1/learners/:learner/groups': learnerAdmin,
  'POST /v1/learners/:learner/person': learnerAdmin,
  'POST /v1/learners/:learner/enrolments': ownOrAdmin,
  'POST /v1/learners/:learner/enrolments/:course/withdrawal': learnerAdmin,
  'POST /v1/learners/:learner/activities': learnerAdmin,
  'POST /v1/learners/:learner/completions': learnerAdmin,
  'POST /v1/learners/:learner/plan-completions': learnerAdmin,
  'POST /v1/learners/:learner/approvals': approvers,
  'POST /v1/learners/:learner/submissions': ownOrAdmin,
  'GET /v1/learners/:learner/submissions': submissionReaders,
  'GET /v1/learners/:learner/submissions/:submission': submissionReaders,
  'POST /v1/learners/:learner/submissions/:submission/withdrawal': ownOrAdmin,
  'POST /v1/learners/:learner/submissions/:submission/claim': approvers,
  'POST /v1/learners/:learner/submissions/:submission/release': approvers,
  'POST /v1/learners/:learner/submissions/:submission/source-checks': approvers,
  'POST /v1/learners/:learner/submissions/:submission/approval': approvers,
  'POST /v1/learners/:learner/submissions/:submission/decline': approvers,
  'POST /v1/schemes/:scheme/assignments': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/assignments': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/assignments/start': ownOrAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/assignments/withdrawal': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/awards': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/awards/approval': approvers,
  'POST /v1/learners/:learner/schemes/:scheme/awards/decline': approvers,
  'POST /v1/learners/:learner/schemes/:scheme/revocations': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/suspensions': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/reinstatements': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/scope-reductions': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/waivers': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/waivers/end': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/appeals': ownOrAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/appeals/:appeal/decision': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/renewals': ownOrAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/renewals/withdrawal': ownOrAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/renewals/evidence': learnerAdmin,
  'POST /v1/learners/:learner/schemes/:scheme/notice-tokens': learnerAdmin,
  'POST /v1/learners/:learner/attachments': ownOrAdmin,
  'GET /v1/learners/:learner/attachments/:attachment': { roles: ['admin', 'reviewer', 'auditor'], own: true, limited: true },
  'POST /v1/revocations/preview': learnerAdmin,
  'POST /v1/revocations': learnerAdmin,
  'POST /v1/imports/:batch/rows': admin,
  'GET /v1/expiry-dates': reports,
  'GET /v1/expiry-forecast': reports,
  'GET /v1/lapses': reports,
  'GET /v1/schemes/:scheme/population': reports,
  'GET /v1/awards/pending': reviewReaders,
  'GET /v1/appeals': reviewReaders,
  'GET /v1/reviews': reviewReaders,
  'GET /v1/source-checks': reviewReaders,
  'GET /v1/late-facts': { roles: ['auditor', 'admin'], limited: true },
  // Credits: operators sell and correct, the organization spends.
  'POST /v1/organizations/:organization/credits/purchases': operator,
  'POST /v1/organizations/:organization/credits/adjustments': operator,
  'POST /v1/organizations/:organization/credits/adjustments/:adjustment/approval': operator,
  'POST /v1/organizations/:organization/credits/adjustments/:adjustment/decline': operator,
  'POST /v1/organizations/:organization/credits/returns': operator,
  'POST /v1/credits/threshold': admin,
  'GET /v1/credits': creditReaders,
  'GET /v1/credits/statement': creditReaders,
  'GET /v1/credits/adjustments': creditReaders,
  // Audit and operations.
  'GET /v1/learners/:learner/history': { roles: ['auditor', 'admin'], limited: true },
  'GET /v1/audit/attempts': { roles: ['auditor', 'admin'] },
  'GET /v1/audit/four-eyes': { roles: ['auditor', 'admin'] },
  'GET /v1/audit/reads': { roles: ['auditor', 'admin'] },
  'GET /v1/events': { roles: ['auditor', 'reporter'] },
  'GET /v1/projections': operator,
  'POST /v1/projections/:name/rebuild': operator,
  'POST /v1/projections/:name/resume': operator,
};

/** The pages that describe the interface; whoever can reach the service may read how it is used. */
const DOCUMENTATION = /^\/(docs|openapi\.)/;

/** Routes without a row and rows without a route, given all routes of the application as in the table. */
export function authorizationFaults(routes: readonly string[]): readonly string[] {
  const known = new Set(routes);
  const guarded = routes.filter((route) => !route.startsWith('HEAD ') && !DOCUMENTATION.test(route.split(' ')[1] ?? ''));
  return [
    ...guarded.filter((route) => AUTHORIZATION[route] === undefined).map((route) => `${route} has no row`),
    ...Object.keys(AUTHORIZATION)
      .filter((route) => !known.has(route))
      .map((route) => `${route} has no route`),
  ];
}

export const ruleOf = (method: string, pattern: string | undefined): Rule | undefined =>
  // Whoever may read may also ask whether there is something to read.
  AUTHORIZATION[`${method === 'HEAD' ? 'GET' : method} ${pattern ?? ''}`];

/** A rule in one sentence, for who reads the documentation of a route. */
export const whoMay = ({ roles, own, limited, open, note }: Rule): string => {
  if (open === true) return 'Needs no key.';
  const also = own === true ? ', or a learner for the own record' : '';
  const whole = limited === true ? '' : ', answering for the whole organization';
  return `For the roles ${roles.join(', ')}${also}${whole}.${note === undefined ? '' : ` ${note}`}`;
};

/** The role of an act: the first that the rule names of those in force; none for who answers for some groups only, where that is too little. */
export const roleFor = ({ roles, own, limited }: Rule, held: readonly Role[], isLimited: boolean): Role | undefined =>
  isLimited && limited !== true
    ? undefined
    : [...roles, ...(own === true ? (['learner'] as const) : [])].find((role) => held.includes(role));
