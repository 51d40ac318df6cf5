import { EventStoreDBClient } from '@eventstore/db-client';
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { LedgerError } from '../../ledger/errors.js';
import { readAddress, unreadable } from './connection-string.js';
import { messageOf, readFailure } from './errors.js';
import { READ_TRIES_MAX, TIMES, type Times } from './limits.js';

export type AppendCall = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;

/** What the driver's reads have in common. */
export interface DriverRead<Item> {
  on(name: 'data', listener: (item: Item) => void): unknown;
  on(name: 'error', listener: (error: unknown) => void): unknown;
  on(name: 'end', listener: () => void): unknown;
  cancel(): Promise<void>;
}

/**
 * The driver opens calls for its subclasses only and makes no subclass from a connection string. So the client is seen as
 * one here, and the compiler still checks every use against the driver's own types.
 */
abstract class Inside extends EventStoreDBClient {
  /** The one open append call of the driver's present channel, made by `open` when there is none. */
  static async appendCall(
    client: EventStoreDBClient,
    calls: WeakMap<StreamsClient, AppendCall | Promise<AppendCall>>,
    before: () => Promise<unknown>,
  ): Promise<AppendCall> {
    const inside = client as Inside;
    const open = async (channel: StreamsClient): Promise<AppendCall> => {
      try {
        await before();
        const call = channel.batchAppend(...inside.callArguments({}, { deadline: Infinity }));
        // The driver forgets a call that failed, but not one that the server ended in good order.
        call.once('end', () => calls.delete(channel));
        return call;
      } catch (error) {
        calls.delete(channel);
        throw error;
      }
    };
    return inside.GRPCStreamCreator(streams.StreamsClient, 'batchAppend', open, calls)();
  }

  static serverVersion(client: EventStoreDBClient, milliseconds: number): Promise<string> {
    const inside = client as Inside;
    return inside.execute(
      serverFeatures.ServerFeaturesClient,
      'getSupportedMethods',
      (channel) =>
        new Promise<string>((resolve, reject) => {
          const answer = (error: Error | null, methods?: SupportedMethods): void => {
            if (error === null) resolve(methods?.getEventStoreServerVersion() ?? 'unknown');
            else reject(error);
          };
          channel.getSupportedMethods(new shared.Empty(), ...inside.callArguments({ deadline: milliseconds }), answer);
        }),
    );
  }

  /** Far in the future, by the driver's own reckoning: an earlier one would compare the clocks of two machines. */
  static farDeadline(client: EventStoreDBClient): Date {
    return (client as Inside).createDeadline(Infinity);
  }
}

/** The one connection of a process to EventStoreDB. */
export class Connection {
  readonly warnings: readonly string[];
  readonly hosts: string;
  readonly times: Times;
  private readonly client: EventStoreDBClient;
  private readonly calls = new WeakMap<StreamsClient, AppendCall | Promise<AppendCall>>();
  private isClosed = false;

  constructor(url: string, times: Partial<Times> = {}) {
    const { hosts, warnings, forDriver } = readAddress(url);
    this.hosts = hosts;
    this.warnings = warnings;
    this.times = { ...TIMES, ...times };
    try {
      this.client = EventStoreDBClient.connectionString(forDriver);
    } catch (error) {
      // The driver's message may repeat a part of the text, so only that of a missing file is passed on.
      throw unreadable(/certificate|userCertFile/.test(messageOf(error)) ? `: ${messageOf(error)}` : '');
    }
  }

  /** Throws STORE_UNAVAILABLE once it is closed: the driver would connect anew. */
  get driver(): EventStoreDBClient {
    if (this.isClosed) throw closed(this.hosts);
    return this.client;
  }

  get farDeadline(): Date {
    return Inside.farDeadline(this.client);
  }

  /**
   * The call through which appends go at present. A new one is opened only after the server has answered a question, so
   * that a failure up to here is certain to have written nothing.
   */
  async appendCall(): Promise<AppendCall> {
    return Inside.appendCall(this.driver, this.calls, () => this.serverVersion());
  }

  /** Asks the server for its version, which also shows that it can be reached. */
  async serverVersion(): Promise<string> {
    return Inside.serverVersion(this.driver, this.times.readMilliseconds);
  }

  /**
   * All that a read yields, within the bound of time: of each item what `keep` makes of it, at once, because the driver's
   * own objects are several times as large and a page of them would outlive many collections of garbage. It is tried once
   * more where the connection was cut, as reading twice does no harm; `isFinal` names the failures for which trying again
   * is of no use.
   */
  async read<Item, Kept>(
    what: string,
    open: (driver: EventStoreDBClient) => DriverRead<Item>,
    keep: (item: Item) => Kept | undefined,
    isFinal: (error: unknown) => boolean = () => false,
  ): Promise<Kept[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.takeAll(what, open(this.driver), keep);
      } catch (error) {
        if (isFinal(error)) throw error;
        const failure = readFailure(error, what);
        if (tries === READ_TRIES_MAX || failure.code !== 'STORE_UNAVAILABLE' || failure === error) throw failure;
      }
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.client.dispose();
  }

  private takeAll<Item, Kept>(what: string, read: DriverRead<Item>, keep: (item: Item) => Kept | undefined): Promise<Kept[]> {
    return new Promise((resolve, reject) => {
      const items: Kept[] = [];
      const { readMilliseconds } = this.times;
      const leave = (why: unknown): void => {
        clearTimeout(timer);
        reject(why instanceof Error ? why : new Error(String(why)));
        read.cancel().catch(() => undefined);
      };
      const timer = setTimeout(() => {
        leave(new LedgerError('STORE_UNAVAILABLE', `EventStoreDB did not answer ${what} within ${readMilliseconds} ms.`));
      }, readMilliseconds);
      read.on('data', (item) => {
        try {
          const kept = keep(item);
          if (kept !== undefined) items.push(kept);
        } catch (error) {
          leave(error);
        }
      });
      // Stays, because an error that nobody hears ends the process.
      read.on('error', (error) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      });
      read.on('end', () => {
        clearTimeout(timer);
        // The driver ends a read that closing cut short as if it were complete.
        if (this.isClosed) reject(closed(this.hosts));
        else resolve(items);
      });
    });
  }
}

const closed = (hosts: string): LedgerError =>
  new LedgerError('STORE_UNAVAILABLE', `The connection to EventStoreDB at ${hosts} is closed.`);
