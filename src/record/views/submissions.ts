import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import { KeyRing } from '../../ledger/key-ring.js';
import { Clock } from '../../ledger/ports/clock.js';
import { InvalidCursor } from '../../projections/ports/read-model-store.js';
import { reject, type Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective, isoDate, isoInstant } from '../../shared/text.js';
import { submissionNumber } from '../commands/submission-number.js';
import { optional } from '../domain/circumstances.js';
import { submissionsOf } from '../domain/state.js';
import { SOURCE_CHECK_WAYS } from '../domain/submission-events.js';
import { claimAt, isWaiting, type SourceCheck } from '../domain/submission.js';
import { Records } from '../records.js';
import { LearnerDocuments, unknownLearner } from './learner-documents.js';
import { open, openedSchema } from './open.js';
import { shownSubmission, SHOWN_SCANS, submissionSchema } from './shown-submission.js';

const listQuerySchema = z.strictObject({
  scheme: definitionId.optional(),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type ListQuery = z.infer<typeof listQuerySchema>;
const querySchema = z.strictObject({ minPosition: minPositionParameter });
type DetailQuery = z.infer<typeof querySchema>;

const itemSchema = submissionSchema.extend({ scheme: z.string() });
const listSchema = z.object({
  learner: z.string(),
  position: z.string(),
  etag: z.int(),
  items: z.array(itemSchema),
  next: z.string().optional(),
});
type ListAnswer = z.infer<typeof listSchema>;
const checkSchema = z.object({
  authority: z.string(),
  how: z.enum(SOURCE_CHECK_WAYS),
  effective,
  dueAgain: isoDate.optional(),
  reference: openedSchema.optional(),
  by: z.string().optional(),
  recordedAt: isoInstant,
});
const detailSchema = itemSchema.extend({
  learner: z.string(),
  position: z.string(),
  etag: z.int(),
  revision: z.int(),
  submittedBy: z.string().optional().meta({ description: 'Pseudonym of the person who submitted it.' }),
  note: openedSchema.optional(),
  reason: openedSchema.optional().meta({ description: 'Why it was declined, approved or withdrawn.' }),
  attachment: z
    .object({
      address: z.string(),
      size: z.int(),
      mediaType: z.string(),
      name: openedSchema.optional(),
      digest: openedSchema.optional(),
    })
    .optional(),
  scan: z.enum(SHOWN_SCANS).optional().meta({ description: 'What the scanner said of the attachment; awaited: nothing yet.' }),
  scanFound: z.string().optional().meta({ description: 'What the scanner found, or which limit it met.' }),
  sourceCheck: z.literal('required').optional(),
  checks: z.array(checkSchema),
  claim: z.object({ person: z.string(), until: isoInstant }).optional(),
  resubmittedAs: z.int().optional(),
});
type DetailAnswer = z.infer<typeof detailSchema>;

export class ListSubmissions extends CqrsQuery<ListAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly query: ListQuery,
  ) {
    super();
  }
}

@QueryHandler(ListSubmissions)
export class ListSubmissionsHandler implements IQueryHandler<ListSubmissions> {
  constructor(private readonly documents: LearnerDocuments) {}

  async execute({ principal, learner, query }: ListSubmissions): Promise<ListAnswer | Rejection> {
    const { scheme, limit = PAGE_DEFAULT, cursor } = query;
    // A number is its own cursor: the list goes from the newest to the first.
    if (cursor !== undefined && !/^[1-9]\d{0,8}$/.test(cursor)) throw new InvalidCursor();
    const found = await this.documents.find(principal, learner, query.minPosition);
    if (found === undefined) return unknownLearner();
    const { record, etag } = found.document;
    const listed = submissionsOf(record)
      .filter(
        (known) => (scheme === undefined || known.scheme === scheme) && (cursor === undefined || known.number < Number(cursor)),
      )
      .reverse();
    const items = listed.slice(0, limit).map((known) => ({ scheme: known.scheme, ...shownSubmission(known) }));
    const next = listed.length > limit ? String(items.at(-1)!.submission) : undefined;
    return { learner, position: found.position, etag, items, ...optional({ next }) };
  }
}

export class ShowSubmission extends CqrsQuery<DetailAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly submission: number,
    readonly query: DetailQuery,
  ) {
    super();
  }
}

@QueryHandler(ShowSubmission)
export class ShowSubmissionHandler implements IQueryHandler<ShowSubmission> {
  constructor(
    private readonly documents: LearnerDocuments,
    private readonly records: Records,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, learner, submission: number, query }: ShowSubmission): Promise<DetailAnswer | Rejection> {
    const found = await this.documents.find(principal, learner, query.minPosition);
    if (found === undefined) return unknownLearner();
    const { record, etag } = found.document;
    const all = submissionsOf(record);
    const known = all.find((submission) => submission.number === number);
    if (known === undefined) return reject('SUBMISSION_UNKNOWN', 'The learner has no such submission.');
    const { organization } = principal;
    const isScanned =
      known.scan === 'required' || (known.attachment !== undefined && isWaiting(known) && this.records.scansAttachments);
    const { scheme, person: submittedBy, attachment, scanned, sourceCheck } = known;
    const sealed = {
      note: known.note,
      reason: known.outcome?.reason,
      name: known.attachmentName,
      digest: known.attachmentDigest,
    };
    const { note, reason, name, digest } = await open(this.keyRing, organization, sealed);
    return {
      learner,
      position: found.position,
      etag,
      scheme,
      ...shownSubmission(known),
      revision: known.revision,
      ...optional({ submittedBy, note, reason, sourceCheck }),
      ...(attachment === undefined ? {} : { attachment: { ...attachment, ...optional({ name, digest }) } }),
      ...optional({ scan: scanned?.verdict ?? (isScanned ? ('awaited' as const) : undefined), scanFound: scanned?.signature }),
      checks: await Promise.all(known.checks.map((check) => this.shownCheck(organization, check))),
      ...optional({
        claim: claimAt(known, this.clock.now()),
        resubmittedAs: all.findLast(({ resubmits }) => resubmits === number)?.number,
      }),
    };
  }

  private async shownCheck(organization: string, check: SourceCheck): Promise<DetailAnswer['checks'][number]> {
    const { authority, how, effective: when, dueAgain, person: by, recordedAt } = check;
    const { reference } = await open(this.keyRing, organization, { reference: check.reference });
    return { authority, how, effective: when, ...optional({ dueAgain, reference, by }), recordedAt };
  }
}

@Controller('v1')
export class SubmissionRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners/:learner/submissions')
  @ApiOperation({ summary: 'What a learner handed in and what became of it, the newest first', tags: ['Submissions'] })
  @Answers(listSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<ListAnswer | Rejection> {
    return this.queries.execute(new ListSubmissions(principal, learner, query));
  }

  @Get('learners/:learner/submissions/:submission')
  @ApiOperation({ summary: 'One submission with its texts, attachment, checks and decision', tags: ['Submissions'] })
  @Answers(detailSchema)
  detail(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('submission', { schema: submissionNumber }) submission: number,
    @Query({ schema: querySchema }) query: DetailQuery,
  ): Promise<DetailAnswer | Rejection> {
    return this.queries.execute(new ShowSubmission(principal, learner, submission, query));
  }
}
