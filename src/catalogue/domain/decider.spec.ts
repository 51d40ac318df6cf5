import { ADMIN, catalogueOf, definitions, NOW, scheme } from '../../../test/support/pure-record.js';
import { isRejection } from '../../shared/result.js';
import { catalogueDecider, latest, type Catalogue, type CatalogueCommand } from './decider.js';

const ask = (state: Catalogue, command: CatalogueCommand) =>
  catalogueDecider.decide(command, state, { facts: undefined, now: NOW, actor: ADMIN, origin: { kind: 'api' } });
const refusal = (state: Catalogue, command: CatalogueCommand): readonly unknown[] | undefined => {
  const answer = ask(state, command);
  return isRejection(answer) ? [answer.code, answer.pointer] : undefined;
};
const course = { course: 'C1', title: 'One' };
const simple = scheme('S', { course: 'C1' });

describe('courses', () => {
  test('are defined once; a revision is the next edition, and the first stays as it was', () => {
    const revised = catalogueOf({ type: 'DefineCourse', course }, { type: 'ReviseCourse', course: { ...course, title: 'Uno' } });
    expect(revised.courses.get('C1')).toEqual([
      { ...course, edition: 1 },
      { course: 'C1', title: 'Uno', edition: 2 },
    ]);
    expect(latest(revised.courses, 'C1')?.edition).toBe(2);
    expect(refusal(revised, { type: 'DefineCourse', course })).toEqual(['COURSE_EXISTS', undefined]);
    expect(refusal(revised, { type: 'ReviseCourse', course: { ...course, course: 'C2' } })).toEqual([
      'COURSE_UNKNOWN',
      undefined,
    ]);
  });
});

describe('schemes', () => {
  test('are defined once over known courses, in dense immutable editions', () => {
    const before = definitions(['C1'], simple);
    const events = ask(before, { type: 'ReviseScheme', scheme: { ...simple, title: 'New' } });
    expect(events).toEqual([{ type: 'SchemePublished', data: { ...simple, title: 'New', edition: 2 } }]);
    expect(before.schemes.get('S')).toEqual([{ ...simple, edition: 1 }]);
    expect(refusal(before, { type: 'DefineScheme', scheme: simple })).toEqual(['SCHEME_EXISTS', undefined]);
    expect(refusal(before, { type: 'ReviseScheme', scheme: scheme('T', { course: 'C1' }) })).toEqual([
      'SCHEME_UNKNOWN',
      undefined,
    ]);
  });

  test('001-8: a scheme that could never or would always be satisfied is refused at the offending node, new or revised', () => {
    const before = definitions(['C1'], simple);
    const bad = { all: [{ course: 'C1' }, { any: [] }] };
    expect(refusal(before, { type: 'DefineScheme', scheme: scheme('T', bad) })).toEqual([
      'CRITERIA_NEVER_SATISFIED',
      '/criteria/all/1',
    ]);
    expect(refusal(before, { type: 'ReviseScheme', scheme: scheme('S', bad) })).toEqual([
      'CRITERIA_NEVER_SATISFIED',
      '/criteria/all/1',
    ]);
    expect(refusal(before, { type: 'DefineScheme', scheme: scheme('T', { course: 'C2' }) })).toEqual([
      'COURSE_UNKNOWN',
      '/criteria',
    ]);
  });
});
