import type { handleServerStreamingCall } from '@grpc/grpc-js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import { notFoundMessage } from './messages.js';
import { Outgoing, type ReadCall } from './outgoing.js';
import { openAllRead, openStreamRead } from './read-source.js';
import { refused, type ServerContext } from './server-context.js';
import { subscribe } from './subscriptions.js';
import type { CallKind } from './faults.js';

const PAGE_RECORDS = 256;

/** Reads and subscriptions are one method on the wire; what the request asks for tells them apart. */
export function read(context: ServerContext): handleServerStreamingCall<streams.ReadReq, streams.ReadResp> {
  return (call) => {
    const options = call.request.getOptions()!;
    const kind: CallKind = options.hasSubscription() ? 'subscribe' : options.hasAll() ? 'readAll' : 'read';
    context.faults.admit(kind, (fault) => {
      if (call.cancelled) return;
      const out = new Outgoing(call, context, fault);
      if (refused(fault, call.getPeer(), context, (failure) => out.fail(failure))) return;
      void (kind === 'subscribe' ? subscribe(context, call, out) : readToEnd(context, call, out));
    });
  };
}

async function readToEnd({ log }: ServerContext, call: ReadCall, out: Outgoing): Promise<void> {
  const options = call.request.getOptions()!;
  const opened = options.hasAll() ? openAllRead(log, options) : openStreamRead(log, options);
  if ('failure' in opened) return out.fail(opened.failure);
  if ('notFound' in opened) {
    await out.message(notFoundMessage(opened.notFound));
    return out.end();
  }
  // A read of `$all` for no events at all never ends.
  if (options.getCount() === '0') return;
  for (let left = BigInt(options.getCount()); left > 0n && !out.isOver;) {
    const page = opened.source.next(left > BigInt(PAGE_RECORDS) ? PAGE_RECORDS : Number(left));
    if (page.length === 0) break;
    left -= BigInt(page.length);
    for (const record of page) await out.event(record);
  }
  out.end();
}
