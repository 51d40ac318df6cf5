import { Server, ServerCredentials, type ConnectionInjector } from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { deleteStream, tombstoneStream, unaryAppend } from './append-calls.js';
import { batchAppend } from './batch-appends.js';
import { gossipRead, supportedMethods } from './cluster-calls.js';
import { read } from './read-calls.js';
import type { ServerContext } from './server-context.js';

export const HOST = '127.0.0.1';
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

/** The port and its connections, handed to gRPC one by one, so that a test can cut a connection as a network would. */
export class Listener {
  private readonly sockets = new Map<string, Socket>();
  private readonly grpc: Server;
  private readonly injector: ConnectionInjector;
  private readonly tcp: TcpServer;
  port = 0;

  constructor(context: ServerContext) {
    this.grpc = new Server({ 'grpc.max_receive_message_length': MESSAGE_BYTES_MAX });
    this.grpc.addService(StreamsService, {
      append: unaryAppend(context),
      batchAppend: batchAppend(context),
      delete: deleteStream(context),
      tombstone: tombstoneStream(context),
      read: read(context),
    });
    this.grpc.addService(ServerFeaturesService, { getSupportedMethods: supportedMethods(context) });
    this.grpc.addService(GossipService, { read: gossipRead(context) });
    this.injector = this.grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.tcp = createServer((socket) => {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.sockets.set(peer, socket);
      socket.on('close', () => this.sockets.delete(peer)).on('error', () => undefined);
      this.injector.injectConnection(socket);
    });
  }

  async listen(port: number): Promise<void> {
    this.tcp.listen(port, HOST);
    await once(this.tcp, 'listening');
    this.port = (this.tcp.address() as AddressInfo).port;
  }

  cut(peer: string): void {
    this.sockets.get(peer)?.destroy();
  }

  /** Ends every connection at once, as the system does for a process that is gone. */
  async close(): Promise<void> {
    const closed = once(this.tcp, 'close');
    this.tcp.close();
    for (const socket of this.sockets.values()) socket.destroy();
    this.injector.destroy();
    this.grpc.forceShutdown();
    await closed;
  }
}
