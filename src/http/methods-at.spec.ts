import { methodsAt } from './methods-at.js';

const routes = [
  'GET /v1/learners',
  'HEAD /v1/learners',
  'POST /v1/learners',
  'GET /v1/learners/:learner',
  'POST /v1/learners/:learner/person',
  'GET /docs/*',
];

test.each<[string, readonly string[]]>([
  ['/v1/learners', ['GET', 'HEAD', 'POST']],
  ['/v1/learners?limit=1/x', ['GET', 'HEAD', 'POST']],
  ['/v1/learners/emp-1', ['GET']],
  ['/v1/learners/a%2Fb', ['GET']],
  ['/v1/learners/emp-1/person', ['POST']],
  ['/docs/x/y', ['GET']],
  ['/docs', []],
  ['/v1/learners/', []],
  ['/v1/learners/emp-1/nothing', []],
  ['/v1/learners/emp-1/person/x', []],
  ['/', []],
  ['*', []],
  ['', []],
])('%s takes %j', (url, methods) => expect(methodsAt(routes, url)).toEqual(methods));
