import type { Actor } from '../ledger/envelope.js';
import type { Rejection } from '../shared/result.js';
import type { Catalogue } from './domain/state.js';
import type { WhatIf } from './domain/what-if.js';

/** The definitions as they stand, and as they would stand with one more edition of a scheme. */
export interface PlannedEdition {
  readonly organization: string;
  readonly scheme: string;
  readonly edition: number;
  readonly standing: Catalogue;
  readonly catalogue: Catalogue;
}

/** Asked before a draft becomes an edition: what that would change for all learners. The list is kept when this answers. */
export interface WhatIfs {
  sealed(planned: PlannedEdition, actor: Actor): Promise<WhatIf | Rejection>;
}
