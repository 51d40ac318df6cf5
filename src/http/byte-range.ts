/** The part of a file that is to be sent, from `from` up to but not including `to`; the whole; or that there is no such part. */
export type AskedRange = { readonly from: number; readonly to: number } | 'whole' | 'unsatisfiable';

const SINGLE = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/i;

/**
 * The answer to Range and If-Range (RFC 9110, 14.2 and 13.1.5). A header that is malformed, asks for several parts or for other
 * units is ignored, as is one whose If-Range names another state of the file: then the whole is sent.
 */
export function askedRange(size: number, etag: string, { range, ifRange }: { range?: string; ifRange?: string }): AskedRange {
  // Only a strong tag can match; a date never does, because no answer gives one.
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return 'whole';
  const match = SINGLE.exec(range.replaceAll(/\s/g, ''));
  if (match === null) return 'whole';
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'unsatisfiable' : { from: size - length, to: size };
  }
  const from = Number(first);
  if (last !== undefined && Number(last) < from) return 'whole';
  if (from >= size) return 'unsatisfiable';
  return { from, to: last === undefined ? size : Math.min(Number(last) + 1, size) };
}
