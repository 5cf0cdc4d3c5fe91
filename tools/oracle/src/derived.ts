import type { Derivation, Markup } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { Exact, ONE, fromNano } from './amount.js';
import type { Exchange } from './exchange.js';

/** Units of the sell card's currency for one of the buy card's, as a fraction. */
export type Factor = Pick<Exchange, 'numerator' | 'denominator'>;

/**
 * The price that a derived card has for a row of its buy card: converted unrounded, marked up, between floor and
 * ceiling, rounded (docs/pricing-rules.md §4.3).
 *
 * `countries`: those that the row's destination lies in; none where it is everywhere.
 */
export function derivedPrice(
  row: RateRow,
  derivation: Derivation,
  { numerator, denominator }: Factor,
  countries: readonly string[],
): Exact {
  const cost = fromNano(row.price).times(numerator).dividedBy(denominator);
  // What a supplier adds is passed on without a margin.
  const price = row.surcharge === null ? marked(cost, markupFor(countries, derivation)) : cost;
  return rounded(price, derivation);
}

/** The first group that names the country replaces the card's markup; one that names not all of several does not. */
function markupFor(destination: readonly string[], { groups, markup }: Derivation): Markup {
  const group = groups.find(({ countries }) => destination.some((country) => countries.includes(country)));
  return group !== undefined && destination.every((country) => group.countries.includes(country))
    ? group.markup
    : markup;
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
