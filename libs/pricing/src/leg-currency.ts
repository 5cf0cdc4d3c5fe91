import { DEFAULT_FX, type FxTerms } from '@ratestream/catalog';
import type { Leg, Reporting } from '@ratestream/events';
import { applyFx } from '@ratestream/fx';
import { UNIT } from '@ratestream/money';
import { knownAtOf, type Pricing } from './memory.js';

/**
 * A million thousand millions of any currency. Agreed rates and spreads may multiply to what no event, ledger or sum can hold,
 * and a message that cannot be written would stop everybody's on its partition.
 */
const LARGEST = 1_000_000_000_000_000n * UNIT;

/**
 * What is due of a leg in the currency of its account, with the evidence written on the leg.
 *
 * In   terms: the plan's of a sell leg, the card's of a buy leg; timeZone: of the account, whose months rules speak of
 * Out  nano-units of `currency`, rounded once; why not where no rate leads there, or to more than `LARGEST`
 */
export function convertLeg(
  pricing: Pricing,
  leg: Leg,
  amount: bigint,
  currency: string,
  terms: FxTerms,
  timeZone: string,
): bigint | 'no_fx_rate' | 'amount_too_large' {
  const conversion = pricing.fx.convert({
    from: leg.currency,
    to: currency,
    terms,
    at: leg.billingTime,
    timeZone,
    knownAt: knownAtOf(pricing),
  });
  if (conversion === null) return 'no_fx_rate';
  const converted = conversion.apply(amount);
  if (isTooLarge(converted)) return 'amount_too_large';
  leg.accountCurrency = currency;
  leg.fx = conversion.fx;
  return converted;
}

function isTooLarge(amount: bigint): boolean {
  return amount > LARGEST || amount < -LARGEST;
}

/** Writes on the leg how its amounts become amounts of the installation's currency, where they are not in it already. In  amount: due of it */
export function reportLeg(pricing: Pricing, leg: Leg, amount: bigint): void {
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
  if (conversion === null || isTooLarge(conversion.apply(amount))) return;
  leg.reporting = { amount: 0n, currency: to, fx: conversion.fx };
}

/** What a step of this leg is in the reporting currency, by the rate that was fixed with the price. */
export function reportingOf({ reporting }: Leg, amount: bigint): Reporting | null {
  return reporting === null ? null : { ...reporting, amount: amount === 0n ? 0n : applyFx(amount, reporting.fx) };
}

/** The same amount in the account's currency, by the rate that was fixed with the price. */
export function accountAmountOf({ fx }: Leg, amount: bigint): bigint {
  return fx === null ? amount : applyFx(amount, fx);
}
