import type { Clock } from '../ledger/ports/clock.js';

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): string {
    return new Date().toISOString();
  }
}
