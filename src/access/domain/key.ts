import type { Decider } from '../../ledger/decider.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { reject } from '../../shared/result.js';
import type { KeyEvent } from './events.js';
import { isOver } from './period.js';
import { refuseRoleOfPlatform, type RoleFacts } from './roles.js';

export type IssuedKey = Extract<KeyEvent, { type: 'KeyIssued' }>['data'];

export interface KeyState {
  readonly issued?: IssuedKey;
  readonly issuedAt?: string;
  /** The instant from which it opens nothing, as it stands after rotations. */
  readonly expiresAt?: string;
  readonly revoked: boolean;
  /** The last UTC day on which it was used. */
  readonly lastUsed?: string;
}

export type KeyCommand =
  | { readonly type: 'IssueKey'; readonly issue: IssuedKey }
  | {
      readonly type: 'RevokeKey';
      readonly subject: string;
      readonly reason: { readonly code: string; readonly text?: string | undefined };
    }
  | { readonly type: 'ShortenKey'; readonly expiresAt: string }
  | { readonly type: 'UseKey'; readonly day: string };

export interface KeyFacts extends RoleFacts {
  /** Of the person to whom the key is to be bound; a trusted service is known by its key alone. */
  readonly holder: 'active' | 'deactivated' | 'unknown';
  /** Whether no other key could administer the organization any more. */
  readonly isLastAdminKey: boolean;
}

/** A key's stream is the truth about it (architecture.md, Keys to the door). */
export const keyDecider: Decider<KeyState, KeyCommand, KeyEvent, KeyFacts> = {
  kind: 'key',
  initial: { revoked: false },

  decide(command, state, { facts, now, actor }) {
    if (command.type === 'IssueKey') {
      const { issue } = command;
      if (state.issued !== undefined) return reject('KEY_EXISTS', 'A key with this id was issued already.');
      const refusal = refuseRoleOfPlatform(issue.roles, facts, actor, '/roles');
      if (refusal !== undefined) return refusal;
      if (facts.holder === 'unknown') return reject('PERSON_UNKNOWN', 'No person with this id is registered.', '/person');
      if (facts.holder === 'deactivated')
        return reject('PERSON_DEACTIVATED', 'The person is deactivated. Reactivate the person first.', '/person');
      if (issue.expiresAt !== undefined && isOver({ until: issue.expiresAt }, now))
        return reject('EXPIRY_PASSED', 'The key would have expired before it was issued.', '/expiresAt');
      return [{ type: 'KeyIssued', data: issue }];
    }
    if (state.issued === undefined) return reject('KEY_UNKNOWN', 'There is no key with this id.');
    switch (command.type) {
      case 'RevokeKey': {
        if (state.revoked) return [];
        if (facts.isLastAdminKey)
          return reject('LAST_ADMIN_KEY', 'This is the last key that administers this organization. Issue another first.');
        const { code, text } = command.reason;
        const sealed = text === undefined ? {} : { subject: command.subject, reason: text };
        return [{ type: 'KeyRevoked', data: { reasonCode: code, ...sealed } }];
      }
      case 'ShortenKey': {
        const { expiresAt } = command;
        const known = state.expiresAt;
        // An expiry never moves to a later instant, whatever a rotation asks.
        const isSooner = known === undefined || instantMilliseconds(expiresAt) < instantMilliseconds(known);
        return isSooner && !state.revoked ? [{ type: 'KeyExpiryShortened', data: { expiresAt } }] : [];
      }
      case 'UseKey':
        return state.lastUsed !== undefined && state.lastUsed >= command.day
          ? []
          : [{ type: 'KeyUsed', data: { day: command.day } }];
    }
  },

  evolve(state, event, { recordedAt }) {
    switch (event.type) {
      case 'KeyIssued': {
        const { expiresAt } = event.data;
        return { ...state, issued: event.data, issuedAt: recordedAt, ...(expiresAt === undefined ? {} : { expiresAt }) };
      }
      case 'KeyRevoked':
        return { ...state, revoked: true };
      case 'KeyExpiryShortened':
        return { ...state, expiresAt: event.data.expiresAt };
      case 'KeyUsed':
        return { ...state, lastUsed: event.data.day };
    }
  },
};

/** Whether a key opens the door at an instant, its holder aside. */
export const isStanding = ({ issued, revoked, expiresAt }: KeyState, now: string): boolean =>
  issued !== undefined && !revoked && (expiresAt === undefined || !isOver({ until: expiresAt }, now));
