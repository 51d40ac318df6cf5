import { booked, type Balances } from '../domain/entries.js';
import type { EntryDocument } from './credit-entries.projection.js';
import { sumOf } from './entries-of-account.js';

export interface StatementLine {
  readonly document: EntryDocument;
  /** What the account holds after it. */
  readonly after: Balances;
}

/** Opening balance, what moved, closing balance. */
export interface Statement {
  readonly opening: Balances;
  readonly lines: readonly StatementLine[];
  readonly closing: Balances;
}

/**
 * The statement over what was recorded from one day's start to another's. It goes by the instant of recording and not by the
 * place in the log: so a clock that was set back puts no entry into two periods or none, and periods that meet agree.
 */
export function statementOf(
  documents: readonly EntryDocument[],
  dayOf: (instant: string) => string,
  { from, to }: { readonly from: string; readonly to: string },
): Statement {
  const dated = documents.map((document) => ({ document, day: dayOf(document.recordedAt) }));
  const before = dated.filter(({ day }) => day < from).map(({ document }) => document);
  const within = dated.filter(({ day }) => day >= from && day <= to);
  const opening = sumOf(before);
  const lines: StatementLine[] = [];
  let after = opening;
  for (const { document } of within) {
    after = booked(after, document.entries);
    lines.push({ document, after });
  }
  return { opening, lines, closing: after };
}
