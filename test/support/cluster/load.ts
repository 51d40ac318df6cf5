import { answered, eventually, headersOf, type Answered, type ProblemAnswer, type ReceiptAnswer } from '../service.js';
import type { SpawnedService } from '../spawned-service.js';
import { PROBLEMS } from '../../../src/http/problems.js';

const WRITERS = 6;
/** After this an answer is given up, as from a process that was stopped; the write is then sent again, to the other service. */
const ANSWER_MILLISECONDS_MAX = 4_000;
const AGAIN_MILLISECONDS = 50;
const WRITE_MILLISECONDS_MAX = 90_000;

export interface Write {
  readonly key: string;
  readonly path: string;
  readonly body: object;
  receipt?: ReceiptAnswer;
}

/**
 * Writers that send to two services in turn. What is not acknowledged, because the connection broke, nothing was answered or
 * the answer says that a repeat may help, is sent again with its own key, to the other service, until it is.
 */
export class Load {
  readonly writes: Write[] = [];
  repeats = 0;
  private isEnding = false;
  private writing: Promise<unknown> = Promise.resolve();
  private failure: unknown;

  constructor(private readonly services: readonly SpawnedService[]) {}

  get learners(): readonly string[] {
    return this.writes.flatMap(({ body }) => ('learner' in body ? [String(body.learner)] : []));
  }

  get acknowledged(): number {
    return this.writes.filter(({ receipt }) => receipt !== undefined).length;
  }

  start(): void {
    this.writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => this.write(writer))).catch((error: unknown) => {
      this.failure = error;
    });
  }

  /** Resolves when so many more writes were acknowledged: the services live. */
  async goesOn(writes: number): Promise<void> {
    const enough = this.acknowledged + writes;
    await eventually(async () => (this.failure !== undefined || this.acknowledged >= enough ? true : undefined), 60_000);
    if (this.failure !== undefined) throw this.failure;
  }

  /** Lets every writer finish the learner that it is at. */
  async end(): Promise<void> {
    this.isEnding = true;
    await this.writing;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Each learner gets a certification that ran out long ago, so that a policy writes to the same record meanwhile. */
  private async write(writer: number): Promise<void> {
    for (let number = 1; !this.isEnding && this.failure === undefined; number += 1) {
      const learner = `w${writer}-${number}`;
      const completion = (course: string) => ({ course, effective: { date: '2024-05-01' } });
      await this.send({ path: '/v1/learners', body: { learner, name: 'Ada' } }, writer);
      await this.send({ path: `/v1/learners/${learner}/completions`, body: completion('C1') }, writer);
      // To both at once: whoever is first decides, the other repeats his receipt.
      await this.send({ path: `/v1/learners/${learner}/completions`, body: completion('C2') }, writer, 2);
    }
  }

  private async send({ path, body }: Pick<Write, 'path' | 'body'>, writer: number, copies = 1): Promise<void> {
    const write: Write = { key: `key-${this.writes.length}`, path, body };
    this.writes.push(write);
    const deadline = Date.now() + WRITE_MILLISECONDS_MAX;
    for (let tries = 0; write.receipt === undefined; tries += 1) {
      if (Date.now() > deadline) throw new Error(`${path} was not acknowledged within ${WRITE_MILLISECONDS_MAX} ms.`);
      if (tries > 0) {
        this.repeats += 1;
        await new Promise((again) => setTimeout(again, AGAIN_MILLISECONDS));
      }
      await Promise.all(Array.from({ length: copies }, (_, copy) => this.sendOnce(write, writer + tries + copy)));
    }
  }

  private async sendOnce(write: Write, turn: number): Promise<void> {
    const answer = await this.ask(this.services[turn % this.services.length]!, write).catch(() => undefined);
    if (answer === undefined) return;
    if (answer.status !== 200) {
      const { code } = answer.json<ProblemAnswer>();
      if (PROBLEMS[code as keyof typeof PROBLEMS]?.retry) return;
      throw new Error(`${write.path} was answered ${answer.status}: ${answer.text}`);
    }
    const receipt = answer.json<ReceiptAnswer>();
    if (write.receipt !== undefined) expect({ ...receipt, outcome: '' }).toEqual({ ...write.receipt, outcome: '' });
    write.receipt = receipt;
  }

  private async ask(service: SpawnedService, { path, body, key }: Write): Promise<Answered> {
    const response = await fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: headersOf({ token: service.token, key, body }),
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS_MAX),
    });
    return answered(response.status, {}, await response.text());
  }
}
