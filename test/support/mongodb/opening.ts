import { randomBytes } from 'node:crypto';
import { MongoConnection, type MongoTimes } from '../../../src/adapters/mongodb/client.js';

/** The server of these suites; jest leaves them out where it is not named (see `jest.config.mjs`). */
export const MONGODB_URL = process.env['CERTLEDGER_TEST_MONGODB_URL'] ?? '';

/** The same server, reached through another port (a proxy's) or at another database. */
export function urlOf({ database, port }: { readonly database: string; readonly port?: number }): string {
  const url = new URL(MONGODB_URL);
  url.pathname = `/${database}`;
  if (port === undefined) return url.href;
  url.host = `127.0.0.1:${port}`;
  // A replica set names its own addresses, which lead past the proxy.
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  // After a cut connection the driver looks at the server again before it goes on, and may do so at once.
  url.searchParams.set('minHeartbeatFrequencyMS', '5');
  return url.href;
}

/** A name of its own for each opening, so that a real server's other databases are left alone. */
export const newDatabase = (): string => `certledger-test-${randomBytes(6).toString('hex')}`;

/** A connection to a database of its own, which goes with it. */
export async function openMongo(times?: MongoTimes): Promise<{ connection: MongoConnection; close: () => Promise<void> }> {
  const connection = await MongoConnection.open(urlOf({ database: newDatabase() }), times);
  return { connection, close: () => dropAndClose(connection) };
}

export async function dropAndClose(connection: MongoConnection): Promise<void> {
  await connection.models.dropDatabase();
  await connection.keys.dropDatabase();
  await connection.files.dropDatabase();
  await connection.close();
}
