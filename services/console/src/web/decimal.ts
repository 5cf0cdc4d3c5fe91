/**
 * Amounts as the services send them: decimal strings. Everything here works on their digits with bigint; a float would
 * show a finance manager cents that the ledger does not have.
 */

const SCALE = 18;
const UNIT = 10n ** BigInt(SCALE);
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d{1,18}))?$/;

/** '−12.5' → −12.5 × 10¹⁸. Null for what is no decimal. */
export function parseDecimal(text: string): bigint | null {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return null;
  const [, sign, whole = '0', fraction = ''] = match;
  const value = BigInt(whole) * UNIT + BigInt(fraction.padEnd(SCALE, '0'));
  return sign === '-' ? -value : value;
}

/**
 * Groups and rounds a decimal string for display: `formatAmount('1234567.125', 2)` is '1,234,567.12' (half to even).
 * Text that is no decimal is shown as it is, rather than as a wrong number.
 */
export function formatAmount(text: string, places: number): string {
  const value = parseDecimal(text);
  return value === null ? text : formatScaled(value, places);
}

/** All digits that an amount has, grouped, with at least two places: '0.0045' stays '0.0045', '3' becomes '3.00'. */
export function formatExact(text: string): string {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return text;
  const places = (match[3] ?? '').replace(/0+$/, '').length;
  return formatAmount(text, Math.max(2, places));
}

function formatScaled(value: bigint, places: number): string {
  const rounded = divideHalfEven(value, 10n ** BigInt(SCALE - places));
  const negative = rounded < 0n;
  const digits = (negative ? -rounded : rounded).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = places === 0 ? '' : `.${digits.slice(-places)}`;
  return `${negative ? '−' : ''}${grouped}${fraction}`;
}

function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  const quotient = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  const result = up ? quotient + 1n : quotient;
  return negative ? -result : result;
}

/** −1, 0 or 1. */
export function signOf(text: string): -1 | 0 | 1 {
  const value = parseDecimal(text) ?? 0n;
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

/** `now − before` as a signed text, null where that rounds to nothing: '+1.2500', '−0.0045'. */
export function formatChange(before: string, now: string, places: number): string | null {
  const a = parseDecimal(before);
  const b = parseDecimal(now);
  if (a === null || b === null) return null;
  const text = formatScaled(b - a, places);
  if (!/[1-9]/.test(text)) return null;
  return text.startsWith('−') ? text : `+${text}`;
}

/** Part of whole in percent with one place, '—' where the whole is nothing: margin over revenue. */
export function formatShare(part: string, whole: string): string {
  const p = parseDecimal(part);
  const w = parseDecimal(whole);
  if (p === null || w === null || w === 0n) return '—';
  return `${formatScaled(divideHalfEven(p * 100n * UNIT, w), 1)} %`;
}

/** 1234567 → '1,234,567'. Counts only, never amounts. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
