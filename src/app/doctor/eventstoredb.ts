import {
  INSPECTED_RECORDS_MAX,
  inspectEventStoreDb,
  warningsOf,
  type EventStoreDbInspection,
} from '../../adapters/eventstoredb/inspection.js';
import { isLedgerError } from '../../ledger/errors.js';
import type { Clock } from '../../ledger/ports/clock.js';
import { formatPosition } from '../../ledger/position.js';
import {
  failure,
  judgeClock,
  judgeLastRecorded,
  judgeSpace,
  judgeVersion,
  named,
  ok,
  warning,
  type Finding,
} from '../../operations/findings.js';
import { CLOCK_BEHIND_MILLISECONDS_MAX } from '../../record/policies/rounds.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { deciders } from '../kernel.js';

const ENGINE = 'EventStoreDB';
/** 23.10 is the oldest that was tried; the contracts of 24.10 and 26.1 were compared with it. */
const VERSIONS = { min: [23, 10], comparedTo: [26, 1] } as const;
const MEND_CONNECTION = 'Is it running, and is CERTLEDGER_EVENTSTORE_URL right? Nothing can be written without it.';
const MEND_RIGHTS =
  'Give the user a role that may write, or wait until the server has a leader; commands are refused until then.';
const MEND_STREAMS = 'Take $maxCount, $maxAge and $tb out of their metadata before a scavenge removes for good what they hide.';
const STREAM = new RegExp(`^(?:${deciders.map(({ kind }) => kind).join('|')})-[a-z0-9]{1,32}(?:-[a-z0-9-]{1,64})?$`);

/** What other checks go on with. */
export interface ExaminedLog {
  readonly findings: readonly Finding[];
  /** Undefined while the server cannot be read or holds no ledger. */
  readonly end: string | undefined;
  readonly holdsEvents: boolean;
}

const UNKNOWN = { end: undefined, holdsEvents: false } as const;

export async function examineEventStoreDb(url: string, clock: Clock): Promise<ExaminedLog> {
  try {
    const encryption = judgeEncryption(await warningsOf(url));
    try {
      const now = (): number => instantMilliseconds(clock.now());
      const found = await inspectEventStoreDb(url, { isOfLedger: (stream) => STREAM.test(stream), now });
      const end = found.epoch === undefined ? undefined : formatPosition(found.epoch, found.end ?? 0);
      return { findings: [encryption, ...judge(found, clock)], end, holdsEvents: found.end !== undefined };
    } catch (error) {
      return { findings: [encryption, unreachable(error)], ...UNKNOWN };
    }
  } catch (error) {
    return { findings: [unreachable(error)], ...UNKNOWN };
  }
}

function unreachable(error: unknown): Finding {
  if (!isLedgerError(error)) throw error;
  return failure(`${ENGINE} connection`, error.message, MEND_CONNECTION);
}

const judgeEncryption = ([first]: readonly string[]): Finding =>
  first === undefined
    ? ok(`${ENGINE} encryption`, 'TLS, or this machine only')
    : warning(`${ENGINE} encryption`, first, 'Use TLS wherever others can listen.');

function judge(found: EventStoreDbInspection, clock: Clock): readonly Finding[] {
  const { version, epoch, aheadMilliseconds, recordedAt } = found;
  return [
    ok(`${ENGINE} connection`, 'connected, and the log can be read'),
    judgeRights(found),
    judgeVersion(`${ENGINE} version`, version, VERSIONS),
    epoch === undefined
      ? warning(
          `${ENGINE} ledger`,
          'the database holds no ledger yet',
          'The first start or `copy` begins one. Is the connection string right?',
        )
      : ok(`${ENGINE} ledger`, `the ledger ${epoch} is there`),
    judgeStreams(found),
    judgeForeign(found),
    // The server does not tell its time, so only a record from the future shows a difference.
    judgeClock(`${ENGINE} clock`, aheadMilliseconds === 0 ? undefined : aheadMilliseconds, 'the server'),
    judgeLastRecorded('clock', recordedAt, clock.now(), CLOCK_BEHIND_MILLISECONDS_MAX),
    judgeSpace(`${ENGINE} space`, undefined, ENGINE),
  ];
}

function judgeRights({ appendRefusal }: EventStoreDbInspection): Finding {
  const check = `${ENGINE} rights`;
  if (appendRefusal === undefined) return ok(check, 'the user may append; asked in a way that writes nothing');
  return failure(check, `the ledger can be read, and not be written to: ${appendRefusal}`, MEND_RIGHTS);
}

function judgeStreams({ truncated, deleted, records, isWhole }: EventStoreDbInspection): Finding {
  const check = `${ENGINE} streams`;
  const looked = isWhole ? `all ${records} records` : `the newest ${INSPECTED_RECORDS_MAX} records`;
  if (deleted.length > 0)
    return failure(
      check,
      `deleted: ${named(deleted)}`,
      'Restore the newest backup that verifies; a deleted stream cannot be used again.',
    );
  if (truncated.length > 0) return failure(check, `metadata hides events of ${named(truncated)}`, MEND_STREAMS);
  return ok(check, `no metadata that hides events and no deletion in ${looked}`);
}

function judgeForeign({ foreign }: EventStoreDbInspection): Finding {
  const check = `${ENGINE} foreign streams`;
  if (foreign.length === 0) return ok(check, 'none');
  return failure(
    check,
    named(foreign),
    'Their events stop the read models. Give the ledger a database of its own: copy it to an empty one.',
  );
}
