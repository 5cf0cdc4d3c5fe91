import { parseMoney } from '@ratestream/money';
import type { LegGroup, PairGroup, PricedBy } from './traffic-reader.js';

/** Columns of `rated_legs` that price a leg, in the order in which both queries group by them. */
export const PRICED_BY = [
  'networks',
  'number_country',
  'traffic_class',
  'sender_type',
  'origin_country',
  'route_grade',
  'opening_route_grade',
  'connection',
  'parts_reported',
  'parts_computed8',
  'parts_computed16',
] as const;

/** Columns that say whose leg it is and what people ask for. */
export const ASKED_FOR = [
  'account',
  'payer',
  'level',
  'supplier',
  'card_id',
  'country',
  'mcc',
  'mnc',
  'basis',
  'currency',
  'account_currency',
  'reporting_currency',
] as const;

type Row = Readonly<Record<string, unknown>>;

const text = (row: Row, column: string): string => ((row[column] ?? '') as string | number).toString();
const number = (row: Row, column: string): number => Number(row[column]);

export function legGroupOf(row: Row, side: 'sell' | 'buy'): LegGroup {
  const unrated = text(row, 'last') === 'unrated';
  return {
    ...pricedByOf(row, side),
    side,
    account: text(row, 'account'),
    payer: text(row, 'payer'),
    level: number(row, 'level'),
    supplier: text(row, 'supplier'),
    cardId: text(row, 'card_id'),
    country: text(row, 'country'),
    mcc: text(row, 'mcc'),
    mnc: text(row, 'mnc'),
    at: number(row, 'at'),
    basis: text(row, 'basis'),
    legs: number(row, 'legs'),
    units: number(row, 'billed'),
    currency: text(row, 'currency'),
    amount: parseMoney(text(row, 'charged')),
    accountCurrency: text(row, 'account_currency'),
    accountAmount: parseMoney(text(row, 'debited')),
    reportingCurrency: text(row, 'reporting_currency'),
    reportingAmount: parseMoney(text(row, 'reported')),
    unrated: unrated ? text(row, 'leg_reason') : null,
    events: unrated ? (row['events'] as string[]) : [],
  };
}

export function pairGroupOf(row: Row): PairGroup {
  return {
    ...pricedByOf(row, 'buy'),
    sellCard: text(row, 'sell_card'),
    buyCard: text(row, 'buy_card'),
    country: text(row, 'country'),
    mcc: text(row, 'mcc'),
    mnc: text(row, 'mnc'),
    units: number(row, 'billed'),
  };
}

function pricedByOf(row: Row, side: 'sell' | 'buy'): PricedBy {
  const networks = row['networks'] as string[];
  const partsReported = number(row, 'parts_reported');
  const old = networks.length === 0 && text(row, 'mcc') !== '';
  return {
    // Rows from before evidence was kept have the best one alone.
    networks: old ? [`reported/${text(row, 'mcc')}/${text(row, 'mnc')}/`] : networks,
    numberCountry: text(row, 'number_country') || text(row, 'country'),
    digits: text(row, 'digits'),
    trafficClass: text(row, 'traffic_class'),
    senderType: text(row, 'sender_type'),
    originCountry: text(row, 'origin_country'),
    // Customers pay for the route that was meant when the message came, suppliers for the one of their attempt.
    routeGrade: (side === 'buy' && text(row, 'route_grade')) || text(row, 'opening_route_grade'),
    connection: text(row, 'connection'),
    firstPart: number(row, 'first_part') === 1,
    partsReported,
    partsComputed8: number(row, 'parts_computed8'),
    partsComputed16: number(row, 'parts_computed16'),
  };
}
