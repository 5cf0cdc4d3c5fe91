import type { Derivation, Markup } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { parseMoney, type Nano } from '@ratestream/money';
import { landsOf } from '../compare/places.js';
import type { NetworkList } from '../networks.js';
import { roundTo, type Fraction } from './rounding.js';

/** Rating keeps a price in 64 bits of nano-units. */
const MAX_PRICE = 1_000_000_000n * 1_000_000_000n;
const PERCENT = parseMoney('100');

export interface DerivedRates {
  rates: RateRow[];
  /** Buy rates of which no sell rate can be made; the others are all in `rates`. */
  refused: { rateId: string; code: 'negative_price' | 'too_large'; message: string }[];
  /** Rates in several countries of which some are in a group and some are not: the card's own markup was taken. */
  undecided: { rateId: string; group: string }[];
}

export interface DeriveOptions {
  derivation: Derivation;
  /** Units of the sell card's currency for one of the buy card's, exactly; 1 where they are the same. */
  factor: Fraction;
  networks: NetworkList;
  /** Sell rates in force: charge basis and timeouts are the sell side's own and stay. */
  base: ReadonlyMap<string, RateRow>;
}

/**
 * The sell rates that follow from buy rates.
 *
 * In      rates of one version of the buy card
 * Out     for each the same key with the price buy × factor × (1 + percent) + fixed, not below the floor, not above the
 *         ceiling, then rounded by name: one exact fraction until there. Surcharges are converted and rounded, no more
 * Source  pricing-rules.md §4.3
 * Example 0.0431 + 12.5 % + 0.001 = 0.0494875 → 0.049 (half_even, 3 places); with a floor of 0.05 it is 0.05
 */
export function deriveRates(
  buy: Iterable<RateRow>,
  { derivation, factor, networks, base }: DeriveOptions,
): DerivedRates {
  const derived: DerivedRates = { rates: [], refused: [], undecided: [] };
  const own = markupOf(derivation.markup);
  const groups = derivation.groups.map(({ name, countries, markup }) => ({
    name,
    countries: new Set(countries),
    markup: markupOf(markup),
  }));
  for (const row of buy) {
    const { rateId } = row;
    let markup: ExactMarkup | null = null;
    if (row.surcharge === null) {
      const lands = [...landsOf(row, networks)];
      const named =
        lands.length === 0 ? undefined : groups.find(({ countries }) => lands.some((one) => countries.has(one)));
      const whole = named !== undefined && lands.every((land) => named.countries.has(land));
      if (named !== undefined && !whole) derived.undecided.push({ rateId, group: named.name });
      markup = whole ? named.markup : own;
    }
    const price = roundTo(priceOf(row.price, factor, markup), derivation.rounding);
    const refused = refusalOf(price);
    if (refused !== null) {
      derived.refused.push({ rateId, ...refused });
      continue;
    }
    const { basis = null, timeoutSec = null, timeoutPolicy = null } = base.get(rateId) ?? {};
    derived.rates.push({ ...row, price, basis, timeoutSec, timeoutPolicy });
  }
  return derived;
}

interface ExactMarkup {
  /** (100 + percent) in nano-units. */
  percent: Nano;
  fixed: Nano;
  floor: Nano | null;
  ceiling: Nano | null;
}

function markupOf({ percent, fixed, floor, ceiling }: Markup): ExactMarkup {
  return {
    percent: PERCENT + parseMoney(percent),
    fixed: parseMoney(fixed),
    floor: floor === null ? null : parseMoney(floor),
    ceiling: ceiling === null ? null : parseMoney(ceiling),
  };
}

/** Nano-units as a fraction: nothing is rounded here. */
function priceOf(buy: Nano, factor: Fraction, markup: ExactMarkup | null): Fraction {
  if (markup === null) return { n: buy * factor.n, d: factor.d };
  const { percent, fixed, floor, ceiling } = markup;
  const d = factor.d * PERCENT;
  let price: Fraction = { n: buy * factor.n * percent + fixed * d, d };
  if (floor !== null && price.n < floor * price.d) price = { n: floor, d: 1n };
  if (ceiling !== null && price.n > ceiling * price.d) price = { n: ceiling, d: 1n };
  return price;
}

function refusalOf(price: Nano): { code: 'negative_price' | 'too_large'; message: string } | null {
  if (price < 0n) return { code: 'negative_price', message: 'the markup takes the price below zero' };
  return price > MAX_PRICE ? { code: 'too_large', message: 'the price is above a billion' } : null;
}
