/**
 * What domain.md says of submissions and their review, written from that text alone and as plainly as possible. Instants are
 * fractions of days. An answer is what happens, or every reason for which it may not.
 */
export interface Who {
  /** Absent: a service without a person. */
  readonly person?: string;
  readonly isAdmin: boolean;
}
export interface ReferenceTask {
  readonly id: string;
  readonly asksReview: boolean;
  readonly approvers: number;
  /** Whether a course is asked for, too. */
  readonly asksCourse: boolean;
}
interface Handed {
  readonly number: number;
  readonly task: ReferenceTask;
  readonly by: string | undefined;
  readonly effective: number;
  readonly at: number;
  readonly needsReview: boolean;
  readonly after: number | undefined;
  state: 'waiting' | 'approved' | 'declined' | 'withdrawn';
  endorsers: string[];
  claim: { readonly by: string; readonly until: number } | undefined;
}
export type Told = { readonly happens: readonly string[] } | { readonly refused: readonly string[] };

const CLAIM_DAYS = 4 / 24;

export class ReferenceSubmissions {
  readonly all: Handed[] = [];
  /** When each certification that was awarded began. */
  readonly awarded = new Map<string, number>();
  private courseDone = Infinity;
  private isStarted = false;

  constructor(
    private readonly learner: string,
    /** What was asked of the learner, and when it is due. */
    private readonly assigned: { readonly task: string; readonly due: number } | undefined,
    public now: number,
  ) {}

  submit(who: Who, task: ReferenceTask, kind: 'training' | 'document', hasFile: boolean, day: number): Told {
    const before = this.all.filter((known) => known.task === task);
    const refused = [
      ...(this.isFuture(day) ? ['EFFECTIVE_IN_FUTURE'] : []),
      ...(kind === 'document' && !hasFile ? ['ATTACHMENT_REQUIRED'] : []),
      ...(before.some(({ state }) => state === 'waiting') ? ['SUBMISSION_OPEN'] : []),
    ];
    if (refused.length > 0) return { refused };
    const needsReview = task.asksReview || kind === 'document' || who.person === this.learner;
    const last = before.filter(({ state }) => state !== 'withdrawn').at(-1);
    this.all.push({
      number: this.all.length + 1,
      task,
      by: who.person,
      effective: day,
      at: this.now,
      needsReview,
      after: last?.state === 'declined' ? last.number : undefined,
      state: needsReview ? 'waiting' : 'approved',
      endorsers: [],
      claim: undefined,
    });
    const begins = this.begin(task);
    return { happens: ['EvidenceSubmitted', ...begins, ...(needsReview ? [] : this.earn(task))] };
  }

  withdraw(who: Who, number: number): Told {
    const found = this.find(number);
    const refused = this.reasons(found);
    const isOfSubmitter = who.person !== undefined && (who.person === this.learner || who.person === found?.by);
    if (found !== undefined && !isOfSubmitter && !(found.by === undefined && who.isAdmin)) refused.push('NOT_SUBMITTER');
    if (refused.length > 0) return { refused };
    found!.state = 'withdrawn';
    return { happens: ['SubmissionWithdrawn'] };
  }

  approve(who: Who, number: number): Told {
    const found = this.find(number);
    const refused = this.reasonsFor(who, found);
    if (found?.endorsers.includes(who.person!) === true) refused.push('FOUR_EYES');
    if (refused.length > 0) return { refused };
    found!.claim = undefined;
    if (found!.endorsers.length + 1 < found!.task.approvers) {
      found!.endorsers.push(who.person!);
      return { happens: ['SubmissionEndorsed'] };
    }
    found!.state = 'approved';
    return { happens: ['SubmissionApproved', ...this.earn(found!.task)] };
  }

  decline(who: Who, number: number): Told {
    const found = this.find(number);
    const refused = this.reasonsFor(who, found);
    if (refused.length > 0) return { refused };
    found!.state = 'declined';
    return { happens: ['SubmissionDeclined'] };
  }

  claim(who: Who, number: number): Told {
    const found = this.find(number);
    const refused = this.reasonsFor(who, found);
    if (refused.length > 0) return { refused };
    found!.claim = { by: who.person!, until: this.now + CLAIM_DAYS };
    return { happens: ['ReviewClaimed'] };
  }

  release(who: Who, number: number): Told {
    const found = this.find(number);
    const refused = this.reasonsFor(who, found);
    if (refused.length > 0) return { refused };
    const isClaimed = found!.claim !== undefined && this.now < found!.claim.until;
    found!.claim = undefined;
    return { happens: isClaimed ? ['ReviewReleased'] : [] };
  }

  complete(day: number, tasks: readonly ReferenceTask[]): Told {
    if (this.isFuture(day)) return { refused: ['EFFECTIVE_IN_FUTURE'] };
    this.courseDone = Math.min(this.courseDone, day);
    return {
      happens: [
        'LearnerEnrolled',
        'CourseCompleted',
        ...tasks.filter((task) => task.asksCourse).flatMap((task) => this.earn(task)),
      ],
    };
  }

  /** A decision is a person's, who is neither the learner nor the submitter, and for whom nobody else keeps it. */
  private reasonsFor(who: Who, found: Handed | undefined): string[] {
    const refused = this.reasons(found);
    if (who.person === undefined) return [...refused, 'PERSON_REQUIRED'];
    if (who.person === this.learner || who.person === found?.by) refused.push('FOUR_EYES');
    const { claim } = found ?? {};
    if (claim !== undefined && this.now < claim.until && claim.by !== who.person) refused.push('REVIEW_CLAIMED');
    return refused;
  }

  private reasons(found: Handed | undefined): string[] {
    if (found === undefined) return ['SUBMISSION_UNKNOWN'];
    return found.state === 'waiting' ? [] : ['SUBMISSION_DECIDED'];
  }

  /** Handing in is work on what was asked, while that can still be fulfilled. */
  private begin(task: ReferenceTask): readonly string[] {
    const { assigned } = this;
    const isPending = assigned !== undefined && assigned.task === task.id && !this.awarded.has(task.id);
    if (!isPending || this.isStarted || this.now >= assigned.due) return [];
    this.isStarted = true;
    return ['AssignmentStarted'];
  }

  /** In time is what was done and handed in before it was due, whenever it was approved. */
  private earn(task: ReferenceTask): readonly string[] {
    if (this.awarded.has(task.id)) return [];
    const due = this.assigned?.task === task.id ? this.assigned.due : Infinity;
    const counted = this.all.filter((known) => known.task === task && known.state === 'approved' && this.isInTime(known, due));
    const from = Math.max(Math.min(...counted.map(({ effective }) => effective)), task.asksCourse ? this.courseDone : -Infinity);
    if (from === Infinity) return [];
    this.awarded.set(task.id, from);
    return ['CertificationAwarded'];
  }

  /** A date is in the future when it is tomorrow everywhere on Earth, where it is up to 14 hours later than here. */
  private isFuture(day: number): boolean {
    return day > Math.floor(this.now + 14 / 24);
  }

  isInTime({ at, effective }: Handed, due: number): boolean {
    return Math.max(at, effective) < due;
  }

  private find(number: number): Handed | undefined {
    return this.all.find((known) => known.number === number);
  }
}
