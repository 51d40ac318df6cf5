import { ADMIN, NOW } from '../../../test/support/pure-record.js';
import { isRejection } from '../../shared/result.js';
import { draftDecider, type Draft, type DraftCommand } from './draft.js';

const AUTHOR = { ...ADMIN, role: 'author' };
const SUBJECT = '0190a1b2-0000-7000-8000-000000000009';
const create: DraftCommand = { type: 'CreateDraft', kind: 'course', id: 'C1', content: { title: 'One' }, subject: SUBJECT };
const decide = (command: DraftCommand, state?: Draft, published = false, actor = AUTHOR) =>
  draftDecider.decide(command, state, { facts: { published }, now: NOW, actor, origin: { kind: 'api' } });
const after = (...commands: readonly DraftCommand[]): Draft | undefined =>
  commands.reduce<Draft | undefined>((state, command) => {
    const events = decide(command, state, false, ADMIN);
    if (isRejection(events)) throw new Error(events.code);
    return events.reduce((folded, event) => draftDecider.evolve(folded, event, { revision: 0, recordedAt: NOW }), state);
  }, undefined);
const refusal = (...asked: Parameters<typeof decide>): string | undefined => {
  const answer = decide(...asked);
  return isRejection(answer) ? answer.code : undefined;
};

test('takes whatever JSON its author has, and shows a title as soon as there is one', () => {
  const contents = ['see Bob', { title: 7, criteria: { none: [] } }, { title: 'Two' }] as const;
  const states = contents.map((content) => after(create, { type: 'SaveDraft', content }));
  expect(states.map((state) => [state?.title, state?.content])).toEqual(
    contents.map((content, index) => [index === 2 ? 'Two' : undefined, JSON.stringify(content)]),
  );
  expect(after(create)).toEqual({
    kind: 'course',
    id: 'C1',
    title: 'One',
    subject: SUBJECT,
    content: '{"title":"One"}',
    discarded: false,
  });
});

test('is discarded once and saved no more', () => {
  const discarded = after(create, { type: 'DiscardDraft' });
  expect(decide({ type: 'DiscardDraft' }, discarded)).toEqual([]);
  expect(refusal({ type: 'SaveDraft', content: 1 }, discarded)).toBe('DRAFT_DISCARDED');
});

test.each([{ type: 'SaveDraft', content: 1 }, { type: 'DiscardDraft' }] as const)(
  'a published or unknown draft refuses $type',
  (command) => {
    expect(refusal(command, after(create), true)).toBe('DRAFT_PUBLISHED');
    expect(refusal(command, undefined)).toBe('DRAFT_UNKNOWN');
  },
);

test('002-2: an author drafts no scheme and touches none that an administrator drafts', () => {
  const ofScheme = { ...create, kind: 'scheme' } as const;
  expect(refusal(ofScheme)).toBe('FORBIDDEN');
  expect(refusal({ type: 'DiscardDraft' }, after(ofScheme))).toBe('FORBIDDEN');
  expect(decide({ type: 'DiscardDraft' }, after(ofScheme), false, ADMIN)).toHaveLength(1);
});
