import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ClamAvAddress } from '../../src/adapters/clamav/address.js';

/** What the daemon does when it has the whole file: says something, in as many packets, falls silent, or cuts the connection. */
export type Reply = { readonly say: readonly string[] } | 'silence' | 'cut';

export const CLEAN: Reply = { say: ['stream: OK\0'] };
export const found = (signature: string): Reply => ({ say: [`stream: ${signature} FOUND\0`] });
export const VERSION = 'ClamAV 1.4.2/27500/Mon Jun  3 09:00:00 2024';

const LENGTH_BYTES = 4;
const PACKET_PAUSE_MILLISECONDS = 10;

/** Speaks what certledger uses of the protocol of clamd (zVERSION, zINSTREAM), and misbehaves as the test says. */
export class FakeClamd {
  /** The files that arrived whole. */
  readonly files: Buffer[] = [];
  connections = 0;
  /** What it says of each file; of all of them that they are clean, unless told. */
  judge: (file: Buffer) => Reply = () => CLEAN;
  version: Reply = { say: [`${VERSION}\0`] };
  /** Says this at the beginning of a file, whatever comes. */
  early: Reply | undefined;
  streamMaxLength = 26_214_400;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly address: ClamAvAddress,
  ) {}

  /** On a port that the system chose, on the one named, or on a socket file. */
  static async start(at: { readonly port?: number } | { readonly path: string } = {}): Promise<FakeClamd> {
    const server = createServer();
    server.listen('path' in at ? { path: at.path } : { port: at.port ?? 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const address = 'path' in at ? at : { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const clamd = new FakeClamd(server, address);
    server.on('connection', (socket) => clamd.serve(socket));
    return clamd;
  }

  get port(): number {
    return (this.address as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    let held = Buffer.alloc(0);
    let command: string | undefined;
    let size = 0;
    const pieces: Buffer[] = [];
    socket.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
      if (command === undefined) {
        const end = held.indexOf(0);
        if (end === -1) return;
        command = held.subarray(0, end).toString('latin1');
        held = held.subarray(end + 1);
        if (command === 'zVERSION') return void reply(socket, this.version);
        if (command !== 'zINSTREAM') return void reply(socket, { say: ['UNKNOWN COMMAND\0'] });
        if (this.early !== undefined) {
          // Takes no more, so that the sender stands before a full connection.
          socket.pause();
          return void reply(socket, this.early);
        }
      }
      if (command !== 'zINSTREAM') return;
      for (;;) {
        if (held.length < LENGTH_BYTES) return;
        const length = held.readUInt32BE();
        if (length === 0) {
          const file = Buffer.concat(pieces);
          this.files.push(file);
          return void reply(socket, this.judge(file));
        }
        size += length;
        if (size > this.streamMaxLength) return void reply(socket, { say: ['INSTREAM size limit exceeded. ERROR\0'] });
        if (held.length < LENGTH_BYTES + length) {
          size -= length;
          return;
        }
        pieces.push(held.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
        held = held.subarray(LENGTH_BYTES + length);
      }
    });
  }
}

async function reply(socket: Socket, what: Reply): Promise<void> {
  if (what === 'silence') return;
  if (what === 'cut') return void socket.destroy();
  for (const packet of what.say) {
    socket.write(packet);
    await new Promise((pass) => setTimeout(pass, PACKET_PAUSE_MILLISECONDS));
  }
  socket.end();
}
