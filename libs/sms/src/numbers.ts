import { CALLING_CODES } from './calling-codes.js';
import { PrefixIndex } from './prefix-index.js';

export type NumberKind = 'e164' | 'short_code' | 'alphanumeric';

/** A number as events carry it, or why it is none. */
export type NormalisedNumber =
  | { readonly ok: true; readonly kind: NumberKind; /** E.164 with +, else as written */ readonly value: string }
  | {
      readonly ok: false;
      readonly fault: 'empty' | 'not_a_number' | 'too_long' | 'too_short' | 'unknown_calling_code' | 'national';
    };

/** How a source writes national numbers; without it they are refused rather than guessed. */
export interface DialingRules {
  readonly callingCode: string;
  /** Dialled before a national number, as 0 in most countries; '' where there is none. */
  readonly trunkPrefix: string;
}

const SHORT_CODE_DIGITS = 6;
const E164_DIGITS = 15;
const codes = buildIndex();

/**
 * Brings a recipient or a numeric sender to E.164.
 *
 * In      as a gateway writes it: +, 00, or bare digits; blanks, dots, hyphens, brackets and slashes are dropped
 * Out     E.164 with +; a number of at most six digits without + or 00 is a short code and kept as it is
 * Errors  as values: letters, more than 15 digits, a calling code nobody has, a national number without rules for it
 * Source  ITU-T E.164 §6
 * Example normaliseNumber('0044 7700-900123') → '+447700900123'; normaliseNumber('81234') → short code
 */
export function normaliseNumber(written: string, rules?: DialingRules): NormalisedNumber {
  let digits = written;
  let international = false;
  if (written.charCodeAt(0) === PLUS) {
    international = true;
    digits = written.slice(1);
  }
  if (!onlyDigits(digits)) {
    digits = stripped(written);
    international = digits.charCodeAt(0) === PLUS;
    if (international) digits = digits.slice(1);
    if (digits.length === 0) return written.trim() === '' ? EMPTY : NOT_A_NUMBER;
    if (!onlyDigits(digits)) return NOT_A_NUMBER;
  }
  if (digits.length === 0) return international ? NOT_A_NUMBER : EMPTY;
  if (digits.charCodeAt(0) === ZERO) {
    if (international) return UNKNOWN_CODE;
    if (digits.charCodeAt(1) === ZERO) {
      digits = digits.slice(2);
      international = true;
    } else if (rules !== undefined && rules.trunkPrefix !== '' && digits.startsWith(rules.trunkPrefix)) {
      digits = rules.callingCode + digits.slice(rules.trunkPrefix.length);
      international = true;
    } else return digits.length <= SHORT_CODE_DIGITS ? { ok: true, kind: 'short_code', value: digits } : NATIONAL;
  }
  if (!international && digits.length <= SHORT_CODE_DIGITS) return { ok: true, kind: 'short_code', value: digits };
  if (digits.length > E164_DIGITS) return TOO_LONG;
  if (codes.index.longest(digits) < 0) return UNKNOWN_CODE;
  if (digits.length <= SHORT_CODE_DIGITS) return TOO_SHORT;
  return { ok: true, kind: 'e164', value: '+' + digits };
}

/**
 * A sender: letters are allowed there, and a number that is no E.164 number is kept as written.
 *
 * Example normaliseSender('+22363597749') → e164; normaliseSender('VOX Cinemas') → alphanumeric
 */
export function normaliseSender(written: string): { kind: NumberKind; value: string } {
  const number = normaliseNumber(written);
  if (number.ok) return number;
  return { kind: 'alphanumeric', value: written };
}

/**
 * The country an E.164 number is numbered in, ISO 3166-1 alpha-2; null for a short code or a network of no country.
 *
 * Example countryOf('+14165550100') → 'CA'; countryOf('+447937000000') → 'JE'
 */
export function countryOf(e164: string): string | null {
  if (e164.charCodeAt(0) !== PLUS) return null;
  const found = codes.index.longest(e164, 1);
  return found < 0 ? null : (codes.countries[found] ?? null);
}

/**
 * Every country that has numbers under a prefix: the one it belongs to and those of its longer prefixes.
 *
 * Out     empty for a prefix of no country; a country that only shares another's code (BL, MF) is never in it
 * Example countriesUnder('44') → GB, JE, GG, IM; countriesUnder('447937') → JE; countriesUnder('84') → VN
 */
export function countriesUnder(prefix: string): ReadonlySet<string> {
  const found = new Set<string>();
  const own = countryOf(`+${prefix}`);
  if (own !== null) found.add(own);
  for (const [code, country] of codes.prefixes) {
    if (country !== null && code.length > prefix.length && code.startsWith(prefix)) found.add(country);
  }
  return found;
}

/** Whether any calling code is this country's own. */
export function hasCallingCode(country: string): boolean {
  return codes.countries.includes(country);
}

const PLUS = 43;
const ZERO = 48;
const EMPTY = { ok: false, fault: 'empty' } as const;
const NOT_A_NUMBER = { ok: false, fault: 'not_a_number' } as const;
const TOO_LONG = { ok: false, fault: 'too_long' } as const;
const TOO_SHORT = { ok: false, fault: 'too_short' } as const;
const UNKNOWN_CODE = { ok: false, fault: 'unknown_calling_code' } as const;
const NATIONAL = { ok: false, fault: 'national' } as const;

function onlyDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function stripped(text: string): string {
  return text.replace(/[\s.()/\u00a0-]/g, '');
}

/** The countries are interned: one string for a million events. */
function buildIndex(): { index: PrefixIndex; countries: (string | null)[]; prefixes: [string, string | null][] } {
  const prefixes: [string, string | null][] = [];
  const countries: (string | null)[] = [];
  const places = new Map<string, number>();
  const index = new PrefixIndex(512);
  for (const entry of CALLING_CODES.split(' ')) {
    const [, prefix, country] = /^(\d+)(\D+)$/.exec(entry) as unknown as [string, string, string];
    let place = places.get(country);
    if (place === undefined) {
      place = countries.push(country === '-' ? null : country) - 1;
      places.set(country, place);
    }
    index.set(prefix, place);
    prefixes.push([prefix, country === '-' ? null : country]);
  }
  return { index, countries, prefixes };
}
