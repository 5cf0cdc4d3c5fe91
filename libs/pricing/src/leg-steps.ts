import type { Component, Leg } from '@ratestream/events';
import { sameQuarterHour } from './billing-time.js';
import { accountAmountOf, reportingOf } from './leg-currency.js';
import type { Outcome } from './outcome.js';
import { openLeg, type PricedLeg } from './price-leg.js';

/** A leg as the facts want it. */
export interface LegTarget {
  readonly outcome: (leg: Pick<Leg, 'basis' | 'unit'>) => Outcome;
  /** Prices it anew, or says why that cannot be. */
  readonly price: () => PricedLeg | Leg;
  /** Something that the price stands on changed since the leg was priced. */
  readonly inputsChanged: boolean;
}

function isPriced(priced: PricedLeg | Leg): priced is PricedLeg {
  return 'leg' in priced;
}

/**
 * The steps that bring a leg from where it stands to where the facts want it.
 *
 * A price once fixed stays: later versions of a card reach it by a re-rating only. Where an earlier record of the life
 * moves its billing time or its destination and the price changes with it, the old money goes back and the new is posted.
 *
 * Out  none, one, or two steps (what is taken back before what is posted); Σ heldAmount − Σ heldAmountFreed over the life
 *      of a leg is zero once it is closed, and Σ amount is what is due
 */
export function stepsOf(current: Leg | undefined, target: LegTarget): Leg[] {
  if (current === undefined || current.action === 'unrated') return firstSteps(current, target);
  const priced = target.inputsChanged ? target.price() : null;
  if (priced === null || samePrice(current, priced)) return stepsAtSamePrice(current, target.outcome(current));
  return repriced(current, priced, target);
}

/**
 * The old money back and the new posted. Where none is due now, a release that moves nothing keeps the new price, or a step
 * that there is none: a later attempt may make it due, and must not find the old one. A leg that timed out stays so, by the policy of the
 * price that is right.
 */
function repriced(current: Leg, priced: PricedLeg | Leg, target: LegTarget): Leg[] {
  const timedOut = current.reason === 'timeout' && isPriced(priced) ? policyOf(priced.leg) : null;
  const outcome = (leg: Pick<Leg, 'basis' | 'unit'>): Outcome => {
    const wanted = target.outcome(leg);
    return wanted === 'open' && timedOut !== null ? timedOut : wanted;
  };
  const back = takeBack(current, 'repriced');
  const posted = firstSteps(undefined, { ...target, outcome, price: () => priced });
  if (posted.length > 0) return [...back, ...posted];
  if (!isPriced(priced)) return [...back, priced];
  const byTimeout = timedOut !== null && target.outcome(priced.leg) === 'open';
  return [...back, { ...priced.leg, action: 'release', reason: byTimeout ? 'timeout' : 'repriced' }];
}

function policyOf({ timeoutPolicy }: Leg): 'settle' | 'release' {
  return timeoutPolicy === 'settle' ? 'settle' : 'release';
}

function firstSteps(current: Leg | undefined, target: LegTarget): Leg[] {
  const priced = target.price();
  if (!isPriced(priced)) {
    const known = current !== undefined && current.reason === priced.reason && current.payee === priced.payee;
    return known || target.outcome(priced) === 'release' ? [] : [priced];
  }
  const outcome = target.outcome(priced.leg);
  return outcome === 'release' ? [] : [openLeg(priced, outcome)];
}

function stepsAtSamePrice(current: Leg, outcome: Outcome): Leg[] {
  const due = dueAmount(current);
  switch (current.action) {
    case 'hold':
      if (outcome === 'settle') return [settle(current, due, current.heldAmount)];
      return outcome === 'release' ? takeBack(current, 'not_due') : [];
    case 'settle':
      return outcome === 'release' ? takeBack(current, 'not_due') : [];
    default: // released or reversed: nothing is posted
      if (outcome === 'settle') return [settle(current, due, 0n)];
      return outcome === 'open' && current.reason !== 'timeout'
        ? [openLeg({ leg: cleared(current), amount: due, accountAmount: accountAmountOf(current, due) }, 'open')]
        : [];
  }
}

/** What the leg owes when it is due, whatever its last step was: the components always price that. */
export function dueAmount(leg: Leg): bigint {
  let total = 0n;
  for (const component of leg.components) total += component.amount;
  return leg.action === 'reverse' ? -total : total;
}

/** Settles a held (or released) leg at the price it was fixed at. */
export function settle(leg: Leg, amount: bigint, freed: bigint, reason: string | null = null): Leg {
  const step = cleared(leg, amount);
  step.action = 'settle';
  step.reason = reason;
  step.amount = amount;
  step.accountAmount = accountAmountOf(leg, amount);
  step.heldAmountFreed = freed;
  return step;
}

/** Undoes what the last step of a leg did: frees a hold, or posts the negative of what was settled. */
export function takeBack(leg: Leg, reason: string): Leg[] {
  if (leg.action !== 'hold' && leg.action !== 'settle') return [];
  const step = cleared(leg);
  step.reason = reason;
  if (leg.action === 'hold') {
    step.action = 'release';
    step.heldAmountFreed = leg.heldAmount;
  } else {
    step.action = 'reverse';
    step.components = leg.components.map(negated);
    step.amount = -leg.amount;
    step.accountAmount = -leg.accountAmount;
    step.reporting = leg.reporting === null ? null : { ...leg.reporting, amount: -leg.reporting.amount };
  }
  return [step];
}

/**
 * The leg with its price and terms, and no money moved: a copy that is written on, as one is made for every step.
 *
 * In  reported: what is to be said of it in the reporting currency
 */
function cleared(leg: Leg, reported = 0n): Leg {
  const step = { ...leg };
  if (leg.action === 'reverse') step.components = leg.components.map(negated);
  step.reason = null;
  step.amount = 0n;
  step.accountAmount = 0n;
  step.heldAmount = 0n;
  step.heldAmountFreed = 0n;
  step.reporting = reportingOf(leg, reported);
  return step;
}

function negated(component: Component): Component {
  return { ...component, amount: -component.amount };
}

function samePrice(current: Leg, priced: PricedLeg | Leg): boolean {
  if (!isPriced(priced)) return false;
  const { leg, amount, accountAmount } = priced;
  return (
    dueAmount(current) === amount &&
    current.currency === leg.currency &&
    current.accountCurrency === leg.accountCurrency &&
    accountAmountOf(current, amount) === accountAmount &&
    current.payer === leg.payer &&
    current.payee === leg.payee &&
    current.basis === leg.basis &&
    current.rate?.cardId === leg.rate?.cardId &&
    current.rate?.version === leg.rate?.version &&
    current.rate?.rateId === leg.rate?.rateId &&
    sameQuarterHour(current.billingTime, leg.billingTime)
  );
}
