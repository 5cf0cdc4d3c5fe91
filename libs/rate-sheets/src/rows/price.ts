import { parseMoney, type Nano } from '@ratestream/money';
import { excerpt } from '../model.js';

/** Signs that mean one currency everywhere, and `$` as sheets of this trade use it. A mapping's own signs go first. */
const SYMBOLS: readonly (readonly [string, string])[] = [
  ['US$', 'USD'],
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['₹', 'INR'],
  ['₽', 'RUB'],
  ['₺', 'TRY'],
  ['₩', 'KRW'],
  ['$', 'USD'],
];
/** How a price is written where nobody's layout decides. */
export const DECIMAL_PRICE = /^\d{1,9}(\.\d{1,9})?$/;
/** Above a billion it is a phone number in the wrong column; rating keeps a price in 64 bits of nano-units. */
const MAX_PRICE = 1_000_000_000n * 1_000_000_000n;

export interface PriceFormat {
  decimal: '.' | ',';
  thousands: string;
  /** Longest first. */
  symbols: readonly (readonly [string, string])[];
}

export type PriceCell =
  { price: Nano; currency: string | null; fault?: never } | { fault: { code: string; message: string } };

export function priceFormat(
  decimal: '.' | ',',
  thousands: string,
  symbols: Readonly<Record<string, string>>,
): PriceFormat {
  const own = Object.entries(symbols).sort(([a], [b]) => b.length - a.length);
  return { decimal, thousands, symbols: [...own, ...SYMBOLS] };
}

/**
 * Reads the price of a cell exactly.
 *
 * In      digits with the mapping's decimal and thousands signs, a currency sign or code before or behind it
 * Out     nano-units and the currency that the cell names; or why it is no price
 * Never   rounds, takes a point for a comma, or takes the absolute value
 * Example decimal ',' thousands '.': '€ 1.000,05' → 1 000.05 EUR
 */
export function readPrice(text: string, format: PriceFormat): PriceCell {
  const { rest, currency } = splitCurrency(text.trim(), format.symbols);
  if (rest === '') return fault('missing_price', 'a price is needed');
  const plain = plainNumber(rest, format);
  if (plain === null) return fault('malformed_price', `"${excerpt(text)}" is no price written as the mapping says`);
  if (plain.startsWith('-')) return fault('negative_price', `"${excerpt(text)}" is below zero`);
  const [, fraction = ''] = plain.split('.');
  if (/[1-9]/.test(fraction.slice(9)))
    return fault('too_precise', `"${excerpt(text)}" has more than nine places, which are never rounded`);
  const price = parseMoney(fraction.length > 9 ? plain.slice(0, plain.indexOf('.') + 10) : plain);
  return price > MAX_PRICE ? fault('too_large', `"${excerpt(text)}" is above a billion`) : { price, currency };
}

function splitCurrency(text: string, symbols: PriceFormat['symbols']): { rest: string; currency: string | null } {
  if (/^[+-]?[\d.]+$/.test(text)) return { rest: text, currency: null };
  const code = /^([A-Za-z]{3})\s*(?=[\d+.,-])|(?<=[\d.,])\s*([A-Za-z]{3})$/.exec(text);
  if (code !== null) {
    const rest = text.slice(0, code.index) + text.slice(code.index + code[0].length);
    return { rest: rest.trim(), currency: (code[1] ?? code[2] ?? '').toUpperCase() };
  }
  for (const [symbol, currency] of symbols) {
    if (text.startsWith(symbol)) return { rest: text.slice(symbol.length).trim(), currency };
    if (text.endsWith(symbol)) return { rest: text.slice(0, -symbol.length).trim(), currency };
  }
  return { rest: text, currency: null };
}

/** With a point and without grouping; null where it is written otherwise. */
function plainNumber(text: string, { decimal, thousands }: PriceFormat): string | null {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const unsigned = text.slice(sign.length);
  const parts = unsigned.split(decimal);
  if (parts.length > 2) return null;
  const [whole = '', fraction = ''] = parts;
  const digits = thousands === '' ? whole : ungrouped(whole, thousands);
  if (digits === null || !/^\d{0,20}$/.test(digits) || !/^\d{0,40}$/.test(fraction) || digits + fraction === '')
    return null;
  const plain = `${digits === '' ? '0' : digits}${fraction === '' ? '' : `.${fraction}`}`;
  return sign === '-' && /[1-9]/.test(plain) ? `-${plain}` : plain;
}

function ungrouped(whole: string, thousands: string): string | null {
  // A non-breaking space groups like a space.
  const text = thousands === ' ' ? whole.replace(/[\u00a0\u202f]/g, ' ') : whole;
  if (!text.includes(thousands)) return text;
  const [first = '', ...groups] = text.split(thousands);
  return /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group)) ? first + groups.join('') : null;
}

function fault(code: string, message: string): PriceCell {
  return { fault: { code, message } };
}
