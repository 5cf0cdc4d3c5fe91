import type { RateRow } from '@ratestream/events';
import { countriesUnder, countryOf } from '@ratestream/sms';
import type { NetworkList } from '../networks.js';

export type Place = Pick<RateRow, 'country' | 'mcc' | 'mnc' | 'prefix'>;

/** Destination of a rate as one text. */
export function placeOf({ country, mcc, mnc, prefix }: Place): string {
  return prefix !== null ? `${country ?? ''}+${prefix}` : `${country ?? ''}-${mcc ?? ''}-${mnc ?? ''}`;
}

/** The destinations that hold this one, narrowest first. */
export function placesAround({ country, mcc, mnc, prefix }: Place): string[] {
  const places: string[] = [];
  if (prefix !== null) {
    if (country !== null) places.push(`+${prefix}`);
    for (let length = prefix.length - 1; length > 0; length -= 1) {
      if (country !== null) places.push(`${country}+${prefix.slice(0, length)}`);
      places.push(`+${prefix.slice(0, length)}`);
    }
    const land = country ?? countryOf(`+${prefix}`);
    return [...places, ...(land === null ? [] : [`${land}--`]), '--'];
  }
  if (mnc !== null && country !== null) places.push(`-${mcc}-${mnc}`);
  if (mnc !== null) places.push(`${country ?? ''}-${mcc}-`);
  if (mcc !== null && country !== null) places.push(`-${mcc}-`, `${country}--`);
  if (mcc !== null || country !== null) places.push('--');
  return places;
}

/** Every prefix, and every MCC, of a country: what a message may match besides, although neither holds the other. */
export const prefixesOf = (land: string): string => `prefixes ${land}`;
export const mccsOf = (land: string): string => `mccs ${land}`;

/** Countries that a message to this destination can be in; none for the default. */
export function landsOf({ country, mcc, mnc, prefix }: Place, networks: NetworkList): Iterable<string> {
  if (country !== null) return [country];
  if (mcc !== null) return networks.countries(mcc, mnc);
  if (prefix === null) return [];
  const land = countryOf(`+${prefix}`);
  return land === null ? countriesUnder(prefix) : [land];
}

/**
 * Destinations of the rates that can match one message with this one and are less deep (pricing-rules.md §3): those that
 * hold it, and those that only meet it, such as the prefixes of a network's country.
 */
export function placesMet(place: Place, networks: NetworkList): string[] {
  const { country, mcc, mnc, prefix } = place;
  const lands = [...landsOf(place, networks)];
  const places: string[] = [];
  if (prefix !== null) {
    if (country !== null) places.push(`+${prefix}`);
    for (let length = prefix.length - 1; length > 0; length -= 1) {
      const shorter = prefix.slice(0, length);
      places.push(`+${shorter}`, ...lands.map((land) => `${land}+${shorter}`));
    }
    for (const land of lands) places.push(mccsOf(land));
  } else if (mcc !== null) {
    if (mnc !== null) {
      if (country !== null) places.push(`-${mcc}-${mnc}`);
      for (const land of lands) places.push(prefixesOf(land), `${land}-${mcc}-`);
      places.push(`-${mcc}-`);
    } else if (country !== null) places.push(`-${mcc}-`);
  } else return country === null ? [] : ['--'];
  for (const land of lands) places.push(`${land}--`);
  places.push('--');
  return places;
}
