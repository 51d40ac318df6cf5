import type { handleBidiStreamingCall } from '@grpc/grpc-js';
import type shared from '@eventstore/db-client/generated/shared_pb.js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import { batchAnswer, batchBadRequest, batchDenied, batchNotReady, type BatchRequest } from './append-answers.js';
import { expectedOf, isPast, isSound } from './append-request.js';
import type { Fault } from './faults.js';
import { proposedOf, streamNameOf } from './messages.js';
import type { ProposedEvent } from './records.js';
import { refused, type ServerContext } from './server-context.js';

type BatchHandler = handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp>;
type BatchCall = Parameters<BatchHandler>[0];

/** An append of which parts are still to come. */
interface PendingAppend {
  readonly options: streams.BatchAppendReq.Options;
  readonly events: ProposedEvent[];
}

export const batchAppend =
  (context: ServerContext): BatchHandler =>
  (call) =>
    new BatchStream(context, call).open();

/** One stream of appends and answers; answers come in the order of completion. */
class BatchStream {
  private readonly pending = new Map<string, PendingAppend>();
  private inFlight = 0;
  private isEnding = false;

  constructor(
    private readonly context: ServerContext,
    private readonly call: BatchCall,
  ) {}

  open(): void {
    const { call, context } = this;
    context.openCalls.set(call, () => context.cut(call.getPeer()));
    const closed = (): void => void context.openCalls.delete(call);
    // A client that goes away is no error of the double's.
    call.on('close', closed).on('cancelled', closed).on('error', closed);
    call.on('data', (request: streams.BatchAppendReq) => this.take(request));
    call.on('end', () => {
      this.isEnding = true;
      this.endWhenAnswered();
    });
  }

  private take(request: streams.BatchAppendReq): void {
    const correlation = request.getCorrelationId()?.getString() ?? '';
    if (request.hasOptions()) this.pending.set(correlation, { options: request.getOptions()!, events: [] });
    const append = this.pending.get(correlation);
    if (append === undefined) return;
    append.events.push(...request.getProposedMessagesList().map(proposedOf));
    if (!request.getIsFinal()) return;
    this.pending.delete(correlation);
    this.inFlight += 1;
    this.context.faults.admit('append', (fault) => this.settle(request.getCorrelationId(), append, fault));
  }

  private settle(correlation: shared.UUID | undefined, { options, events }: PendingAppend, fault: Fault | undefined): void {
    const { call, context } = this;
    if (call.cancelled) return;
    const stream = streamNameOf(options.getStreamIdentifier());
    const request: BatchRequest = { correlation, stream, expected: expectedOf(options) };
    // This path tells of an unready server in an answer of its own, and of everything else by failing the whole stream.
    if (fault === 'not-ready') return this.answer(batchNotReady(request));
    if (refused(fault, call.getPeer(), context, (failure) => call.emit('error', failure))) return;
    // The server looks at the rights before it looks at the revision.
    if (context.faults.readOnly) return this.answer(batchDenied(request));
    if (!isSound(stream, events)) return this.answer(batchBadRequest(request));
    // The server looks at the deadline only when an append arrives.
    const deadline = options.getDeadline();
    if (deadline !== undefined && isPast(deadline.toDate())) return this.answer(batchAnswer(request, { is: 'timeout' }));
    void context.writer.append(stream, request.expected, events).then((outcome) => {
      if (fault === 'answer-lost') context.cut(call.getPeer());
      else this.answer(batchAnswer(request, outcome));
    });
  }

  private answer(response: streams.BatchAppendResp): void {
    this.inFlight -= 1;
    if (!this.call.cancelled) this.call.write(response);
    this.endWhenAnswered();
  }

  private endWhenAnswered(): void {
    if (this.isEnding && this.inFlight === 0) this.call.end();
  }
}
