import type { EventLog } from './log.js';
import type { Failure } from './failures.js';
import { failures } from './failures.js';
import type { Fault, Faults } from './faults.js';
import type { Writer } from './writer.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What every call of the server works with. */
export interface ServerContext {
  readonly log: EventLog;
  readonly writer: Writer;
  readonly faults: Faults;
  readonly version: string;
  /** How many events may wait for a live consumer before it is dropped. */
  readonly liveEventsMax: number;
  /** Where `not-leader` sends the client. */
  leader(): Endpoint;
  /** Cuts the connection of the peer that made a call. */
  cut(peer: string): void;
  /** Calls that stay open hold a graceful stop up, and are ended by it. */
  readonly openCalls: Map<object, () => void>;
}

/** Carries out a fault that keeps a call from being done; answers whether it did. */
export function refused(
  fault: Fault | undefined,
  peer: string,
  context: ServerContext,
  fail: (failure: Failure) => void,
): boolean {
  const { host, port } = context.leader();
  if (fault === 'error') fail(failures.unavailable());
  else if (fault === 'not-ready') fail(failures.notReady());
  else if (fault === 'not-leader') fail(failures.notLeader(host, port));
  else if (fault === 'disconnect') context.cut(peer);
  else return false;
  return true;
}
