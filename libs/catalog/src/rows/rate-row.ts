import type { RateRow } from '@ratestream/events';
import { parseMoney, type Nano } from '@ratestream/money';
import { PLAIN_RATE } from '../plain.js';
import { RECEIPT_HORIZON_SEC } from '../schemas/fields.js';
import { RowReader, shorten, type RawRow, type RowResult } from './row-fault.js';

/** Columns of an uploaded rate sheet; only `price` is needed. A row with nothing else is the card's default. */
export const RATE_COLUMNS = [
  'country',
  'mcc',
  'mnc',
  'prefix',
  'traffic_class',
  'price',
  'unit',
  'basis',
  'timeout_sec',
  'timeout_policy',
] as const;

const BASES = /^(accept|submit|delivered|final_not_rejected)$/;
const DECIMAL = /^\+?\d{1,20}(\.\d*)?$/;
/** No message costs a billion; rating keeps a price in 64 bits of nano-units. */
const MAX_PRICE = 1_000_000_000n * 1_000_000_000n;
const MORE_THAN_NINE_PLACES = /\.\d{9}\d*[1-9]\d*$/;

/**
 * Checks one row of a rate sheet.
 *
 * In      text by column; MCC and MNC are text too: `01` and `1` are different networks
 * Out     the rate, or every fault of the row; nothing is guessed, rounded or padded
 * Example {mcc: '234', mnc: '10', traffic_class: 'otp', price: '0.0405'} → rate `otp:234-10` of 40 500 000 nano-units
 */
export function parseRateRow(raw: RawRow): RowResult<RateRow> {
  const read = new RowReader(raw);
  const country = read.optionalUpper('country', /^[A-Z]{2}$/, 'is no ISO 3166 alpha-2 code');
  const mcc = read.optional('mcc', /^\d{3}$/, 'is no MCC: three digits');
  const mnc = read.optional('mnc', /^\d{2,3}$/, 'is no MNC: two or three digits, as text');
  const prefix = read.optional('prefix', /^\+?[1-9]\d{0,14}$/, 'is no E.164 prefix')?.replace('+', '') ?? null;
  const trafficClass = read.optional(
    'traffic_class',
    /^[a-z0-9][a-z0-9_.-]{0,63}$/,
    'is no traffic class: lower case letters, digits, _ . -',
  );
  const price = readPrice(read);
  const unit = (read.optional('unit', /^(part|message)$/, 'is neither part nor message') ?? 'part') as RateRow['unit'];
  const basis = read.optional('basis', BASES, 'is no charge basis');
  const timeoutSec = readTimeout(read);
  const timeoutPolicy = read.optional('timeout_policy', /^(settle|release)$/, 'is neither settle nor release');
  if (mnc !== null && mcc === null && read.text('mcc') === '')
    read.fault('mnc', 'mnc_without_mcc', 'an MNC means nothing without its MCC');
  if (prefix !== null && (mcc !== null || mnc !== null)) {
    read.fault('prefix', 'prefix_with_network', 'a row matches a prefix or a network, not both');
  }
  if (read.faults.length > 0 || price === null) return { faults: read.faults };
  const row = {
    country,
    mcc,
    mnc,
    prefix,
    trafficClass: trafficClass === 'any' ? null : trafficClass,
    price,
    unit,
    basis,
    timeoutSec,
    timeoutPolicy,
    ...PLAIN_RATE,
  };
  return { row: { rateId: rateIdOf(row), ...row } };
}

/**
 * What a rate matches on, as text that a person can read; unique within a version, so it is the rate's id there.
 *
 * Example `otp:GB-234-10`, `any:+4477`, `any:GB`, `any:234`, `any:default`
 */
export function rateIdOf(row: Pick<RateRow, 'country' | 'mcc' | 'mnc' | 'prefix' | 'trafficClass'>): string {
  const place = [row.country, row.mcc, row.mnc].filter((part) => part !== null).join('-');
  const destination = row.prefix === null ? place : `${place}+${row.prefix}`;
  return `${row.trafficClass ?? 'any'}:${destination === '' ? 'default' : destination}`;
}

function readPrice(read: RowReader): Nano | null {
  const text = read.text('price');
  if (text === '') read.fault('price', 'missing', 'a price is needed');
  else if (text.startsWith('-')) read.fault('price', 'negative', 'a price is not negative');
  else if (MORE_THAN_NINE_PLACES.test(text))
    read.fault('price', 'too_precise', `"${shorten(text)}" has more than nine places, which are never rounded`);
  else if (!DECIMAL.test(text))
    read.fault('price', 'malformed', `"${shorten(text)}" is no decimal number with a point`);
  else {
    const price = parseMoney(text.replace(/(\.\d{9})0+$/, '$1'));
    if (price <= MAX_PRICE) return price;
    read.fault('price', 'too_large', `"${shorten(text)}" is above a billion`);
  }
  return null;
}

function readTimeout(read: RowReader): number | null {
  const text = read.text('timeout_sec');
  if (text === '') return null;
  const seconds = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= RECEIPT_HORIZON_SEC) return seconds;
  read.fault('timeout_sec', 'malformed', `"${shorten(text)}" is not between 1 and ${RECEIPT_HORIZON_SEC} seconds`);
  return null;
}
