import { isCurrency, type FxDay } from '@ratestream/catalog';
import { DateTime } from 'luxon';

/** What the European Central Bank's rates are called, and per what they are quoted. */
export const ECB = { source: 'ecb', base: 'EUR' } as const;

/** Why a line is not taken. */
export interface LineFault {
  /** 1 is the header. */
  readonly line: number;
  readonly column: string | null;
  readonly message: string;
}

export interface EcbHistory {
  /** In order of their dates. */
  readonly days: FxDay[];
  readonly faults: LineFault[];
  /** Of each date. */
  readonly lines: ReadonlyMap<string, number>;
}

/** A century of working days. */
const MAX_LINES = 26_000;
/** A file of another kind has one in every cell. */
const MAX_FAULTS = 10_000;
const PUBLISHED_AT = { hour: 16, zone: 'Europe/Berlin' };
/** As the catalog takes them: at most 12 digits before the point and 9 after it. */
const FIGURE = /^\d{1,12}(?:\.\d{1,9})?$/;
const NOT_QUOTED = new Set(['', 'N/A', '-']);
const DATE_FORMATS = ['yyyy-MM-dd', 'd LLLL yyyy'];

/**
 * Reads the reference rates as the ECB publishes them.
 *
 * In      `eurofxref-hist.csv` (Date,USD,JPY,…, a comma at the end, N/A for currencies not quoted that day), or the
 *         daily `eurofxref.csv`, which has spaces and writes 13 April 2026
 * Out     days in order, published at 16:00 in Frankfurt on their date. A line with a fault is left out whole and named,
 *         with every fault of it. So is the column of a currency that does not exist; another faulty header leaves nothing
 * Never   guesses a figure: one that is zero, negative, in another notation, or with more than 12 digits before the point or 9 after it is a fault
 */
export function parseEcbHistory(text: string): EcbHistory {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const header = cells(lines[0] ?? '');
  const faults = headerFaults(header);
  const currencies = header.slice(1);
  const lineOf = new Map<string, number>();
  if (faults.length > 0) return { days: [], faults, lines: lineOf };
  const unknown = new Set(currencies.filter((currency) => !isCurrency(currency)));
  for (const currency of unknown) faults.push(fault(1, currency, `"${currency}" is no currency of ISO 4217`));
  const days = new Map<string, FxDay>();
  for (let index = 1; index < lines.length; index++) {
    if (index > MAX_LINES || faults.length >= MAX_FAULTS) {
      const what = index > MAX_LINES ? `${MAX_LINES} lines` : `${MAX_FAULTS} faults`;
      faults.push(fault(index + 1, null, `and what comes after it is left out: the file has more than ${what}`));
      break;
    }
    const line = lines[index] as string;
    if (line.trim() === '') continue;
    const day = readLine(line, index + 1, { currencies, unknown }, faults);
    if (day === null) continue;
    if (days.has(day.date)) faults.push(fault(index + 1, 'Date', `${day.date} is in the file twice`));
    else {
      days.set(day.date, day);
      lineOf.set(day.date, index + 1);
    }
  }
  return { days: [...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1)), faults, lines: lineOf };
}

function readLine(
  line: string,
  number: number,
  { currencies, unknown }: { currencies: readonly string[]; unknown: ReadonlySet<string> },
  faults: LineFault[],
): FxDay | null {
  const [dateText = '', ...figures] = cells(line);
  const before = faults.length;
  const date = readDate(dateText);
  if (date === null) faults.push(fault(number, 'Date', `"${short(dateText)}" is not a date`));
  if (figures.length !== currencies.length)
    faults.push(fault(number, null, `${figures.length} figures for ${currencies.length} currencies`));
  const rates: Record<string, string> = {};
  for (const [index, currency] of currencies.entries()) {
    const figure = figures[index] ?? '';
    if (NOT_QUOTED.has(figure) || unknown.has(currency)) continue;
    if (!FIGURE.test(figure) || !/[1-9]/.test(figure))
      faults.push(fault(number, currency, `"${short(figure)}" is not a rate`));
    else rates[currency] = figure;
  }
  if (date === null || faults.length > before) return null;
  if (Object.keys(rates).length === 0) {
    faults.push(fault(number, null, 'no currency has a rate'));
    return null;
  }
  return { date: date.toISODate(), publishedAt: date.set({ hour: PUBLISHED_AT.hour }).toMillis() * 1000, rates };
}

function readDate(text: string): DateTime<true> | null {
  for (const format of DATE_FORMATS) {
    const date = DateTime.fromFormat(text, format, { zone: PUBLISHED_AT.zone, locale: 'en' });
    if (date.isValid) return date;
  }
  return null;
}

function headerFaults(header: readonly string[]): LineFault[] {
  const [first, ...currencies] = header;
  if (first?.toLowerCase() !== 'date')
    return [fault(1, 'Date', 'the first line must begin with Date and name the currencies')];
  const faults = currencies
    .filter((currency) => !/^[A-Z]{3}$/.test(currency))
    .map((currency) => fault(1, short(currency), `"${short(currency)}" is not a currency`));
  const twice = currencies.filter((currency, index) => currencies.indexOf(currency) !== index);
  faults.push(...twice.map((currency) => fault(1, currency, `${currency} is in the header twice`)));
  if (currencies.includes(ECB.base)) faults.push(fault(1, ECB.base, 'rates are per EUR, so EUR has no column'));
  if (currencies.length === 0) faults.push(fault(1, null, 'no currency is named'));
  return faults;
}

/** The last comma ends the line and begins no cell. */
function cells(line: string): string[] {
  const list = line.split(',').map((cell) => cell.trim());
  if (list.length > 1 && list.at(-1) === '') list.pop();
  return list;
}

function fault(line: number, column: string | null, message: string): LineFault {
  return { line, column, message };
}

function short(text: string): string {
  return text.slice(0, 40);
}
