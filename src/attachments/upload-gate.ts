import { reject, type Rejection } from '../shared/result.js';

export interface GateBounds {
  readonly atOnce: number;
  readonly waiting: number;
  readonly waitMilliseconds: number;
}
/** How many files are taken at once, how many more wait for a turn and how long: the rest is told to come back. */
export const UPLOADS_AT_ONCE_MAX = 8;
export const UPLOADS_WAITING_MAX = 256;
export const UPLOAD_WAIT_MILLISECONDS_MAX = 30_000;

const BOUNDS: GateBounds = {
  atOnce: UPLOADS_AT_ONCE_MAX,
  waiting: UPLOADS_WAITING_MAX,
  waitMilliseconds: UPLOAD_WAIT_MILLISECONDS_MAX,
};

/** Gives the turn back; a second call does nothing. */
export type Leave = () => void;

/** Lets so many uploads in that memory and disk bear them, in the order in which they came. */
export class UploadGate {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly bounds: GateBounds = BOUNDS) {}

  /** Whether nobody more may even wait; asked before anything else is done for a request, so that a flood of them costs little. */
  get isFull(): boolean {
    return this.running >= this.bounds.atOnce && this.waiting.size >= this.bounds.waiting;
  }

  /** A turn, or a refusal where too many wait or none came up in time. `gone` ends the waiting of who has left. */
  async enter(gone: AbortSignal): Promise<Leave | Rejection<'UPLOADS_BUSY'>> {
    const { atOnce, waiting, waitMilliseconds } = this.bounds;
    if (this.running < atOnce) {
      this.running += 1;
      return this.leave();
    }
    if (this.isFull) return busy(`${waiting} uploads wait already.`);
    return new Promise((resolve) => {
      const stop = (): void => {
        clearTimeout(timer);
        gone.removeEventListener('abort', giveUp);
        this.waiting.delete(turn);
      };
      // The turn is handed over and never free in between, so that nobody who comes later takes it.
      const turn = (): void => {
        stop();
        resolve(this.leave());
      };
      const giveUp = (): void => {
        stop();
        resolve(busy('No turn came up in time.'));
      };
      const timer = setTimeout(giveUp, waitMilliseconds);
      gone.addEventListener('abort', giveUp);
      this.waiting.add(turn);
      if (gone.aborted) giveUp();
    });
  }

  private leave(): Leave {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      const [next] = this.waiting;
      if (next === undefined) this.running -= 1;
      else next();
    };
  }
}

const busy = (detail: string): Rejection<'UPLOADS_BUSY'> => reject('UPLOADS_BUSY', `${detail} Repeat after a pause.`);
