import type { handleUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { randomUUID } from 'node:crypto';
import type { ServerContext } from './server-context.js';

const STREAM_METHODS: Readonly<Record<string, readonly string[]>> = {
  append: [],
  batchappend: ['deadline_duration'],
  delete: [],
  read: ['position', 'events'],
  tombstone: [],
};

/** What the client asks first of all: which methods there are. Without `batchappend` it would fall back to unary appends. */
export function supportedMethods(context: ServerContext): handleUnaryCall<shared.Empty, features.SupportedMethods> {
  return (_call, answer) => {
    const supported = new features.SupportedMethods().setEventStoreServerVersion(context.version);
    for (const [name, list] of Object.entries(STREAM_METHODS)) {
      supported.addMethods(
        new features.SupportedMethod()
          .setServiceName('event_store.client.streams.streams')
          .setMethodName(name)
          .setFeaturesList([...list]),
      );
    }
    void Promise.resolve(context.faults.untilThawed).then(() => answer(null, supported));
  };
}

/** A cluster of one member, which leads. */
export function gossipRead(context: ServerContext): handleUnaryCall<shared.Empty, gossip.ClusterInfo> {
  const instance = new shared.UUID().setString(randomUUID());
  return (_call, answer) => {
    const { host, port } = context.leader();
    const member = new gossip.MemberInfo()
      .setInstanceId(instance)
      .setTimeStamp((BigInt(Date.now()) * 10_000n).toString())
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port));
    void Promise.resolve(context.faults.untilThawed).then(() => answer(null, new gossip.ClusterInfo().setMembersList([member])));
  };
}
