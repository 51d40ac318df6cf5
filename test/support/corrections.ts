import type { Of } from '../../src/record/domain/commands.js';
import type { DataOf } from '../../src/record/domain/events.js';
import { REASON, type PureRecord } from './pure-record.js';

export type To = Of<'CorrectFact'>['to'];

/** Without what is true the fact is taken back. */
export const correct = (corrects: Of<'CorrectFact'>['corrects'], to?: To) =>
  ({ type: 'CorrectFact', corrects, to, reason: REASON }) as const;
export const on = (date: string): To => ({ effective: { date } });

/** The revision of the last event of a type. */
export function last(record: PureRecord, type: string): number {
  const found = record.events.findLastIndex((event) => event.type === type);
  expect(found).toBeGreaterThanOrEqual(0);
  return found;
}

const dataOf = <Type extends 'CertificationReassessed' | 'FactCorrected'>(record: PureRecord, type: Type) =>
  record.events.flatMap((event) => (event.type === type ? [event.data as DataOf<Type>] : []));
export const reassessments = (record: PureRecord) => dataOf(record, 'CertificationReassessed');
export const factsCorrected = (record: PureRecord) => dataOf(record, 'FactCorrected');
