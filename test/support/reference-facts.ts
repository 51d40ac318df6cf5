/**
 * The words of the reference model, which says what domain.md says of one learner's record, written from that text alone and as plainly
 * as possible: days are numbers (0 is 1 January 2024, UTC), instants are fractions of days, lengths are counted in days.
 */
export interface ReferenceCriteria {
  readonly courses: readonly string[];
  readonly needed: number;
}
export interface ReferenceRenewal {
  readonly basis: 'from-completion' | 'from-prior-expiry';
  readonly opensBefore: number;
  /** Never, where it is absent. */
  readonly closesAfter?: number;
  readonly grace?: number;
  readonly early?: 'accept';
  /** The alternatives of the renewal, of which any renews; the criteria of the edition where absent. */
  readonly alternatives?: readonly string[];
}
export interface ReferenceEdition extends ReferenceCriteria {
  readonly days: number | undefined;
  readonly renewal?: ReferenceRenewal;
}
export interface ReferenceScheme {
  readonly id: string;
  /** Whether late evidence is accepted, and flagged. */
  readonly late: boolean;
  readonly approval?: true;
  readonly first: ReferenceEdition;
  /** What comes into force when it is published, and what it does to holders. */
  readonly second?: ReferenceEdition & { readonly holders: 'keep' | 'must-update' | 'void' };
}

/** A completion; a correction moves its day or takes it away. */
export interface Item {
  readonly course: string;
  /** In which order the commands came. */
  readonly order: number;
  day: number;
  isGone: boolean;
}

export interface Task {
  readonly number: number;
  readonly edition: number;
  readonly on: number;
  readonly order: number;
  readonly start: number | undefined;
  readonly due: number | undefined;
  startedAt: number;
  withdrawnAt: number;
}

/** From when to when a cycle holds, and what time does to it meanwhile; what never comes is Infinity. */
export interface Term {
  readonly from: number;
  readonly end: number;
  readonly expiring: number;
  readonly opens: number;
  readonly closes: number;
  readonly holdsUntil: number;
}

/** What a cycle stands on: the criteria, which evidence may count, and the day on which they came to be met. */
export interface Ground {
  readonly criteria: ReferenceCriteria;
  readonly counts: (item: Item) => boolean;
}

export interface Cycle {
  readonly number: number;
  readonly kind: 'initial' | 'renewal' | 'update';
  readonly edition: number;
  readonly order: number;
  /** When it was recorded. */
  readonly at: number;
  readonly renews: Cycle | undefined;
  readonly renewal: Renewal | undefined;
  readonly fulfils: Task | undefined;
  /** None was needed by hand. */
  readonly ground: Ground | undefined;
  used: readonly Item[];
  term: Term;
  late: boolean;
  revokedAt: number;
  /** When it lost its ground. */
  goneAt: number;
  readonly endings: {
    readonly edition: number;
    readonly effect: 'must-update' | 'void';
    readonly on: number;
    readonly end: number;
  }[];
  readonly suspensions: { readonly from: number; until: number }[];
}

export interface Renewal {
  readonly number: number;
  readonly cycle: Cycle;
  readonly edition: number;
  readonly order: number;
  readonly at: number;
  readonly closes: number;
  readonly alternative: number | undefined;
  readonly attributed: Set<Item>;
  withdrawnAt: number;
}

export interface Waiver {
  readonly from: number;
  readonly end: number;
  endedAt: number;
}

export interface Proposal {
  readonly at: number;
  readonly order: number;
  readonly made: Omit<Cycle, 'number' | 'order' | 'at' | 'revokedAt' | 'goneAt' | 'endings' | 'suspensions'>;
  closedAt: number;
}

/** All of one learner in one scheme. */
export class Standing {
  readonly cycles: Cycle[] = [];
  readonly tasks: Task[] = [];
  readonly renewals: Renewal[] = [];
  readonly waivers: Waiver[] = [];
  readonly proposals: Proposal[] = [];
  /** The published date of the second edition, and until when holders of the first may hold on. */
  second: { readonly published: number; readonly by: number } | undefined;

  constructor(readonly scheme: ReferenceScheme) {}

  edition(number: number): ReferenceEdition {
    return number === 1 ? this.scheme.first : this.scheme.second!;
  }

  get newest(): number {
    return this.second === undefined ? 1 : 2;
  }

  /** The last assignment that is neither withdrawn nor fulfilled, missed or not. */
  get pending(): Task | undefined {
    const last = this.tasks.at(-1);
    const isDone = last === undefined || last.withdrawnAt !== Infinity || this.cycles.some(({ fulfils }) => fulfils === last);
    return isDone ? undefined : last;
  }

  /** The award that waits for approval. */
  get waiting(): Proposal | undefined {
    return this.proposals.find(({ closedAt }) => closedAt === Infinity);
  }

  /** The last cycle while it was neither revoked nor lost its ground. */
  get standing(): Cycle | undefined {
    const last = this.cycles.at(-1);
    return last === undefined || last.revokedAt !== Infinity || last.goneAt !== Infinity ? undefined : last;
  }

  /** What a renewal would renew: the last cycle or, where that followed on another one and lost its ground, that other one. */
  get renewed(): Cycle | undefined {
    let last = this.cycles.at(-1);
    while (last !== undefined && last.revokedAt === Infinity && last.goneAt !== Infinity) last = last.renews;
    return last === undefined || last.revokedAt !== Infinity ? undefined : last;
  }

  /** The renewal that was opened for that cycle or for one that it updated, as both have one end. */
  get opened(): Renewal | undefined {
    const last = this.renewals.at(-1);
    if (last === undefined || last.withdrawnAt !== Infinity || this.renewed === undefined) return undefined;
    return isOneTerm(this.renewed, last.cycle) ? last : undefined;
  }
}

/** Whether the one cycle is the other or updates it. */
export const isOneTerm = (cycle: Cycle, other: Cycle): boolean =>
  cycle === other || (cycle.kind === 'update' && cycle.renews !== undefined && isOneTerm(cycle.renews, other));

/** Its own end, or the earlier one that an edition brought. */
export const endOf = ({ term, endings }: Cycle): number => Math.min(term.end, ...endings.map(({ end }) => end));
/** Where an edition ends a cycle first, its renewal is over there, too. */
export const closesOf = (closes: number, cycle: Cycle): number =>
  endOf(cycle) < cycle.term.end ? Math.min(closes, endOf(cycle)) : closes;
export const isSuspended = ({ suspensions }: Cycle, at: number): boolean =>
  suspensions.some(({ from, until }) => from <= at && at < until);
export const overAt = ({ revokedAt, goneAt }: Cycle): number => Math.min(revokedAt, goneAt);

/** The first completion of each course. */
export const firsts = ({ courses }: ReferenceCriteria, items: readonly Item[]): Item[] =>
  courses.flatMap((course) => {
    const own = items.filter((item) => item.course === course && !item.isGone);
    return own.length === 0 ? [] : [own.reduce((first, item) => (item.day < first.day ? item : first))];
  });

/** On which day the criteria came to be met by what counts, and by what; undefined where they are not. */
export function met(criteria: ReferenceCriteria, items: readonly Item[]): { day: number; used: Item[] } | undefined {
  const used = firsts(criteria, items);
  const day = used.map((item) => item.day).sort((a, b) => a - b)[criteria.needed - 1];
  return day === undefined ? undefined : { day, used };
}
