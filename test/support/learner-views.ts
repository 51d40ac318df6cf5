import type { ReceiptAnswer, Service } from './service.js';

export interface Item {
  course?: string;
  presentation?: string;
  learningPlan?: string;
  approval?: string;
  state: string;
  since?: object;
  missing?: string;
  optional?: true;
}
export interface Task {
  scheme: string;
  status: string | null;
  valid: boolean;
  instructions?: string;
  lastValidDay?: string;
  endsAt?: string;
  progress: { percent: number; left: { course?: string; missing?: string }[] };
  assignment?: { dueAt?: string; expiresInSeconds?: number; lateEvidence: string };
  items: Item[];
  next?: Item;
}
export interface Tasks {
  at: string;
  items: Task[];
  next?: string;
}

/** What tests of the learner's views write and read, over the service that stands when they are called. */
export function learnerViews(service: () => Service) {
  async function read<Answer>(path: string, query = ''): Promise<Answer> {
    const answer = await service().get(`/v1/${path}?minPosition=${await service().end()}${query}`);
    if (answer.status !== 200) throw new Error(`GET ${path} was answered ${answer.status}: ${answer.text}`);
    return answer.json<Answer>();
  }
  const tasks = (learner: string, query = ''): Promise<Tasks> => read<Tasks>(`learners/${learner}/tasks`, query);
  return {
    read,
    tasks,
    task: async (learner: string, id: string, query = ''): Promise<Task> =>
      (await tasks(learner, `&include=all${query}`)).items.find((known) => known.scheme === id)!,
    register: (learner: string, more: object = {}): Promise<ReceiptAnswer> =>
      service().write('/v1/learners', { learner, ...more }),
    complete: (learner: string, id: string, effective: object): Promise<ReceiptAnswer> =>
      service().write(`/v1/learners/${learner}/completions`, { course: id, effective }),
    assign: (learner: string, id: string, terms: object): Promise<ReceiptAnswer> =>
      service().write(`/v1/learners/${learner}/schemes/${id}/assignments`, terms),
  };
}

/** The instant at which a view is to answer, as a part of its address. */
export const at = (instant: string): string => `&at=${encodeURIComponent(instant)}`;
