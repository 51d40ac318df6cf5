import type { Effective } from '../shared/calendar.js';

/** A row's schema holds it to exactly one of the two. */
export const effectiveOf = (instant: string | undefined, date: string | undefined): { readonly effective: Effective } => ({
  effective: instant === undefined ? { date: date! } : { instant },
});

export const reasonOf = ({ reasonCode: code, reason: text }: { readonly reasonCode: string; readonly reason: string }) => ({
  code,
  text,
});

/** A row's schema holds it to both or neither. */
export const optionalReasonOf = ({
  reasonCode: code,
  reason: text,
}: {
  reasonCode?: string | undefined;
  reason?: string | undefined;
}) => (code === undefined || text === undefined ? undefined : { code, text });
