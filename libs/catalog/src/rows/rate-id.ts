import type { RateRow } from '@ratestream/events';
import { formatInstant } from '../instant.js';
import type { Micros } from '../model.js';

/** What tells rates of a version apart. Priority is not among it: it ranks rates, and two that differ in nothing else are one. */
export type RateKey = Pick<RateRow, 'country' | 'mcc' | 'mnc' | 'prefix' | 'trafficClass'> &
  Partial<Pick<RateRow, 'senderType' | 'originCountry' | 'routeGrade' | 'surcharge' | 'validFrom'>>;

const MIDNIGHT = 'T00:00:00.000Z';

/**
 * What a rate matches on, as text that a person can read; unique within a version, so it is the rate's id there.
 *
 * Example `otp:GB-234-10`, `any:+4477`, `any:GB`, `any:234`, `any:default`,
 *         `otp:IN-404-10;sender=alphanumeric;origin=unknown;grade=direct`, `any:US;fee=carrier@2026-06-01`
 */
export function rateIdOf(row: RateKey): string {
  const place = [row.country, row.mcc, row.mnc].filter((part) => part !== null).join('-');
  const destination = row.prefix === null ? place : `${place}+${row.prefix}`;
  return (
    `${row.trafficClass ?? 'any'}:${destination === '' ? 'default' : destination}` +
    named(';sender=', row.senderType) +
    named(';origin=', row.originCountry) +
    named(';grade=', row.routeGrade) +
    named(';fee=', row.surcharge) +
    ((row.validFrom ?? null) === null ? '' : `@${dateOf(row.validFrom as Micros)}`)
  );
}

function named(name: string, value: string | null | undefined): string {
  return (value ?? null) === null ? '' : `${name}${value as string}`;
}

/** The day alone where it begins there. */
function dateOf(at: Micros): string {
  const text = formatInstant(at);
  return text.endsWith(MIDNIGHT) ? text.slice(0, -MIDNIGHT.length) : text;
}
