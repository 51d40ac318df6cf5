import type { SchemeContent } from '../../src/catalogue/domain/content.js';
import type { AssignmentTerms, Of, RecordCommand } from '../../src/record/domain/commands.js';
import { isRejection } from '../../src/shared/result.js';
import { definitions, PureRecord, REASON, scheme, SUBJECT } from './pure-record.js';

/** What tests of assignments ask of a record: scheme S over the courses C1 and C2, assigned to its learner. */

export const C1 = { course: 'C1' };
export const C2 = { course: 'C2' };
export const BERLIN = 'Europe/Berlin';
export const on = (date: string) => ({ date });
export const at = (instant: string) => ({ instant });
export const facts = (more: Partial<SchemeContent> = {}, zone = 'UTC') =>
  definitions(['C1', 'C2'], scheme('S', { all: [C1, C2] }, { duration: 'P1Y' }, zone, more));
export const assign = (terms: AssignmentTerms = {}, effective: Of<'AssignScheme'>['effective'] = on('2024-02-01')) =>
  ({ type: 'AssignScheme', scheme: 'S', effective, ...terms }) as const;
export const start = (effective: Of<'StartAssignment'>['effective']) =>
  ({ type: 'StartAssignment', scheme: 'S', effective }) as const;
export const withdraw = { type: 'WithdrawAssignment', scheme: 'S', reason: REASON } as const;
export const retire = { type: 'Retire', kind: 'scheme', id: 'S', reason: REASON, reasonSubject: SUBJECT } as const;
export const assigned = (terms: AssignmentTerms = {}, known = facts()): PureRecord => {
  const record = PureRecord.bound(known);
  record.do(assign(terms));
  return record;
};
export const place = (record: PureRecord, command: RecordCommand) => {
  const answer = record.ask(command);
  return isRejection(answer) ? [answer.code, answer.pointer] : undefined;
};
export const data = (record: PureRecord, type: string) => record.events.findLast((event) => event.type === type)?.data;
