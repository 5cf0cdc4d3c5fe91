import type { RateRow } from '@ratestream/events';
import { formatMoney, parseMoney, roundTo, type Nano } from '@ratestream/money';
import { knownNetworks } from '@ratestream/rate-sheets';
import { countryOf } from '@ratestream/sms';
import type { BulkSelect, PriceChange } from './bulk-requests.js';

/** No message costs a billion; rating keeps a price in 64 bits of nano-units. */
const MAX_PRICE: Nano = 1_000_000_000n * 1_000_000_000n;
const HUNDRED = parseMoney('100');

/** A price that no rate can have. Whoever asked for the change is at fault. */
export class PriceOutOfRange extends Error {
  override readonly name = 'PriceOutOfRange';
}

export interface ChangedRates {
  rates: RateRow[];
  /** Rates that were selected, whether their price moved or not. */
  selected: number;
}

/**
 * The rates of a card with the price of every selected one changed; the others as they were, in their order.
 *
 * Errors  PriceOutOfRange where a price would be negative or above a billion
 */
export function changeRates(rates: readonly RateRow[], select: BulkSelect, change: PriceChange): ChangedRates {
  const wanted = selector(select);
  let selected = 0;
  const changed = rates.map((rate) => {
    if (!wanted(rate)) return rate;
    selected += 1;
    const price = changedPrice(rate.price, change);
    if (price < 0n || price > MAX_PRICE) throw new PriceOutOfRange(`"${rate.rateId}" would cost ${formatMoney(price)}`);
    return price === rate.price ? rate : { ...rate, price };
  });
  return { rates: changed, selected };
}

/**
 * One price changed: percent, amount or a new price, then not below the floor, not above the ceiling, then rounded once.
 *
 * Example 0.0105 by 10 % at 4 places half up: exactly 0.01155 → 0.0116
 */
export function changedPrice(price: Nano, { percent, add, set, rounding, floor, ceiling }: PriceChange): Nano {
  // As a fraction over 100, so that nothing is cut before the one rounding.
  let exact = price * HUNDRED;
  if (percent !== undefined) exact = price * (HUNDRED + parseMoney(percent));
  if (add !== undefined) exact = (price + parseMoney(add)) * HUNDRED;
  if (set !== undefined) exact = parseMoney(set) * HUNDRED;
  if (floor !== null) exact = max(exact, parseMoney(floor) * HUNDRED);
  if (ceiling !== null) exact = min(exact, parseMoney(ceiling) * HUNDRED);
  return roundTo(exact, HUNDRED, rounding);
}

/** Says of a rate whether it is in every list. */
export function selector(select: BulkSelect): (rate: RateRow) => boolean {
  const [countries, mccs, mncs] = [setOf(select.countries), setOf(select.mcc), setOf(select.mnc)];
  const [classes, senders] = [setOf(select.trafficClasses), setOf(select.senderTypes)];
  const { prefixes } = select;
  return (rate) =>
    rate.surcharge === null &&
    (countries === null || countriesOf(rate).some((country) => countries.has(country))) &&
    (mccs === null || mccs.has(rate.mcc ?? '')) &&
    (mncs === null || mncs.has(rate.mnc ?? '')) &&
    (prefixes === undefined || prefixes.some((prefix) => rate.prefix?.startsWith(prefix) === true)) &&
    (classes === null || classes.has(rate.trafficClass ?? 'any')) &&
    (senders === null || senders.has(rate.senderType ?? 'any'));
}

/** Where a rate's destination lies: as it says, else the countries of its network or the country of its prefix. */
export function countriesOf({ country, mcc, mnc, prefix }: RateRow): string[] {
  if (country !== null) return [country];
  if (mcc !== null) return [...knownNetworks().countries(mcc, mnc)];
  const land = prefix === null ? null : countryOf(`+${prefix}`);
  return land === null ? [] : [land];
}

function setOf(texts: readonly string[] | undefined): ReadonlySet<string> | null {
  return texts === undefined ? null : new Set(texts);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
