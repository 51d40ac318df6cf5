import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { BSON } from 'mongodb';
import { MONGODB_URL } from './opening.js';

/**
 * What may happen to one command on its way. `error`: the server refuses it for now. `disconnect`: the connection is cut
 * before the command arrives. `answer-lost`: it is done, and the connection is cut before the answer arrives. `late`: the
 * connection is cut, and the command arrives when the caller has long tried again. `delay`: the answer takes its time.
 * `silence`: nothing arrives, and nothing is cut. `foreign`: another answer than the server's.
 */
export type WireFault =
  | { readonly kind: 'error' | 'disconnect' | 'answer-lost' | 'late' | 'delay' | 'silence' }
  | { readonly kind: 'foreign'; readonly answer: BSON.Document };

export const PASSING_WIRE_FAULTS = ['error', 'disconnect', 'answer-lost', 'late', 'delay'] as const;

export const DELAY_MILLISECONDS = 20;
const HEADER_BYTES = 16;
const OP_MSG = 2013;
const STEPPED_DOWN = { ok: 0, code: 189, codeName: 'PrimarySteppedDown', errmsg: 'The test made this command fail.' };
/** What the driver sends for itself. */
const OWN_COMMANDS: ReadonlySet<string> = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'buildInfo', 'endSessions']);

/** Stands between the driver and the server and lets faults happen to commands that the test chooses by their number, from 1. */
export class MongoProxy {
  commands = 0;
  faultAt: (number: number, command: string, message: Buffer) => WireFault | undefined = () => undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MongoProxy> {
    const server = createServer();
    const proxy = new MongoProxy(server);
    server.on('connection', (client) => proxy.join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Sends what was held back, and waits until the server has done it. */
  async send(message: Buffer): Promise<void> {
    const { hostname, port } = new URL(MONGODB_URL);
    const upstream = connect(Number(port || 27_017), hostname);
    upstream.write(message);
    await once(upstream, 'data');
    upstream.destroy();
  }

  private join(client: Socket): void {
    const { hostname, port } = new URL(MONGODB_URL);
    const upstream = connect(Number(port || 27_017), hostname);
    const lost = new Set<number>();
    const delayed = new Set<number>();
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.sockets.delete(socket));
    }
    upstream.on('close', () => client.destroy());
    // What was sent late must still arrive after the caller has gone.
    client.on('close', () => setTimeout(() => upstream.end(), 2 * DELAY_MILLISECONDS));
    onMessages(client, (message) => {
      const command = commandOf(message);
      const isCounted = command !== undefined && !OWN_COMMANDS.has(command);
      const fault = isCounted ? this.faultAt((this.commands += 1), command, message) : undefined;
      const id = message.readInt32LE(4);
      if (fault === undefined || fault.kind === 'delay' || fault.kind === 'answer-lost') upstream.write(message);
      if (fault?.kind === 'delay') delayed.add(id);
      if (fault?.kind === 'answer-lost') lost.add(id);
      if (fault?.kind === 'error') client.write(answerTo(id, STEPPED_DOWN));
      if (fault?.kind === 'foreign') client.write(answerTo(id, fault.answer));
      if (fault?.kind === 'late') setTimeout(() => upstream.write(message), DELAY_MILLISECONDS);
      if (fault?.kind === 'late' || fault?.kind === 'disconnect') client.destroy();
    });
    onMessages(upstream, (message) => {
      const id = message.readInt32LE(8);
      if (lost.has(id)) client.destroy();
      else if (delayed.has(id)) setTimeout(() => client.write(message), DELAY_MILLISECONDS);
      else client.write(message);
    });
  }
}

/** Cuts what arrives into the messages of the wire protocol, each of which begins with its length. */
function onMessages(socket: Socket, handle: (message: Buffer) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= held.readInt32LE(0)) {
      const length = held.readInt32LE(0);
      handle(held.subarray(0, length));
      held = held.subarray(length);
    }
  });
}

/** The name of the first field of the first document of an OP_MSG. */
function commandOf(message: Buffer): string | undefined {
  if (message.readInt32LE(12) !== OP_MSG) return undefined;
  const name = HEADER_BYTES + 4 + 1 + 4 + 1;
  return message.toString('latin1', name, message.indexOf(0, name));
}

function answerTo(id: number, answer: BSON.Document): Buffer {
  const body = Buffer.from(BSON.serialize(answer));
  const head = Buffer.alloc(HEADER_BYTES + 5);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(id, 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, body]);
}
