import { Controller, Get, Param, Query } from '@nestjs/common';
import { Query as CqrsQuery, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { editionOf, latest, retirementOf, type Catalogue } from '../../catalogue/published.js';
import { CatalogueFacts } from '../../catalogue/services.js';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { atParameter, cursorParameter, limitParameter, minPositionParameter } from '../../http/reading.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { standingOf, type RecordState } from '../domain/state.js';
import { itemsAt, itemSchema, nextItem, nextItemSchema } from './items.js';
import { LearnerDocuments, unknownLearner } from './learner-documents.js';
import { byPublished, byRelevance, isPending, relevantPage, type Relevant } from './relevance.js';
import { hasHappened, schemeStandingSchema, shownStanding, standingAt, statusIn } from './standing-at.js';

const querySchema = z.strictObject({
  at: atParameter,
  sort: z.enum(['relevance', 'published']).optional().meta({ description: 'relevance unless told.' }),
  include: z
    .enum(['pending', 'all'])
    .optional()
    .meta({ description: 'pending unless told: what is to do or to wait for. all: also what is over, held or open to anybody.' }),
  limit: limitParameter,
  cursor: cursorParameter,
  minPosition: minPositionParameter,
});
type TasksQuery = z.infer<typeof querySchema>;
const taskSchema = schemeStandingSchema.extend({
  overview: z.string().optional(),
  instructions: z.string().optional(),
  published: isoDate,
  items: z.array(itemSchema),
  next: nextItemSchema.optional().meta({ description: 'What to go on with; any other open item may be taken instead.' }),
});
const answerSchema = z.object({
  learner: z.string(),
  at: isoInstant.meta({ description: 'Send it with the cursor, so that all pages speak of one instant.' }),
  position: z.string(),
  etag: z.int(),
  items: z.array(taskSchema),
  next: z.string().optional(),
});
type TasksAnswer = z.infer<typeof answerSchema>;

export class ListTasks extends CqrsQuery<TasksAnswer | Rejection> {
  constructor(
    readonly principal: Principal,
    readonly learner: string,
    readonly query: TasksQuery,
  ) {
    super();
  }
}

@QueryHandler(ListTasks)
export class ListTasksHandler implements IQueryHandler<ListTasks> {
  constructor(
    private readonly documents: LearnerDocuments,
    private readonly catalogue: CatalogueFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, learner, query }: ListTasks): Promise<TasksAnswer | Rejection> {
    const found = await this.documents.find(principal, learner, query.minPosition);
    if (found === undefined) return unknownLearner();
    const { facts } = await this.catalogue.read(principal.organization);
    const { record, etag } = found.document;
    const at = query.at ?? this.clock.now();
    const listed = relevantTo(record, facts, at)
      .filter((known) => query.include === 'all' || isPending(known))
      .sort(query.sort === 'published' ? byPublished : byRelevance);
    const { shown, next } = relevantPage(listed, query);
    const items = shown.map(({ scheme }) => taskOf(record, facts, scheme.scheme, at));
    return { learner, at, position: found.position, etag, items, ...optional({ next }) };
  }
}

/** Every scheme in which the learner has a status, and those that are open to anybody. */
function relevantTo(record: RecordState, catalogue: Catalogue, at: string): Relevant[] {
  return [...catalogue.schemes.keys()].flatMap((id): Relevant[] => {
    const status = statusIn(record, catalogue, id, at);
    if (status !== undefined) {
      const assignment = standingOf(record, id).assignments.find(({ number }) => number === status.assignment);
      return [{ scheme: editionOf(catalogue.schemes, id, status.edition)!, status, assignment }];
    }
    const scheme = latest(catalogue.schemes, id)!;
    const isOpen =
      retirementOf(catalogue, 'scheme', id) === undefined && hasHappened({ date: scheme.published }, scheme.timeZone, at);
    return isOpen ? [{ scheme, status, assignment: undefined }] : [];
  });
}

function taskOf(record: RecordState, catalogue: Catalogue, id: string, at: string): z.infer<typeof taskSchema> {
  const standing = standingAt(record, catalogue, id, at);
  const { overview, instructions, published } = standing.scheme;
  const items = itemsAt(standing, catalogue);
  return {
    ...shownStanding(standing),
    ...optional({ overview, instructions }),
    published,
    items: [...items],
    ...optional({ next: nextItem(items, standing, catalogue) }),
  };
}

@Controller('v1')
export class TaskRoutes {
  constructor(private readonly queries: QueryBus) {}

  @Get('learners/:learner/tasks')
  @ApiOperation({
    summary:
      'What is asked of a learner and what can be earned: items, what to go on with, progress and time left, at an instant',
    tags: ['Learners'],
  })
  @Answers(answerSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('learner', { schema: callerId }) learner: string,
    @Query({ schema: querySchema }) query: TasksQuery,
  ): Promise<TasksAnswer | Rejection> {
    return this.queries.execute(new ListTasks(principal, learner, query));
  }
}
