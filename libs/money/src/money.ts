/** An exact amount in nano-units: 1 EUR is 1_000_000_000n. Source: domain.md §7. */
export type Nano = bigint;

/** One unit of a currency in nano-units. */
export const UNIT: Nano = 1_000_000_000n;

const PLACES = 9;
const DECIMAL = /^([+-]?)(\d{1,29})(?:\.(\d{0,9}))?$/;

/** The text is no exact decimal amount. The writer's fault. */
export class MoneyFormatError extends Error {
  constructor(readonly text: string) {
    super(`"${text.slice(0, 60)}" is not a decimal amount with at most 29 digits before and 9 after the point`);
    this.name = 'MoneyFormatError';
  }
}

/**
 * Reads a decimal string exactly.
 *
 * In      plain decimal notation, at most nine places; no exponent, no grouping, no spaces
 * Out     nano-units; never rounded
 * Errors  MoneyFormatError when it is anything else; a tenth place is refused, not cut
 * Example '0.0105' → 10_500_000n
 */
export function parseMoney(text: string): Nano {
  const match = DECIMAL.exec(text);
  if (match === null) throw new MoneyFormatError(text);
  const [, sign, whole = '0', fraction = ''] = match;
  const nano = BigInt(whole + fraction.padEnd(PLACES, '0'));
  return sign === '-' ? -nano : nano;
}

/**
 * Writes an amount in plain decimal notation, without trailing zeros.
 *
 * Example 10_500_000n → '0.0105', 0n → '0', -1n → '-0.000000001'
 */
export function formatMoney(nano: Nano): string {
  const negative = nano < 0n;
  const digits = (negative ? -nano : nano).toString().padStart(PLACES + 1, '0');
  const whole = digits.slice(0, -PLACES);
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * Price times a whole quantity; exact.
 *
 * Errors  RangeError when the quantity is not a safe integer: our bug, never data
 */
export function multiply(price: Nano, quantity: number): Nano {
  return quantity === 1 ? price : price * BigInt(quantity);
}

/** Exact sum; 0n of nothing. */
export function sum(amounts: Iterable<Nano>): Nano {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/**
 * Integer division rounded half to even: the one rounding of a leg that cannot be exact.
 *
 * Errors  RangeError on a zero denominator
 * Example (5n, 2n) → 2n, (7n, 2n) → 4n, (-5n, 2n) → -2n
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator < 0n) return divideHalfEven(-numerator, -denominator);
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < denominator) return quotient;
  const away = quotient + (numerator < 0n ? -1n : 1n);
  return twice > denominator || quotient % 2n !== 0n ? away : quotient;
}
