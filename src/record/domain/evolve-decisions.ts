import type { CertificationEvent } from './certification-events.js';
import { changed, extended } from './changed-standing.js';
import type { At, Standing } from './standing.js';

const DECIDED_AFTER_AWARD = [
  'CertificationSuspended',
  'CertificationReinstated',
  'ScopeReduced',
  'WaiverGranted',
  'WaiverEnded',
  'AppealOpened',
  'AppealDecided',
] as const satisfies readonly CertificationEvent['type'][];
/** What persons decide about a certification after its award, and what is said to that. */
export type DecidedAfterAward = Extract<CertificationEvent, { type: (typeof DECIDED_AFTER_AWARD)[number] }>;

const DECIDED: ReadonlySet<string> = new Set(DECIDED_AFTER_AWARD);
export const isDecidedAfterAward = (event: { readonly type: string }): event is DecidedAfterAward => DECIDED.has(event.type);

export function evolvedByDecision(standing: Standing, event: DecidedAfterAward, at: At): Standing {
  const { revision, recordedAt, person } = at;
  switch (event.type) {
    case 'CertificationSuspended': {
      const { cycle, effective: from, reasonCode } = event.data;
      return extended(standing, cycle, ({ suspensions = [] }) => ({ suspensions: [...suspensions, { from, reasonCode }] }));
    }
    case 'CertificationReinstated': {
      const { cycle, effective: until } = event.data;
      return extended(standing, cycle, ({ suspensions = [] }) => ({
        suspensions: suspensions.map((known) => (known.until === undefined ? { ...known, until } : known)),
      }));
    }
    case 'ScopeReduced': {
      const { cycle, effective, scope, reasonCode } = event.data;
      const reduced = { revision, effective, scope, reasonCode };
      return extended(standing, cycle, ({ scopes = [] }) => ({ scopes: [...scopes, reduced] }));
    }
    case 'WaiverGranted': {
      const { waiver: number, edition, effective, lastDay, endsAt, evidence, reasonCode } = event.data;
      const granted = { number, edition, effective, lastDay, endsAt, evidence, reasonCode, revision };
      return { ...standing, waivers: [...standing.waivers, granted] };
    }
    case 'WaiverEnded': {
      const { waiver, effective, reasonCode } = event.data;
      return { ...standing, waivers: changed(standing.waivers, waiver, { ended: { effective, reasonCode } }) };
    }
    case 'AppealOpened': {
      const { appeal: number, kind, against, effective, reasonCode, reason } = event.data;
      const opened = { number, kind, against, effective, reasonCode, reason, recordedAt, person };
      return { ...standing, appeals: [...standing.appeals, opened] };
    }
    case 'AppealDecided': {
      const { appeal, outcome, reasonCode, reason, remedy } = event.data;
      const decided = { outcome, revision, recordedAt, reasonCode, reason, remedy, person };
      return { ...standing, appeals: changed(standing.appeals, appeal, { decided }) };
    }
  }
}
