import { daysLonger, effectiveMilliseconds, isMonthDay } from '../../shared/calendar.js';
import type { AskedScheme, Fault } from './commands.js';
import { fault } from './lint-tree.js';
import type { RenewalBasis, RenewalPolicy } from './renewal.js';
import { latest, type Catalogue } from './state.js';

const contradictory = (pointer: string, detail: string): Fault => fault('RENEWAL_CONTRADICTORY', `/renewal${pointer}`, detail);

/** All that is wrong with how a scheme is renewed, but for its criteria. Durations are compared where they come out worst. */
export function lintRenewal({ renewal, validity, capByEvidence }: AskedScheme): readonly Fault[] {
  if (renewal === undefined) return [];
  if ('duration' in validity)
    return [
      ...lintWindow(renewal, validity.duration),
      ...lintBasis(renewal.basis, validity.duration),
      ...lintGraces(renewal),
      ...lintAnniversaryGrace(renewal, validity.duration),
    ];
  if (capByEvidence !== true) {
    const detail = 'What is perpetual never ends, so there is nothing to renew. Leave "renewal" out, or give a duration.';
    return [contradictory('', detail)];
  }
  return [...lintPerpetualBasis(renewal.basis), ...lintGraces(renewal)];
}

function lintWindow({ opensBefore }: RenewalPolicy, validity: string): readonly Fault[] {
  if (opensBefore === undefined || daysLonger(opensBefore, validity) < 0) return [];
  const detail = `A window that opens ${opensBefore} before the end can open before the validity of ${validity} begins. Give less.`;
  return [contradictory('/opensBefore', detail)];
}

function lintBasis(basis: RenewalBasis | undefined, validity: string): readonly Fault[] {
  switch (basis?.kind) {
    case undefined:
    case 'from-completion':
    case 'from-prior-expiry':
      return [];
    case 'fixed-anchor':
      return lintAnchor(basis, validity);
    case 'keep-anniversary-window': {
      const detail = `The last ${basis.within} can be the whole of a validity of ${validity}. Give less.`;
      return daysLonger(basis.within, validity) < 0 ? [] : [contradictory('/basis/within', detail)];
    }
    case 'base-month': {
      const detail = `It ends with a month, so the validity must be years and months only, not ${validity}.`;
      return /[1-9]\d*[WD]/.test(validity) ? [contradictory('/basis', detail)] : [];
    }
  }
}

function lintAnchor({ day, minimumActive }: Extract<RenewalBasis, { kind: 'fixed-anchor' }>, validity: string): readonly Fault[] {
  const faults: Fault[] = [];
  if (!isMonthDay(day))
    faults.push(contradictory('/basis/day', `No year has a day ${day}. Give a day that its month has, for example 02-28.`));
  if (daysLonger('P1Y', validity) > 0) {
    const detail = `The day comes once a year, which can be longer than the validity of ${validity}. Give a validity of P1Y or more.`;
    faults.push(contradictory('/basis', detail));
  }
  if (minimumActive !== undefined && daysLonger(minimumActive, validity) > 0) {
    const detail = `A minimum of ${minimumActive} can be longer than the validity of ${validity}. Give less.`;
    faults.push(contradictory('/basis/minimumActive', detail));
  }
  return faults;
}

/** Without a length of its own a cycle has no anniversary that could be kept. */
function lintPerpetualBasis(basis: RenewalBasis | undefined): readonly Fault[] {
  if (basis === undefined || basis.kind === 'from-completion') return [];
  const detail = 'What its evidence alone ends can only be counted from the completion. Leave "basis" out, or give a duration.';
  return [contradictory('/basis', detail)];
}

/** A grace that outlasts the window would promise what nobody can take up. */
function lintGraces({ closesAfter, validityGrace, anniversaryGrace }: RenewalPolicy): readonly Fault[] {
  return Object.entries({ validityGrace, anniversaryGrace }).flatMap(([name, grace]) => {
    if (closesAfter === undefined || grace === undefined || daysLonger(grace, closesAfter) <= 0) return [];
    const detail = `A grace of ${grace} can be longer than the window, which closes ${closesAfter} after the end. Give less.`;
    return [contradictory(`/${name}`, detail)];
  });
}

function lintAnniversaryGrace({ anniversaryGrace }: RenewalPolicy, validity: string): readonly Fault[] {
  if (anniversaryGrace === undefined || daysLonger(anniversaryGrace, validity) < 0) return [];
  const detail = `After ${anniversaryGrace} the renewed validity of ${validity}, counted from the prior end, can be over. Give less.`;
  return [contradictory('/anniversaryGrace', detail)];
}

/** Rule 003-10: what becomes of who holds an earlier edition, which there must be. */
export function lintHolders({ scheme, holders, published, timeZone }: AskedScheme, catalogue: Catalogue): readonly Fault[] {
  if (holders === undefined || holders.kind === 'keep') return [];
  const isFirst = latest(catalogue.schemes, scheme) === undefined;
  const none = 'Nobody holds an earlier edition, as this is the first. Leave "holders" out.';
  const [name, effective] = holders.kind === 'void' ? ['at', holders.at] : ['by', holders.by];
  const isEarly = effectiveMilliseconds(effective, timeZone) < effectiveMilliseconds({ date: published }, timeZone);
  const early = `The edition is published on ${published} and touches nobody before. Give that date or a later one.`;
  return [
    ...(isFirst ? [fault('HOLDERS_CONTRADICTORY', '/holders', none)] : []),
    ...(isEarly ? [fault('HOLDERS_CONTRADICTORY', `/holders/${name}`, early)] : []),
  ];
}
