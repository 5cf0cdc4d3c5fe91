/** An exact non-negative number; the denominator is > 0. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

export const ONE: Fraction = { n: 1n, d: 1n };

/** Figures of the catalog have 12 and 9 digits; a mean of them with 18 significant ones may have 39 places. */
const DECIMAL = /^(\d{1,60})(?:\.(\d{1,60}))?$/;

/**
 * Reads a plain decimal without sign exactly; null where it is none.
 *
 * Example '1.1684' → 11684/10000
 */
export function readDecimal(text: string): Fraction | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, whole = '0', fraction = ''] = match;
  return { n: BigInt(whole + fraction), d: 10n ** BigInt(fraction.length) };
}

/** What has been accepted as a figure before. Errors: RangeError, our bug: commands and feeds refuse such figures. */
export function decimal(text: string): Fraction {
  const value = readDecimal(text);
  if (value === null) throw new RangeError(`"${text.slice(0, 60)}" is not a plain decimal`);
  return value;
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.n, d: a.d * b.d };
}

/** Errors: RangeError where `b` is zero. */
export function over(a: Fraction, b: Fraction): Fraction {
  if (b.n === 0n) throw new RangeError('a rate of zero divides nothing');
  return { n: a.n * b.d, d: a.d * b.n };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return reduced({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
}

/** 1 + percent / 100. */
export function grownBy(percent: string | null): Fraction {
  if (percent === null) return ONE;
  const { n, d } = decimal(percent);
  return { n: 100n * d + n, d: 100n * d };
}

/** Lowest terms: keeps sums of many days small. */
export function reduced({ n, d }: Fraction): Fraction {
  let [a, b] = [n, d];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? { n: 0n, d: 1n } : { n: n / a, d: d / a };
}

/**
 * Plain decimal notation with at most `digits` significant digits, rounded half to even, without trailing zeros.
 *
 * Example (2/3, 12) → '0.666666666667', (1/20000, 12) → '0.00005'
 */
export function significant({ n, d }: Fraction, digits: number): string {
  if (n === 0n) return '0';
  // Power of ten of the first digit: from the lengths, which may be one too high.
  let magnitude = n.toString().length - d.toString().length;
  if (compareToPowerOfTen({ n, d }, magnitude) < 0) magnitude -= 1;
  const places = digits - 1 - magnitude;
  return shown(scaled({ n, d }, places), places);
}

/** All digits of a fraction that is a finite decimal; null where it is none within 60 places. */
export function finite(value: Fraction): string | null {
  const { n, d } = reduced(value);
  for (let places = 0, scale = 1n; places <= 60; places++, scale *= 10n)
    if ((n * scale) % d === 0n) return shown((n * scale) / d, places);
  return null;
}

function compareToPowerOfTen({ n, d }: Fraction, power: number): number {
  const left = power < 0 ? n * 10n ** BigInt(-power) : n;
  const right = power < 0 ? d : d * 10n ** BigInt(power);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** value × 10^places, half to even. */
function scaled({ n, d }: Fraction, places: number): bigint {
  const numerator = places < 0 ? n : n * 10n ** BigInt(places);
  const denominator = places < 0 ? d * 10n ** BigInt(-places) : d;
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice < denominator) return quotient;
  return twice > denominator || quotient % 2n !== 0n ? quotient + 1n : quotient;
}

function shown(digits: bigint, places: number): string {
  if (places <= 0) return (digits * 10n ** BigInt(-places)).toString();
  const text = digits.toString().padStart(places + 1, '0');
  const fraction = text.slice(-places).replace(/0+$/, '');
  return `${text.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}
