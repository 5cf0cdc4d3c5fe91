import type { Derivation, Markup } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { Exact, ONE, fromNano } from './amount.js';
import type { Exchange } from './exchange.js';

/**
 * The price that a derived card has for a row of its buy card: converted unrounded, marked up, between floor and
 * ceiling, rounded (docs/pricing-rules.md §4.3). `exchange` null: both cards are in one currency.
 */
export function derivedPrice(row: RateRow, derivation: Derivation, exchange: Exchange | null): Exact {
  const bought = fromNano(row.price);
  const cost = exchange === null ? bought : bought.times(exchange.numerator).dividedBy(exchange.denominator);
  // What a supplier adds is passed on without a margin.
  const price = row.surcharge === null ? marked(cost, markupFor(row, derivation)) : cost;
  return rounded(price, derivation);
}

/** The first group that names the country replaces the card's markup. */
function markupFor({ country }: RateRow, { groups, markup }: Derivation): Markup {
  const group = groups.find(({ countries }) => country !== null && countries.includes(country));
  return group?.markup ?? markup;
}

function marked(cost: Exact, { percent, fixed, floor, ceiling }: Markup): Exact {
  const price = cost.times(ONE.plus(new Exact(percent).dividedBy(100))).plus(fixed);
  const notBelow = floor === null ? price : Exact.max(price, floor);
  return ceiling === null ? notBelow : Exact.min(notBelow, ceiling);
}

const MODES = {
  half_up: Exact.ROUND_HALF_UP,
  half_even: Exact.ROUND_HALF_EVEN,
  up: Exact.ROUND_UP,
  down: Exact.ROUND_DOWN,
} as const;

function rounded(price: Exact, { rounding: { mode, places } }: Derivation): Exact {
  return price.toDecimalPlaces(places, MODES[mode]);
}
