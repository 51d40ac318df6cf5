/** What a round asks of a subject. */
export interface Load {
  /** How many operations are under way at a time. */
  readonly inFlight: number;
  /** After this no further operation is begun; those under way are waited for and counted. */
  readonly milliseconds: number;
}

/** Where a subject works: addresses of servers and a folder that goes with the run. */
export interface Place {
  readonly folder: string;
  readonly eventStore: string;
  readonly mongodb: string;
}

/** One of those that are compared, in a process of its own. */
export interface Subject {
  /** Makes ready what is no part of the measure; the work that it answers is measured and tells how much it did. */
  prepare(load: Load): Promise<() => Promise<number>>;
  close(): Promise<void>;
}

export type OpenSubject = (place: Place) => Promise<Subject>;

/** Lanes that do one operation after the other; each goes on in the next round where it ended. */
export class Lanes {
  private readonly turns: number[] = [];

  constructor(private readonly operation: (lane: number, turn: number) => Promise<unknown>) {}

  /** Runs as many lanes as are to be under way until the time is over; answers how many operations were done. */
  async run({ inFlight, milliseconds }: Load): Promise<number> {
    const end = performance.now() + milliseconds;
    const done = await Promise.all(Array.from({ length: inFlight }, (_, lane) => this.runLane(lane, end)));
    return done.reduce((sum, count) => sum + count, 0);
  }

  private async runLane(lane: number, end: number): Promise<number> {
    const first = this.turns[lane] ?? 0;
    let turn = first;
    do await this.operation(lane, turn++);
    while (performance.now() < end);
    this.turns[lane] = turn;
    return turn - first;
  }
}

/** Does bounded pieces of work one after the other until the time is over; answers the sum of what they did. */
export async function repeat({ milliseconds }: Load, piece: (turn: number) => number | Promise<number>): Promise<number> {
  const end = performance.now() + milliseconds;
  let done = 0;
  let turn = 0;
  do done += await piece(turn++);
  while (performance.now() < end);
  return done;
}
