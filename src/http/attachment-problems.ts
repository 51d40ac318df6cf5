import { later, problem, type Problem } from './problem.js';

/** How uploads and downloads are refused: a part of the one table. */
export const ATTACHMENT_PROBLEMS = {
  MALFORMED_MULTIPART: problem(
    400,
    'The body is not the form that is asked for',
    'Send well-formed multipart/form-data with one part "file" that has a filename, to its closing boundary.',
  ),
  ATTACHMENT_UNKNOWN: problem(
    404,
    'There is no such attachment',
    'Upload it again; what nothing refers to is removed after 24 hours.',
  ),
  ATTACHMENT_ERASED: problem(410, 'The attachment was erased', 'Nothing can bring it back; ask who keeps the original.'),
  ATTACHMENT_TOO_LARGE: problem(413, 'The file is too large', 'Send a smaller file; "detail" names the limit.'),
  FILE_NAME_INVALID: problem(422, 'The name of the file cannot be taken', 'Name the file as "detail" says and send it again.'),
  FILE_TYPE_NOT_TAKEN: problem(422, 'Files of this type are not taken', 'Send a PDF, PNG, JPEG or WebP.'),
  FILE_TYPE_MISMATCH: problem(
    422,
    'Content, name and declared type of the file differ',
    'Send the file under the type that it has; "detail" says what was found.',
  ),
  FILE_NOT_TAKEN: problem(
    422,
    'The file is damaged, or holds more than a document or picture',
    'Save it anew from the program that shows it, for example as a PDF by printing it; "detail" says what was found.',
  ),
  DIGEST_MISMATCH: problem(422, 'Other bytes arrived than the digest says', 'Send the file again, or the digest of this one.'),
  RANGE_NOT_SATISFIABLE: problem(416, 'The file has no such part', 'Ask for bytes within the size that Content-Range names.'),
  // Hundreds wait already: who asks again each second only makes them wait longer.
  UPLOADS_BUSY: later(503, 'Too many files arrive at once', 'Repeat with the same Idempotency-Key after a pause.', 10),
} as const satisfies Record<string, Problem>;
