import { REVOCATIONS_PER_BATCH_MAX } from '../../src/record/domain/revocation-batch.js';
import { WAIVER_DAYS_MAX } from '../../src/record/domain/waivers.js';
import { AUTHORIZATION } from '../../src/access/authorization.js';
import { readRepositoryFile } from '../support/source-tree.js';

describe('the page about decisions', () => {
  const page = readRepositoryFile('docs/decisions.md').replace(/\s+/g, ' ');

  it('names the bounds as they are', () => {
    expect(page).toContain(`A waiver is at most ${WAIVER_DAYS_MAX} days long`);
    expect(page).toContain(`for at most ${REVOCATIONS_PER_BATCH_MAX} certifications a batch`);
  });

  it('names routes that exist', () => {
    const below = [...page.matchAll(/`POST …\/([^`]+)`/g)].map(([, path]) => path!.replace('{appeal}', ':appeal'));
    const whole = [...page.matchAll(/`((?:GET|POST) \/v1\/[^`]+)`/g)].map(([, route]) => route!);
    const routes = [...below.map((path) => `POST /v1/learners/:learner/schemes/:scheme/${path}`), ...whole];
    expect(routes.length).toBeGreaterThan(9);
    expect(routes.filter((route) => !Object.hasOwn(AUTHORIZATION, route))).toEqual([]);
  });
});
