import type { RateRow } from '@ratestream/events';
import { countryOf } from '@ratestream/sms';

export interface Tie {
  /** Named class, wider destination. */
  one: string;
  /** Any class, narrower destination. */
  two: string;
}

/**
 * Pairs of rates that can both match one message while neither is at least as specific in every dimension: one names
 * the traffic class, the other the destination more closely.
 *
 * Never   reports a pair that a third rate of the same class at the narrower destination settles
 * Source  domain.md §3. The card's order (class before destination) decides meanwhile
 * Example otp:GB with any:GB-234-10 tie for an OTP to 234-10; otp:GB-234-10 beside them settles it
 */
export function* findTies(rates: readonly RateRow[]): Generator<Tie> {
  const named = new Map<string, Map<string, RateRow>>();
  for (const rate of rates) {
    if (rate.trafficClass === null) continue;
    const place = placeOf(rate);
    const classes = named.get(place) ?? new Map<string, RateRow>();
    named.set(place, classes.set(rate.trafficClass, rate));
  }
  if (named.size === 0) return;
  for (const rate of rates) {
    if (rate.trafficClass !== null) continue;
    const here = named.get(placeOf(rate));
    for (const place of placesAround(rate)) {
      for (const [trafficClass, wider] of named.get(place) ?? []) {
        if (here?.has(trafficClass) !== true) yield { one: wider.rateId, two: rate.rateId };
      }
    }
  }
}

type Place = Pick<RateRow, 'country' | 'mcc' | 'mnc' | 'prefix'>;

/** Destination of a rate as one text, without its class. */
export function placeOf({ country, mcc, mnc, prefix }: Place): string {
  return prefix !== null ? `+${prefix}` : `${country ?? ''}-${mcc ?? ''}-${mnc ?? ''}`;
}

/** The destinations that hold this one, narrowest first. */
export function placesAround({ country, mcc, mnc, prefix }: Place): string[] {
  const places: string[] = [];
  if (prefix !== null) {
    for (let length = prefix.length - 1; length > 0; length -= 1) places.push(`+${prefix.slice(0, length)}`);
    const land = countryOf(`+${prefix}`);
    return [...places, ...(land === null ? [] : [`${land}--`]), '--'];
  }
  if (mnc !== null && country !== null) places.push(`-${mcc}-${mnc}`);
  if (mnc !== null) places.push(`${country ?? ''}-${mcc}-`);
  if (mcc !== null && country !== null) places.push(`-${mcc}-`, `${country}--`);
  if (mcc !== null || country !== null) places.push('--');
  return places;
}
