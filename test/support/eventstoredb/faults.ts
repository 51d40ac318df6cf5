/** The kinds of calls that are counted, each from 1. */
export type CallKind = 'append' | 'read' | 'readAll' | 'subscribe';

/**
 * What may happen to one call. `error`: refused as unavailable, nothing done. `not-ready`, `not-leader`: refused as such a
 * server does. `delay`: done later. `disconnect`: the connection is cut, nothing done. `disconnect-mid`: cut after some
 * events, in the middle of one if it is large. `answer-lost`: done, then the connection is cut.
 */
export const FAULTS = ['error', 'not-ready', 'not-leader', 'delay', 'disconnect', 'disconnect-mid', 'answer-lost'] as const;
export type Fault = (typeof FAULTS)[number];

/** Which calls go wrong and how; the test chooses them by their number among the calls of their kind. */
export class Faults {
  readonly calls: Record<CallKind, number> = { append: 0, read: 0, readAll: 0, subscribe: 0 };
  delayMilliseconds = 20;
  /** How many events a reader or subscriber still gets before `disconnect-mid` cuts it off. */
  eventsBeforeCut = 1;
  /** The user may read and not append. */
  readOnly = false;
  /** While a server starts it answers every call with "Server Is Not Ready". */
  starting = false;
  private faultAt: (kind: CallKind, number: number) => Fault | undefined = () => undefined;
  private thawed: Promise<void> | undefined;
  private thawNow: () => void = () => undefined;

  /** From here on each call is asked about, by its kind and its number from 1; what was counted and planned before is forgotten. */
  plan(faultAt: (kind: CallKind, number: number) => Fault | undefined): void {
    for (const kind of Object.keys(this.calls) as CallKind[]) this.calls[kind] = 0;
    this.faultAt = faultAt;
  }

  /** One fault at one call, and none at any other. */
  at(kind: CallKind, number: number, fault: Fault): void {
    this.plan((of, counted) => (of === kind && counted === number ? fault : undefined));
  }

  clear(): void {
    this.plan(() => undefined);
  }

  /** Accepts calls and answers none, as a stopped process does; what arrives meanwhile is done after the thaw. */
  freeze(): void {
    this.thawed ??= new Promise((resolve) => (this.thawNow = resolve));
  }

  thaw(): void {
    this.thawed = undefined;
    this.thawNow();
  }

  /** Undefined unless frozen, so that nothing waits that need not: appends keep the order in which they came. */
  get untilThawed(): Promise<void> | undefined {
    return this.thawed;
  }

  /** Counts a call and lets it go on, at once or later, with what shall happen to it. */
  admit(kind: CallKind, proceed: (fault: Fault | undefined) => void): void {
    this.calls[kind] += 1;
    const planned = this.faultAt(kind, this.calls[kind]) ?? (this.starting ? 'not-ready' : undefined);
    // An append is answered in one message and has no middle.
    const fault = kind === 'append' && planned === 'disconnect-mid' ? 'disconnect' : planned;
    const go = (): void => {
      if (fault === 'delay') setTimeout(() => proceed(undefined), this.delayMilliseconds);
      else proceed(fault);
    };
    if (this.thawed === undefined) go();
    else void this.thawed.then(go);
  }
}
