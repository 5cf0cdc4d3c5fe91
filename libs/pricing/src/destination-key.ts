import type { RateRow } from '@ratestream/events';

/** What a message offers to match on by where it goes. */
export interface Destination {
  /** ISO 3166-1 alpha-2 of the number. */
  readonly country: string | null;
  readonly mcc: string | null;
  readonly mnc: string | null;
  /** Leading digits of the E.164 number, without +; '' where unknown. */
  readonly digits: string;
}

/** How deep a rate matched, most specific first. */
export const DEPTHS = ['network', 'prefix', 'mcc', 'country', 'default'] as const;
export type Depth = (typeof DEPTHS)[number];

/** Distance between the key ranges of two depths: above the largest prefix of MAX_PREFIX digits with its country. */
const KIND = 2 ** 50;
/** Countries and none, of two letters each. */
const LANDS = 1024;
/** Longer prefixes match nothing: all but the last four digits of a number are known here, and E.164 ends at fifteen. */
export const MAX_PREFIX = 12;
/** The key of a row that no destination can ask for. */
const UNREACHABLE = 5 * KIND;

/**
 * A destination as one number: packed MCC, MNC and country, or the prefix and country.
 *
 * Errors  RangeError when a row breaks the formats that the catalog guarantees: our bug
 */
export function keyOfRow(row: Pick<RateRow, 'country' | 'mcc' | 'mnc' | 'prefix'>): number {
  const land = countryCode(row.country);
  if (row.prefix !== null) {
    if (!/^[1-9]\d{0,14}$/.test(row.prefix)) throw new RangeError(`prefix "${row.prefix}" is not E.164`);
    return row.prefix.length > MAX_PREFIX ? UNREACHABLE : prefixKey(Number(row.prefix), land);
  }
  if (row.mcc !== null && row.mnc !== null) return networkKey(row.mcc, row.mnc) + land;
  if (row.mcc !== null) return mccKey(row.mcc) + land;
  return row.country === null ? DEFAULT_KEY : countryKey(land);
}

export const DEFAULT_KEY = 4 * KIND;

/** Whether any destination can ask for a row's key. */
export function isReachable(key: number): boolean {
  return key !== UNREACHABLE;
}

/** MNCs are strings: 01 and 001 are different networks, so the length is part of the key. */
export function networkKey(mcc: string, mnc: string): number {
  return ((Number(mcc) * 4 + mnc.length) * 1024 + Number(mnc)) * LANDS;
}

export function prefixKey(prefix: number, land: number): number {
  return KIND + prefix * LANDS + land;
}

export function mccKey(mcc: string): number {
  return 2 * KIND + Number(mcc) * LANDS;
}

export function countryKey(land: number): number {
  return 3 * KIND + land;
}

/** 0 for none, else 1 … 676. */
export function countryCode(country: string | null): number {
  if (country === null || country.length !== 2) return 0;
  return (country.charCodeAt(0) - 65) * 26 + country.charCodeAt(1) - 64;
}

/** Position in DEPTHS of a row's key. */
export function depthOf(key: number): number {
  return Math.min(DEPTHS.length - 1, Math.floor(key / KIND));
}

/** Which of two rows is the more specific by destination: the lower one; equal only for equal destinations. */
export function rankOf(key: number): number {
  const depth = depthOf(key);
  const open = key % LANDS === 0 ? 1 : 0;
  if (depth === 1) return 100 + (MAX_PREFIX - digitsOf(key)) * 2 + open;
  return depth * 100 + open;
}

function digitsOf(key: number): number {
  return String(Math.floor((key - KIND) / LANDS)).length;
}

/** What a row's key says, for people: `network 234-10 in GB`, `prefix 4477`, `MCC 234`, `country GB`, `default`. */
export function destinationText(key: number): string {
  const depth = DEPTHS[depthOf(key)] as Depth;
  const land = key % LANDS;
  const where = land === 0 ? '' : ` in ${countryName(land)}`;
  const rest = Math.floor((key % KIND) / LANDS);
  switch (depth) {
    case 'network': {
      const length = Math.floor(rest / 1024) % 4;
      return `network ${three(Math.floor(rest / 4096))}-${String(rest % 1024).padStart(length, '0')}${where}`;
    }
    case 'prefix':
      return `prefix ${rest}${where}`;
    case 'mcc':
      return `MCC ${three(rest)}${where}`;
    case 'country':
      return `country ${countryName(land)}`;
    default:
      return 'default';
  }
}

function three(mcc: number): string {
  return String(mcc).padStart(3, '0');
}

function countryName(land: number): string {
  return String.fromCharCode(65 + Math.floor((land - 1) / 26), 65 + ((land - 1) % 26));
}

/** Every key that a row for this destination can have. */
export function keysOf({ country, mcc, mnc, digits }: Destination): readonly number[] {
  const land = countryCode(country);
  const keys = [DEFAULT_KEY];
  if (land !== 0) keys.push(countryKey(land));
  const inCountryToo = (key: number): void => void keys.push(...(land === 0 ? [key] : [key, key + land]));
  if (mcc !== null) inCountryToo(mccKey(mcc));
  if (mcc !== null && mnc !== null) inCountryToo(networkKey(mcc, mnc));
  for (let length = 1; length <= Math.min(digits.length, MAX_PREFIX); length++)
    inCountryToo(prefixKey(Number(digits.slice(0, length)), 0));
  return keys;
}

/** A destination as the numbers that keys are made of. */
export interface Place {
  land: number;
  /** Keys of the network and of its MCC without a country; −1 where they are not known. */
  network: number;
  mcc: number;
  /** The leading digits that are known, as a number, and how many they are. */
  number: number;
  known: number;
}

let asked: Destination = { country: null, mcc: null, mnc: null, digits: '' };
let place: Place = { land: 0, network: -1, mcc: -1, number: 0, known: 0 };

/** Computed once for all legs of a message: the answer for the last destination is kept. */
export function placeOf(to: Destination): Place {
  const { country, mcc, mnc, digits } = to;
  if (asked.digits === digits && asked.mcc === mcc && asked.mnc === mnc && asked.country === country) return place;
  const known = Math.min(digits.length, MAX_PREFIX);
  asked = to;
  place = {
    land: countryCode(country),
    network: mcc === null || mnc === null ? -1 : networkKey(mcc, mnc),
    mcc: mcc === null ? -1 : mccKey(mcc),
    number: known === 0 ? 0 : Number(known === digits.length ? digits : digits.slice(0, known)),
    known,
  };
  return place;
}
