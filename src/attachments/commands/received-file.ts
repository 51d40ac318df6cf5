import { createHash } from 'node:crypto';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../../http/problems.js';
import { isSameDigest, sentDigest } from '../../http/sent-digest.js';
import { reject, type Rejection } from '../../shared/result.js';
import type { ReceivedFile } from '../uploads.js';

/** The bound of a whole upload, and of the silence within one: who sends nothing must not keep others from their turn. */
export const UPLOAD_MILLISECONDS_MAX = 300_000;
export const UPLOAD_SILENCE_MILLISECONDS_MAX = 15_000;
/** How much of a request that was refused is read and dropped, so that the sender hears the refusal; then it is cut. */
export const DISCARDED_BYTES_MAX = 16 * 1024 * 1024;

export interface UploadTimes {
  readonly wholeMilliseconds: number;
  readonly silenceMilliseconds: number;
}
const TIMES: UploadTimes = {
  wholeMilliseconds: UPLOAD_MILLISECONDS_MAX,
  silenceMilliseconds: UPLOAD_SILENCE_MILLISECONDS_MAX,
};

/** Receives the one part `file` of a request; only now is the body read. */
export async function receiveFile(request: FastifyRequest, times: UploadTimes = TIMES): Promise<ReceivedFile> {
  if (!request.isMultipart())
    throw new ProblemException('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send multipart/form-data with one part "file".' });
  const sent = ['content-digest', 'repr-digest'].flatMap((name) => digestIn(request, name) ?? []);
  const body = createHash('sha256');
  if (sent.length > 0) request.raw.on('data', (bytes: Buffer) => body.update(bytes));
  const deadline = new Deadline(times);
  const parts = request.parts({
    limits: { files: 1, fields: 0, parts: 1, fileSize: Infinity, headerPairs: 20 },
    // A path is refused with the name, and not cut off it.
    preservePath: true,
  });
  const next = () => deadline.bounded(parts.next());
  const { value: part } = await next();
  if (part === undefined || part.type !== 'file' || part.fieldname !== 'file')
    throw malformed('There is no part "file" with a filename.');
  return {
    name: part.filename,
    declaredType: part.mimetype,
    bytes: bytesOf(part, deadline),
    async refusal(digest) {
      if ((await next()).done !== true) throw malformed('There is more than the part "file".');
      const whole = sent.length > 0 ? body.digest() : digest;
      // Of the file or of the whole body, as senders differ in what they take for the content.
      const isRight = sent.every((one) => isSameDigest(one, digest) || isSameDigest(one, whole));
      return isRight ? undefined : mismatch();
    },
  };
}

/** Reads and drops what a refused sender goes on to send. */
export function discardRest({ raw }: FastifyRequest): void {
  if (raw.readableEnded || raw.destroyed) return;
  let left = DISCARDED_BYTES_MAX;
  raw.unpipe();
  raw.on('data', (bytes: Buffer) => {
    left -= bytes.length;
    if (left < 0) raw.destroy();
  });
  raw.resume();
}

async function* bytesOf(part: MultipartFile, deadline: Deadline): AsyncGenerator<Buffer> {
  const pieces = (part.file as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await deadline.bounded(pieces.next());
    if (done === true) return;
    yield value;
  }
}

/** Bounds each step of an upload and the sum of them. */
class Deadline {
  private readonly end: number;

  constructor(private readonly times: UploadTimes) {
    this.end = performance.now() + times.wholeMilliseconds;
  }

  async bounded<Step>(step: Promise<Step>): Promise<Step> {
    const left = Math.max(0, Math.min(this.times.silenceMilliseconds, this.end - performance.now()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ProblemException('REQUEST_TIMEOUT')), left);
    });
    try {
      return await Promise.race([step, late]);
    } catch (error) {
      throw problemOf(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What the parser throws means that the body is not as it should be, or was cut. */
function problemOf(error: unknown): unknown {
  if (error instanceof ProblemException) return error;
  const { code } = error as { code?: string };
  return code === 'FST_FIELDS_LIMIT' || code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT'
    ? malformed('There is more than the part "file" with a filename.')
    : malformed('It is not well-formed, or it was cut.');
}

function digestIn(request: FastifyRequest, name: string): Buffer | undefined {
  const header = request.headers[name];
  const digest = sentDigest(Array.isArray(header) ? header.join() : header);
  if (digest === 'malformed')
    throw new ProblemException('INVALID_REQUEST', { detail: `The header ${name} must be such as sha-256=:base64: (RFC 9530).` });
  return digest;
}

const malformed = (detail: string): ProblemException => new ProblemException('MALFORMED_MULTIPART', { detail });
const mismatch = (): Rejection<'DIGEST_MISMATCH'> =>
  reject('DIGEST_MISMATCH', 'The digest that was sent is not that of what arrived.', '/file');
