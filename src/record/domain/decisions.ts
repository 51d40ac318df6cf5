import { decideAppeal, openAppeal } from './appeals.js';
import type { Decision, Given } from './circumstances.js';
import type { DecisionCommand } from './decision-commands.js';
import type { RecordState } from './state.js';
import { reduceScope, reinstate, suspend } from './suspensions.js';
import { endWaiver, grantWaiver } from './waivers.js';

/** What persons decide about a certification after its award. */
export function decideAfterAward(command: DecisionCommand, state: RecordState, given: Given): Decision {
  switch (command.type) {
    case 'SuspendCertification':
      return suspend(command, state, given);
    case 'ReinstateCertification':
      return reinstate(command, state, given);
    case 'ReduceScope':
      return reduceScope(command, state, given);
    case 'GrantWaiver':
      return grantWaiver(command, state, given);
    case 'EndWaiver':
      return endWaiver(command, state, given);
    case 'OpenAppeal':
      return openAppeal(command, state, given);
    case 'DecideAppeal':
      return decideAppeal(command, state, given);
  }
}
