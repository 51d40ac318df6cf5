import { randomUUID } from 'node:crypto';
import { failures } from './failures.js';
import { filterOf, type Filter } from './filter.js';
import { confirmationMessage, streamNameOf } from './messages.js';
import type { Outgoing, ReadCall } from './outgoing.js';
import { isReadable, openAllRead, positionOf, streamSource, type Source } from './read-source.js';
import type { ServerContext } from './server-context.js';
import { Subscription } from './subscription.js';

/** Confirms, sends what there is, says that it has caught up, and from then on sends what is committed. */
export async function subscribe(context: ServerContext, call: ReadCall, out: Outgoing): Promise<void> {
  const options = call.request.getOptions()!;
  const stream = options.hasStream() ? streamNameOf(options.getStream()!.getStreamIdentifier()) : undefined;
  let filter: Filter;
  try {
    filter = filterOf(options);
  } catch {
    return out.fail(failures.badRequest());
  }
  if (stream === '' || (stream === undefined && !isReadable(context.log, positionOf(options))))
    return out.fail(failures.badRequest());
  if (stream !== undefined && context.log.stream(stream)?.tombstone) return out.fail(failures.streamDeleted(stream));
  const source = stream === undefined ? allAfter(context, call) : streamAfter(context, call, stream);
  const subscription = new Subscription(context, source, filter, out, stream);
  context.openCalls.set(call, () => out.fail(failures.endedWithoutStatus()));
  const closed = (): void => {
    context.openCalls.delete(call);
    subscription.stop();
  };
  call.on('close', closed).on('cancelled', closed).on('error', closed);
  await out.message(confirmationMessage(randomUUID()));
  await subscription.catchUp(options.hasAll() ? positionOf(options).commit : 0n);
}

/** `$all` after a position, which the server finds by leaving out the first record that it reads from there. */
function allAfter({ log }: ServerContext, call: ReadCall): Source {
  const options = call.request.getOptions()!;
  const { commit } = positionOf(options);
  const opened = openAllRead(log, options);
  if (!('source' in opened)) throw new Error('The position was checked before.');
  if (options.getAll()!.hasEnd() || commit >= log.committedEnd) opened.source.skipToEnd();
  // So the event after a position whose record was scavenged gets lost.
  else if (commit > 0n) opened.source.next(1);
  return opened.source;
}

function streamAfter({ log }: ServerContext, call: ReadCall, stream: string): Source {
  const request = call.request.getOptions()!.getStream()!;
  if (request.hasRevision()) return streamSource(log, stream, BigInt(request.getRevision()) + 1n);
  const source = streamSource(log, stream, 0n);
  if (request.hasEnd()) source.skipToEnd();
  return source;
}
