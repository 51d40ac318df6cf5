import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.js';
import type { Receipt } from '../../ledger/receipt.js';
import { parseStreamName } from '../../ledger/stream-name.js';
import type { StoredDocument } from '../../projections/ports/read-model-store.js';
import type { Projections } from '../../projections/projections.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import { optional } from '../domain/circumstances.js';
import type { AttachmentScan, AttachmentScans } from '../evidence-files.js';
import type { Records } from '../records.js';
import { cursorBehind } from '../views/filtered-page.js';
import { reviews, type ReviewDocument } from '../views/reviews.projection.js';
import { policyWrite } from './policy-write.js';
import type { Policy } from './rounds.js';

/** How many files one round looks at, and how many of them at a time: each of them is a connection and a thread of the scanner. */
export const SCANS_PER_ROUND_MAX = 20;
export const SCANS_AT_ONCE_MAX = 4;
/** After a failure the next try waits, twice as long each time: a scanner that comes back is found soon, and one that is gone is left alone. */
export const SCAN_PAUSE_MILLISECONDS_MIN = 5_000;
export const SCAN_PAUSE_MILLISECONDS_MAX = 15 * 60_000;

const INDEX = { index: 'unscanned', equals: [true] as const };

/**
 * Lets a scanner look at every attachment that waits for review, the longest waiting first, and records what it said as a fact. Where it
 * said nothing there is no fact: the submission waits, and the file is tried again. The command id derives from record,
 * submission, file and verdict, so that instances which scan the same file record it once.
 */
export class ScanAttachments implements Policy {
  readonly name = 'scan-attachments';
  /** Behind what was tried in this pass; what is submitted meanwhile comes after it, and is not held up by what cannot be scanned. */
  private after: string | undefined;
  private isPassOver = false;
  private isAnyUndecided = false;
  private readonly unreached = new Pause();
  private readonly undecided = new Pause();

  constructor(
    private readonly ledger: Ledger,
    private readonly records: Records,
    private readonly projections: Projections,
    private readonly scans: AttachmentScans,
    private readonly logger: Logger,
  ) {}

  async round(stopping: AbortSignal): Promise<'more' | 'done'> {
    if (this.unreached.isOn(this.now())) return 'done';
    if (this.isPassOver && !this.undecided.isOn(this.now())) this.beginPass();
    const { documents } = await this.projections.find(reviews.name, { ...INDEX, after: this.after, limit: SCANS_PER_ROUND_MAX });
    if (documents.length > 0 && !(await this.scanAll(documents, stopping))) return 'done';
    if (documents.length === SCANS_PER_ROUND_MAX) return 'more';
    this.endPass();
    return 'done';
  }

  private now(): number {
    return instantMilliseconds(this.ledger.clock.now());
  }

  private beginPass(): void {
    this.after = undefined;
    this.isPassOver = false;
    this.isAnyUndecided = false;
  }

  private endPass(): void {
    if (this.isPassOver) return;
    this.isPassOver = true;
    if (this.isAnyUndecided) this.undecided.begin(this.now());
    else this.undecided.reset();
  }

  /** Whether the scanner is there at all; where it is not, none of them was tried. */
  private async scanAll(documents: readonly StoredDocument[], stopping: AbortSignal): Promise<boolean> {
    const scanner = await this.scans.version();
    if (scanner === undefined) {
      const milliseconds = this.unreached.begin(this.now());
      this.logger.error({ milliseconds }, 'The scanner does not answer: what is to be scanned waits, and cannot be approved.');
      return false;
    }
    this.unreached.reset();
    let recordedTo: string | undefined;
    for (let from = 0; from < documents.length; from += SCANS_AT_ONCE_MAX) {
      stopping.throwIfAborted();
      const some = documents.slice(from, from + SCANS_AT_ONCE_MAX);
      for (const { isDecided, position } of await Promise.all(some.map((document) => this.tried(document, scanner, stopping)))) {
        this.isAnyUndecided ||= !isDecided;
        if (position !== undefined && (recordedTo === undefined || position > recordedTo)) recordedTo = position;
      }
      this.after = cursorBehind(reviews, INDEX, some.at(-1)!);
    }
    // The next pass must not see what this one has just recorded.
    if (recordedTo !== undefined) await this.projections.awaitPosition(reviews.name, recordedTo);
    return true;
  }

  /** What fails is told in the log and holds nothing else up. */
  private async tried({ body }: StoredDocument, scanner: string, stopping: AbortSignal): Promise<Tried> {
    const review = body as unknown as ReviewDocument;
    const { record, submission, address } = review;
    const about = { record, submission, attachment: address };
    try {
      const scan = await this.scans.scan(address!, stopping);
      stopping.throwIfAborted();
      if (scan.verdict === 'none') {
        this.logger.warn({ ...about, why: scan.why }, 'The scanner said nothing of an attachment; it is tried again later.');
        return { isDecided: false };
      }
      const { position } = await this.recorded(review, scan, scanner);
      if (scan.verdict !== 'clean')
        this.logger.warn({ ...about, ...scan }, 'An attachment was not found clean; it cannot be approved.');
      return { isDecided: scan.verdict === 'clean' || scan.verdict === 'infected', position: position ?? undefined };
    } catch (err) {
      stopping.throwIfAborted();
      this.logger.error({ err, ...about }, 'An attachment could not be scanned; it is tried again later.');
      return { isDecided: false };
    }
  }

  private async recorded(
    { record, submission, address }: ReviewDocument,
    { verdict, signature }: Exclude<AttachmentScan, { verdict: 'none' }>,
    scanner: string,
  ): Promise<Receipt> {
    const { organization } = parseStreamName(record);
    const key = ['attachment-scanned', submission, address!, verdict];
    const write = await policyWrite(this.ledger.keyRing, this.name, organization, record, key);
    const about = { type: 'RecordScan', submission, attachment: address! } as const;
    const command = { ...about, verdict, scanner, ...optional({ signature }) };
    const receipt = await this.records.executeOn(record, write, 'record-scan', command, key);
    if (isRejection(receipt)) throw new Error(`What the scanner said was refused: ${receipt.code}.`);
    return receipt;
  }
}

/** Whether a file needs no further look, and where the fact of it stands. */
interface Tried {
  readonly isDecided: boolean;
  readonly position?: string | undefined;
}

/** A pause that is twice as long each time it begins, until a reset. */
class Pause {
  private until = Number.NEGATIVE_INFINITY;
  private milliseconds = SCAN_PAUSE_MILLISECONDS_MIN;

  isOn(now: number): boolean {
    return now < this.until;
  }

  /** Answers how long it is. */
  begin(now: number): number {
    const { milliseconds } = this;
    this.until = now + milliseconds;
    this.milliseconds = Math.min(2 * milliseconds, SCAN_PAUSE_MILLISECONDS_MAX);
    return milliseconds;
  }

  reset(): void {
    this.until = Number.NEGATIVE_INFINITY;
    this.milliseconds = SCAN_PAUSE_MILLISECONDS_MIN;
  }
}
