import { UNKNOWN_ORIGIN } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { joined, labelKey, maskOf, type Labels } from '../compare/labels.js';
import { landsOf, placeOf, placesAround, placesMet, type Place } from '../compare/places.js';
import { RatesAt, type Window } from '../compare/rates-at.js';
import type { NetworkList } from '../networks.js';

/** Rates of equal priority of which each is closer to a message than the other in something. */
export interface Tie {
  /** Names more of origin, grade, class or sender type. */
  one: string;
  /** The narrower destination, or another of those names. */
  two: string;
}

const BREATH_RATES = 5_000;
/** Pairs that a third rate settles are looked at too; beyond this the sheet is hostile. */
const MAX_PAIRS = 1_000_000;

/**
 * Pairs of rates that can both match one message, with equal priority, neither at least as specific in every dimension.
 *
 * In      the rates of one version; surcharges meet those of their own name, at common times
 * Out     ties, and null now and then, so that the caller can let others work. Of the prefixes of a country that tie with a
 *         network for the same reason one is named. `cut` in the return value: there were too many pairs to look at them all
 * Never   reports a pair that a third rate settles: one that names what either names at the narrower destination, or one
 *         of higher priority that matches whatever both match
 * Source  pricing-rules.md §3.4. The card's precedence decides meanwhile
 * Example otp:GB with any:GB-234-10 tie for an OTP to 234-10; otp:GB-234-10 beside them settles it
 */
export function* findTies(rates: Iterable<RateRow>, networks: NetworkList): Generator<Tie | null, { cut: boolean }> {
  let looked = 0;
  for (const groups of groupsOf(rates)) {
    const higher: RatesAt[] = [];
    for (const group of groups) {
      const needed = group.masks.size > 1 || groups.length > 1;
      const index = needed ? new RatesAt(networks, higher.length > 0) : null;
      for (const rate of group.rates) {
        if ((looked += 1) % BREATH_RATES === 0) yield null;
        index?.add(rate);
      }
      if (index === null) continue;
      if (group.masks.size > 1) {
        let pairs = 0;
        for (const rate of group.rates) {
          if ((looked += 1) % BREATH_RATES === 0) yield null;
          for (const other of pairsOf(rate, index, networks)) {
            if ((pairs += 1) > MAX_PAIRS) return { cut: true };
            if (pairs % BREATH_RATES === 0) yield null;
            if (!isSettled(rate, other, index, higher, networks)) yield { one: other.rateId, two: rate.rateId };
          }
        }
      }
      higher.push(index);
    }
  }
  return { cut: false };
}

interface Group {
  priority: number;
  rates: RateRow[];
  masks: Set<number>;
}

/** Rates that can compete: by surcharge, and within it by priority, the highest first. */
function groupsOf(rates: Iterable<RateRow>): Group[][] {
  const names = new Map<string | null, Map<number, Group>>();
  for (const rate of rates) {
    let priorities = names.get(rate.surcharge);
    if (priorities === undefined) names.set(rate.surcharge, (priorities = new Map<number, Group>()));
    const { priority } = rate;
    let group = priorities.get(priority);
    if (group === undefined) priorities.set(priority, (group = { priority, rates: [], masks: new Set<number>() }));
    group.rates.push(rate);
    group.masks.add(maskOf(rate));
  }
  return [...names.values()].map((priorities) => [...priorities.values()].sort((a, b) => b.priority - a.priority));
}

/** The rates that tie with this one, each pair once: from the narrower destination, or from either at the same. */
function* pairsOf(rate: RateRow, index: RatesAt, networks: NetworkList): Generator<RateRow> {
  const mask = maskOf(rate);
  for (const other of index.compatible(placeOf(rate), rate, (named) => (named & ~mask) !== 0 && (mask & ~named) !== 0))
    if (other.rateId < rate.rateId && compete(rate, other)) yield other;
  for (const place of placesMet(rate, networks))
    for (const other of index.compatible(place, rate, (named) => (named & ~mask) !== 0))
      if (compete(rate, other)) yield other;
}

/** `unknown` rows alone price a message of unknown origin, so they never meet a row of any origin. */
function compete(one: RateRow, two: RateRow): boolean {
  const oneUnknown = one.originCountry === UNKNOWN_ORIGIN;
  if (oneUnknown !== (two.originCountry === UNKNOWN_ORIGIN)) return false;
  const { from, until } = common(one, two);
  return from < until;
}

function common(one: RateRow, two: RateRow): Window {
  return {
    from: Math.max(one.validFrom ?? -Infinity, two.validFrom ?? -Infinity),
    until: Math.min(one.validUntil ?? Infinity, two.validUntil ?? Infinity),
  };
}

function isSettled(
  narrow: RateRow,
  wide: RateRow,
  index: RatesAt,
  higher: readonly RatesAt[],
  networks: NetworkList,
): boolean {
  const labels = joined(narrow, wide) as Labels;
  const window = common(narrow, wide);
  const mask = maskOf(labels);
  const key = labelKey(labels, mask);
  const meeting = placesOfMeeting(narrow, wide, networks);
  if (meeting.some((place) => index.find(placeOf(place), mask, key).some((rate) => covers(rate, window)))) return true;
  if (higher.length === 0) return false;
  const places = [...meeting, ...placesOfMeeting(wide, narrow, networks)].flatMap((place) => [
    placeOf(place),
    ...placesAround(place),
  ]);
  return higher.some((rates) =>
    places.some((place) => rates.within(place, labels).some((rate) => covers(rate, window) && compete(narrow, rate))),
  );
}

/** A destination, and the same with the one country in which both meet. */
function placesOfMeeting(one: RateRow, two: RateRow, networks: NetworkList): Place[] {
  const { country, mcc, mnc, prefix } = one;
  if (country !== null || (mcc === null && prefix === null)) return [one];
  const lands = [...landsOf(one, networks)];
  const land = two.country ?? (lands.length === 1 ? lands[0] : undefined);
  return land === undefined ? [one] : [one, { country: land, mcc, mnc, prefix }];
}

function covers({ validFrom, validUntil }: RateRow, { from, until }: Window): boolean {
  return (validFrom ?? -Infinity) <= from && (validUntil ?? Infinity) >= until;
}
