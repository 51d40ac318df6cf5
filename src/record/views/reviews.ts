import { Controller, Get, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import { DOCUMENTS_PER_FIND_MAX, type StoredDocument } from '../../projections/ports/read-model-store.js';
import { Projections } from '../../projections/projections.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { definitionId, effective, isoDate, isoInstant } from '../../shared/text.js';
import { EVIDENCE_KINDS } from '../domain/submission-events.js';
import { optional } from '../domain/circumstances.js';
import { filteredPage } from './filtered-page.js';
import { Records } from '../records.js';
import { LearnerDocuments } from './learner-documents.js';
import type { LearnerDocument } from './learner-status.projection.js';
import { learnerStatus } from './learner-status.projection.js';
import { openedSchema } from './open.js';
import { reviews, type ReviewDocument } from './reviews.projection.js';
import { SHOWN_SCANS } from './shown-submission.js';

/** How many waiting reviews a request counts; where there are more, the answer says so. */
export const REVIEWS_COUNTED_MAX = 10_000;

const querySchema = z.strictObject({
  scheme: definitionId.optional(),
  group: definitionId.optional().meta({ description: 'Only of learners in this group.' }),
  kind: z.enum(EVIDENCE_KINDS).optional(),
  olderThan: isoInstant.optional().meta({ description: 'Only what was handed in before this instant.' }),
  claimed: z
    .enum(['by-me', 'by-others', 'by-nobody'])
    .optional()
    .meta({ description: 'By whose claim that has not run out; all unless told.' }),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type ReviewQuery = z.infer<typeof querySchema>;
const itemSchema = z.object({
  learner: openedSchema,
  submission: z.int(),
  scheme: z.string(),
  edition: z.int(),
  label: z.string(),
  title: z.string(),
  kind: z.enum(EVIDENCE_KINDS),
  effective,
  validUntil: isoDate.optional(),
  since: isoInstant,
  onBehalf: z.boolean(),
  resubmits: z.int().optional(),
  attachment: z.boolean(),
  scan: z
    .enum(SHOWN_SCANS)
    .optional()
    .meta({ description: 'What the scanner said of the attachment; awaited: nothing yet, and it cannot be approved before.' }),
  sourceCheck: z.boolean().meta({ description: 'Whether it must be checked at its source before it is approved.' }),
  approvalsNeeded: z.int(),
  approvalsGiven: z.int(),
  age: z.enum(['new', 'aged', 'escalated']),
  claim: z.object({ person: z.string(), until: isoInstant }).optional(),
});
const countsSchema = z.object({
  waiting: z.int(),
  aged: z.int(),
  escalated: z.int(),
  claimed: z.int(),
  atLeast: z
    .literal(true)
    .optional()
    .meta({ description: `Only the ${REVIEWS_COUNTED_MAX} oldest were counted.` }),
});
const answerSchema = z.object({
  items: z.array(itemSchema),
  counts: countsSchema.optional().meta({ description: 'Of all that the filters let pass; on the first page only.' }),
  next: z.string().optional(),
});
type ReviewsAnswer = z.infer<typeof answerSchema>;

interface Kept {
  readonly review: ReviewDocument;
  readonly learner: LearnerDocument;
}

export class ListReviews extends CqrsQuery<ReviewsAnswer> {
  constructor(
    readonly principal: Principal,
    readonly query: ReviewQuery,
  ) {
    super();
  }
}

@QueryHandler(ListReviews)
export class ListReviewsHandler implements IQueryHandler<ListReviews> {
  constructor(
    private readonly projections: Projections,
    private readonly learners: LearnerDocuments,
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, query }: ListReviews): Promise<ReviewsAnswer> {
    await awaitReadModel(this.projections, reviews.name, query.minPosition);
    await awaitReadModel(this.projections, learnerStatus.name, query.minPosition);
    const { organization } = principal;
    const { scheme, cursor, limit = PAGE_DEFAULT } = query;
    const now = this.clock.now();
    const where =
      scheme === undefined
        ? { index: 'waiting', equals: [organization, true] }
        : { index: 'bySchemeWaiting', equals: [organization, scheme, true] };
    const filter = (documents: readonly StoredDocument[]) => this.kept(principal, query, documents, now);
    const page = await filteredPage(this.projections, reviews, { ...where, after: cursor, limit }, filter);
    const items = await Promise.all(page.items.map((kept) => this.shown(organization, kept, now)));
    const counts = cursor === undefined ? await this.counted(where, filter, now) : undefined;
    return { ...page, items, ...optional({ counts }) };
  }

  private async kept(
    principal: Principal,
    { group, kind, olderThan, claimed }: ReviewQuery,
    documents: readonly StoredDocument[],
    now: string,
  ): Promise<readonly (Kept | undefined)[]> {
    const all = documents.map(({ body }) => body as unknown as ReviewDocument);
    const learners = await this.learners.among(
      principal,
      all.map(({ record }) => record),
      group,
    );
    return all.map((review) => {
      const learner = learners.get(review.record);
      const by = claimOf(review, now)?.person;
      const isWanted =
        (kind === undefined || review.kind === kind) &&
        (olderThan === undefined || instantMilliseconds(review.since) < instantMilliseconds(olderThan)) &&
        (claimed === undefined || claimed === claimedHow(by, principal.actor.person));
      return learner === undefined || !isWanted ? undefined : { review, learner };
    });
  }

  private async counted(
    where: { readonly index: string; readonly equals: readonly (string | boolean)[] },
    filter: (documents: readonly StoredDocument[]) => Promise<readonly (Kept | undefined)[]>,
    now: string,
  ): Promise<z.infer<typeof countsSchema>> {
    const counts = { waiting: 0, aged: 0, escalated: 0, claimed: 0 };
    let after: string | undefined;
    let seen = 0;
    do {
      const page = await this.projections.find(reviews.name, { ...where, after, limit: DOCUMENTS_PER_FIND_MAX });
      for (const kept of await filter(page.documents)) {
        if (kept === undefined) continue;
        counts.waiting += 1;
        const age = ageOf(kept.review, now);
        if (age !== 'new') counts[age] += 1;
        if (claimOf(kept.review, now) !== undefined) counts.claimed += 1;
      }
      seen += page.documents.length;
      after = page.next;
    } while (after !== undefined && seen < REVIEWS_COUNTED_MAX);
    return after === undefined ? counts : { ...counts, atLeast: true };
  }

  private async shown(organization: string, { review, learner }: Kept, now: string): Promise<z.infer<typeof itemSchema>> {
    const { submission, scheme, edition, label, title, kind, effective: done, validUntil, since, resubmits } = review;
    const { onBehalf, attachment, sourceCheck, approvalsNeeded, approvalsGiven } = review;
    const isScanned = attachment && (review.scanRequired || this.records.scansAttachments);
    const scan = review.scanned ?? (isScanned ? 'awaited' : undefined);
    return {
      learner: await this.learners.idOf(organization, learner),
      ...{ submission, scheme, edition, label, title, kind, effective: done, since, onBehalf, attachment, sourceCheck },
      ...{ approvalsNeeded, approvalsGiven, age: ageOf(review, now) },
      ...optional({ validUntil, resubmits, scan, claim: claimOf(review, now) }),
    };
  }
}

const isPast = (instant: string | null | undefined, now: string): boolean =>
  typeof instant === 'string' && instantMilliseconds(instant) <= instantMilliseconds(now);

function claimOf({ claimedBy, claimedUntil }: ReviewDocument, now: string): { person: string; until: string } | undefined {
  if (typeof claimedBy !== 'string' || typeof claimedUntil !== 'string' || isPast(claimedUntil, now)) return undefined;
  return { person: claimedBy, until: claimedUntil };
}

const claimedHow = (by: string | undefined, own: string | undefined): ReviewQuery['claimed'] =>
  by === undefined ? 'by-nobody' : by === own ? 'by-me' : 'by-others';

/** By its own boundaries and the present, whether or not a policy has observed them. */
const ageOf = ({ agesAt, escalatesAt }: ReviewDocument, now: string): 'new' | 'aged' | 'escalated' =>
  isPast(escalatesAt, now) ? 'escalated' : isPast(agesAt, now) ? 'aged' : 'new';

@Controller('v1')
export class ReviewRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('reviews')
  @ApiOperation({ summary: 'Submissions that wait for review, the longest waiting first, with counts', tags: ['Submissions'] })
  @Answers(answerSchema)
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: querySchema }) query: ReviewQuery): Promise<ReviewsAnswer> {
    return this.queries.execute(new ListReviews(principal, query));
  }
}
