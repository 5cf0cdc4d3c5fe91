import type { RateRow } from '@ratestream/events';
import { parseMoney, type Nano } from '@ratestream/money';
import { parseInstant } from '../instant.js';
import { UNKNOWN_ORIGIN, type Micros } from '../model.js';
import { RECEIPT_HORIZON_SEC } from '../schemas/fields.js';
import { rateIdOf } from './rate-id.js';
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
  'sender_type',
  'origin_country',
  'route_grade',
  'priority',
  'surcharge',
  'valid_from',
  'valid_until',
] as const;

/** Names of surcharges on a version: each may be a component of every leg, and thousands would make events that no topic takes. */
export const MAX_SURCHARGES = 100;
/** Different priorities in a version: a look-up asks them one after the other. */
export const MAX_PRIORITIES = 50;
/** Traffic classes, sender types, grades and names of surcharges. */
const WORD = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const NO_WORD = 'lower case letters, digits, _ . -';
/** Above it nobody ranks by hand. */
const MAX_PRIORITY = 1_000;
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
  const trafficClass = readWord(read, 'traffic_class', `is no traffic class: ${NO_WORD}`);
  const price = readPrice(read);
  const unit = (read.optional('unit', /^(part|message)$/, 'is neither part nor message') ?? 'part') as RateRow['unit'];
  const basis = read.optional('basis', BASES, 'is no charge basis');
  const timeoutSec = readTimeout(read);
  const timeoutPolicy = read.optional('timeout_policy', /^(settle|release)$/, 'is neither settle nor release');
  const senderType = readWord(read, 'sender_type', `is no sender type: ${NO_WORD}`);
  const originCountry = readOrigin(read);
  const routeGrade = readWord(read, 'route_grade', `is no route grade: ${NO_WORD}`);
  const priority = readPriority(read);
  const surcharge = readSurcharge(read);
  const { validFrom, validUntil } = readValidity(read);
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
    trafficClass,
    price,
    unit,
    basis,
    timeoutSec,
    timeoutPolicy,
    senderType,
    originCountry,
    routeGrade,
    priority,
    surcharge,
    validFrom,
    validUntil,
  };
  return { row: { rateId: rateIdOf(row), ...row } };
}

/** `any` is said by leaving the cell empty, and taken as that. */
function readWord(read: RowReader, field: string, message: string): string | null {
  const word = read.optional(field, WORD, message);
  return word === 'any' ? null : word;
}

/** `unknown` prices messages of which no origin is known; empty prices those of every origin. */
function readOrigin(read: RowReader): string | null {
  const text = read.text('origin_country').toLowerCase();
  if (text === 'any') return null;
  if (text === UNKNOWN_ORIGIN) return UNKNOWN_ORIGIN;
  return read.optionalUpper('origin_country', /^[A-Z]{2}$/, 'is no ISO 3166 alpha-2 code, nor unknown');
}

function readPriority(read: RowReader): number {
  const text = read.text('priority');
  if (text === '') return 0;
  const priority = /^[+-]?\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (Math.abs(priority) <= MAX_PRIORITY) return priority === 0 ? 0 : priority;
  read.fault(
    'priority',
    'malformed',
    `"${shorten(text)}" is no whole number between -${MAX_PRIORITY} and ${MAX_PRIORITY}`,
  );
  return 0;
}

/** A component beside the usage price: when it is owed is said by the usage rate. */
function readSurcharge(read: RowReader): string | null {
  const surcharge = read.optional('surcharge', WORD, `is no name of a surcharge: ${NO_WORD}`);
  if (read.text('surcharge') === '') return null;
  for (const field of ['basis', 'timeout_sec', 'timeout_policy'])
    if (read.text(field) !== '')
      read.fault(field, 'surcharge_terms', 'a surcharge has the basis and time-out of the usage rate');
  return surcharge;
}

/** The billing times that a surcharge counts for; usage prices change with versions. */
function readValidity(read: RowReader): { validFrom: Micros | null; validUntil: Micros | null } {
  const validFrom = readInstant(read, 'valid_from');
  const validUntil = readInstant(read, 'valid_until');
  if (read.text('surcharge') === '')
    for (const field of ['valid_from', 'valid_until'])
      if (read.text(field) !== '')
        read.fault(field, 'no_surcharge', 'only surcharges have dates; a usage price changes with a version');
  if (validFrom !== null && validUntil !== null && validUntil <= validFrom)
    read.fault('valid_until', 'not_after_from', 'lies not after valid_from');
  return { validFrom, validUntil };
}

function readInstant(read: RowReader, field: string): Micros | null {
  const text = read.text(field);
  if (text === '') return null;
  const at = parseInstant(text);
  if (at === null || at < 0)
    read.fault(field, 'malformed', `"${shorten(text)}" is no ISO 8601 instant with zone, such as 2026-01-01T00:00:00Z`);
  return at;
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
