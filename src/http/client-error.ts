import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { v4 as uuidv4 } from 'uuid';
import { problemDocument, PROBLEMS, type ProblemCode } from './problems.js';

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Answers what never became a request, and so reaches no filter: headers without end, half a request, or no HTTP at all. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // Who has gone away can be told nothing.
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code = CODES[error.code ?? ''] ?? 'BAD_REQUEST';
  const { status } = PROBLEMS[code];
  const body = JSON.stringify(problemDocument(code, {}, uuidv4()));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]!}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end([...lines, '', body].join('\r\n'));
}
