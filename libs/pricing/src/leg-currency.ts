import { DEFAULT_FX, type FxTerms } from '@ratestream/catalog';
import type { Leg, Reporting } from '@ratestream/events';
import { applyFx } from '@ratestream/fx';
import { knownAtOf, type Pricing } from './memory.js';

/**
 * What is due of a leg in the currency of its account, with the evidence written on the leg.
 *
 * In   terms: the plan's of a sell leg, the card's of a buy leg; timeZone: of the account, whose months rules speak of
 * Out  nano-units of `currency`, rounded once; null where no rate leads there
 */
export function convertLeg(
  pricing: Pricing,
  leg: Leg,
  amount: bigint,
  currency: string,
  terms: FxTerms,
  timeZone: string,
): bigint | null {
  const conversion = pricing.fx.convert({
    from: leg.currency,
    to: currency,
    terms,
    at: leg.billingTime,
    timeZone,
    knownAt: knownAtOf(pricing),
  });
  if (conversion === null) return null;
  leg.accountCurrency = currency;
  leg.fx = conversion.fx;
  return conversion.apply(amount);
}

/** Writes on the leg how its amounts become amounts of the installation's currency, where they are not in it already. */
export function reportLeg(pricing: Pricing, leg: Leg): void {
  const { reportingCurrency: to } = pricing;
  if (to === null || to === leg.currency) return;
  const conversion = pricing.fx.convert({
    from: leg.currency,
    to,
    terms: DEFAULT_FX,
    at: leg.billingTime,
    timeZone: 'UTC',
    knownAt: knownAtOf(pricing),
  });
  if (conversion !== null) leg.reporting = { amount: 0n, currency: to, fx: conversion.fx };
}

/** What a step of this leg is in the reporting currency, by the rate that was fixed with the price. */
export function reportingOf({ reporting }: Leg, amount: bigint): Reporting | null {
  return reporting === null ? null : { ...reporting, amount: amount === 0n ? 0n : applyFx(amount, reporting.fx) };
}

/** The same amount in the account's currency, by the rate that was fixed with the price. */
export function accountAmountOf({ fx }: Leg, amount: bigint): bigint {
  return fx === null ? amount : applyFx(amount, fx);
}
