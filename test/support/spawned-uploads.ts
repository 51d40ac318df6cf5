import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { BOUNDARY, END, partOf, type SentFile } from './uploads.js';

export interface UploadAnswer {
  readonly status: number;
  readonly text: string;
  /** When the service asks to be asked again; 0 where it does not say. */
  readonly retryMilliseconds: number;
}

/** Uploads over sockets of its own, as many at once as are asked for. A connection that is cut is thrown. */
export class Uploader {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Infinity });

  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  upload(learner: string, file: SentFile, key: string): Promise<UploadAnswer> {
    const body = bodyOf(file);
    return this.send(learner, key, body.length, {}, (sent) => sent.end(body));
  }

  /** The same, but asks before it sends whether the file is to be sent, and makes it only then. */
  uploadWhenAsked(learner: string, size: number, key: string, file: () => SentFile): Promise<UploadAnswer> {
    const length = size + bodyOf({ ...file(), bytes: Buffer.alloc(0) }).length;
    return this.send(learner, key, length, { expect: '100-continue' }, (sent) => {
      sent.on('continue', () => sent.end(bodyOf(file())));
      sent.flushHeaders();
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private send(
    learner: string,
    key: string,
    length: number,
    more: Readonly<Record<string, string>>,
    write: (sent: ClientRequest) => void,
  ): Promise<UploadAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}/v1/learners/${learner}/attachments`, {
        method: 'POST',
        agent: this.agent,
        headers: {
          authorization: `Bearer ${this.token}`,
          'idempotency-key': key,
          'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
          'content-length': length,
          ...more,
        },
      });
      sent.on('error', reject);
      sent.on('response', (response: IncomingMessage) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          // Where it was refused before it was asked for, nothing of the file is sent.
          if (!sent.writableEnded) sent.destroy();
          const retryMilliseconds = Number(response.headers['retry-after'] ?? 0) * 1_000;
          resolve({ status: response.statusCode!, text: Buffer.concat(pieces).toString('utf8'), retryMilliseconds });
        });
      });
      write(sent);
    });
  }
}

const bodyOf = (file: SentFile): Buffer => Buffer.concat([partOf(file), END]);
