import { calendarDuration, effective } from '../../shared/text.js';

/** Rule 001-1: what may be asked of one learner or of many; what is absent follows from the scheme. */
export const assignmentTerms = {
  effective: effective.optional(),
  start: effective.optional().meta({ description: 'Not to be started before.' }),
  due: effective.optional().meta({ description: 'Exclusive: what is done at this instant is late.' }),
  completeWithin: calendarDuration.optional().meta({ description: 'From the assignment on, instead of due.' }),
};

export const isDueOnce = ({ due, completeWithin }: { due?: unknown; completeWithin?: unknown }): boolean =>
  due === undefined || completeWithin === undefined;
export const DUE_TWICE = { message: 'Give either due or completeWithin, not both.', path: ['completeWithin'] };
