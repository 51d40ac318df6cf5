import type { WriteRequest } from '../http/write-request.js';
import { retiredBy } from './row-commands.js';
import type { Row } from './rows.js';

/** The route of the interface that a row of each kind stands for: it is decided under that route's rights. */
const ROUTES = {
  course: '/v1/courses',
  'course-edition': '/v1/courses/:course/editions',
  'learning-plan': '/v1/learning-plans',
  'learning-plan-edition': '/v1/learning-plans/:learningPlan/editions',
  scheme: '/v1/schemes',
  'scheme-edition': '/v1/schemes/:scheme/editions',
  group: '/v1/groups',
  learner: '/v1/learners',
  correction: '/v1/learners/:learner/corrections',
  'group-change': '/v1/learners/:learner/groups',
  'person-binding': '/v1/learners/:learner/person',
  enrolment: '/v1/learners/:learner/enrolments',
  withdrawal: '/v1/learners/:learner/enrolments/:course/withdrawal',
  activity: '/v1/learners/:learner/activities',
  completion: '/v1/learners/:learner/completions',
  'plan-completion': '/v1/learners/:learner/plan-completions',
  assignment: '/v1/learners/:learner/schemes/:scheme/assignments',
  'assignment-start': '/v1/learners/:learner/schemes/:scheme/assignments/start',
  'assignment-withdrawal': '/v1/learners/:learner/schemes/:scheme/assignments/withdrawal',
  submission: '/v1/learners/:learner/submissions',
  'submission-withdrawal': '/v1/learners/:learner/submissions/:submission/withdrawal',
  'submission-approval': '/v1/learners/:learner/submissions/:submission/approval',
  'submission-decline': '/v1/learners/:learner/submissions/:submission/decline',
  'source-check': '/v1/learners/:learner/submissions/:submission/source-checks',
  approval: '/v1/learners/:learner/approvals',
  award: '/v1/learners/:learner/schemes/:scheme/awards',
  'award-approval': '/v1/learners/:learner/schemes/:scheme/awards/approval',
  'award-decline': '/v1/learners/:learner/schemes/:scheme/awards/decline',
  revocation: '/v1/learners/:learner/schemes/:scheme/revocations',
  'fact-correction': '/v1/learners/:learner/fact-corrections',
  renewal: '/v1/learners/:learner/schemes/:scheme/renewals',
  'renewal-withdrawal': '/v1/learners/:learner/schemes/:scheme/renewals/withdrawal',
  suspension: '/v1/learners/:learner/schemes/:scheme/suspensions',
  reinstatement: '/v1/learners/:learner/schemes/:scheme/reinstatements',
  'scope-reduction': '/v1/learners/:learner/schemes/:scheme/scope-reductions',
  waiver: '/v1/learners/:learner/schemes/:scheme/waivers',
  'waiver-end': '/v1/learners/:learner/schemes/:scheme/waivers/end',
} as const satisfies Readonly<Record<Exclude<Row['kind'], 'retirement'>, string>>;

const RETIREMENTS = {
  course: '/v1/courses/:course/retirement',
  learningPlan: '/v1/learning-plans/:learningPlan/retirement',
  scheme: '/v1/schemes/:scheme/retirement',
} as const;

export const routeOf = (row: Row): string => (row.kind === 'retirement' ? RETIREMENTS[retiredBy(row).kind] : ROUTES[row.kind]);

/** What the decision of a person means is signed with it, whether it comes alone or in a file. */
export const MEANINGS: Readonly<Partial<Record<Row['kind'], NonNullable<WriteRequest['meaning']>>>> = {
  'assignment-withdrawal': 'withdrawn',
  'submission-withdrawal': 'withdrawn',
  'submission-approval': 'approved',
  'submission-decline': 'declined',
  'source-check': 'checked',
  approval: 'approved',
  award: 'awarded',
  'award-approval': 'approved',
  'award-decline': 'declined',
  revocation: 'revoked',
  'fact-correction': 'corrected',
  renewal: 'opened',
  'renewal-withdrawal': 'withdrawn',
  suspension: 'suspended',
  reinstatement: 'reinstated',
  'scope-reduction': 'reduced',
  waiver: 'waived',
  'waiver-end': 'withdrawn',
};
