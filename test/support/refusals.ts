import type { Asked, ProblemAnswer, Service } from './service.js';

/** What tests ask wrongly of the service that stands at that moment: each answer is held to the manners of a refusal. */
export function refusalsOf(service: () => Service) {
  async function refusal(asking: () => ReturnType<Service['request']>): Promise<ProblemAnswer> {
    const before = await service().lastFact();
    const answer = await asking();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = answer.json<ProblemAnswer>();
    expect(problem).toMatchObject({ status: answer.status, type: expect.stringMatching(/^urn:certledger:problem:/) });
    for (const text of [problem.code, problem.title, problem.detail, problem.advice]) expect(text).toMatch(/\S/);
    expect(await service().lastFact()).toBe(before);
    return problem;
  }
  return {
    refusal,
    post: (url: string, body: unknown, asked: Asked = {}) => refusal(() => service().post(url, body, asked)),
    get: (url: string, asked: Asked = {}) => refusal(() => service().get(url, asked)),
  };
}
