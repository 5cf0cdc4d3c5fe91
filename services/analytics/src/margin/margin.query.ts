import { OPERATOR } from '@ratestream/catalog';

/** What margin can be grouped by; every answer is grouped by currency as well. */
export const DIMENSIONS = ['day', 'account', 'supplier', 'country', 'network', 'class', 'level'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** In which money: the installation's, or that in which accounts are debited and suppliers owed. */
export const MONIES = ['reporting', 'account'] as const;
export type MoneyOf = (typeof MONIES)[number];

/** Whose margin: what others pay this party less what it pays. */
export interface MarginRequest {
  /** An account, or OPERATOR. */
  readonly party: string;
  /** Depth of the party below the root payer, which is 0; the operator is −1. */
  readonly partyLevel: number;
  /** The party and all below it; null for the operator, whose subtree is everything. */
  readonly subtree: readonly string[] | null;
  readonly groupBy: readonly Dimension[];
  /** UTC days of billing, inclusive. */
  readonly from: string;
  /** UTC day, exclusive. */
  readonly to: string;
  readonly limit: number;
  readonly money: MoneyOf;
}

export interface Query {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Columns of the table behind each dimension; `level` is the party's, computed from the legs. */
const EXPRESSIONS: Readonly<Record<Exclude<Dimension, 'level'>, string>> = {
  day: 'toString(day)',
  account: 'account',
  supplier: 'supplier',
  country: 'country',
  network: "if(mcc = '', '', concat(mcc, '-', mnc))",
  class: 'traffic_class',
};

/** Amounts are only ever added within one currency. */
const MONEY: Readonly<Record<MoneyOf, { currency: string; sums: string }>> = {
  reporting: {
    currency: 'reporting_currency',
    sums: 'sum(reporting_amount) AS money, sum(reporting_held) - sum(reporting_freed) AS held, sum(units) AS units',
  },
  account: {
    currency: 'account_currency',
    sums: 'sum(account_amount) AS money, sum(held_amount) - sum(held_freed) AS held, sum(units) AS units',
  },
};

/**
 * The margin of one party.
 *
 * Without `level`: only legs that the party pays or is paid, so nothing above or beside it can come in. With `level`: the
 * legs of its whole subtree, each counted as cost of its payer's level and as revenue of its payee's; levels above the
 * party's are cut.
 *
 * Both read the projection `margin_by_currency` alone: they use its keys and its sums and nothing else.
 */
export function marginQuery(request: MarginRequest): Query {
  const byLevel = request.groupBy.includes('level');
  const keys = request.groupBy.filter((dimension) => dimension !== 'level');
  const { currency, sums } = MONEY[request.money];
  const names = [...request.groupBy.map((dimension) => `d_${dimension}`), 'cur'];
  const shown = [...request.groupBy.map((dimension) => `d_${dimension}`), 'cur AS currency'];
  // Under a name of its own: an alias that is a column's name would take its place in the WHERE.
  const inner = [...keys.map((key) => `${EXPRESSIONS[key]} AS d_${key}`), `${currency} AS cur`];
  const { party, partyLevel, subtree, from, to, limit } = request;
  const parameters = { party, partyLevel, subtree: subtree ?? [], from, to, limit: limit + 1 };
  // A leg that could not be priced has no currency, and no money either.
  const days = "day >= toDate32({from:String}) AND day < toDate32({to:String}) AND currency != ''";
  const sql = byLevel
    ? `SELECT ${shown.join(', ')}, ${pivot('earns')} FROM (
         SELECT ${[...keys.map((key) => `d_${key}`), 'cur'].join(', ')}, money, held, units,
           arrayJoin(if(side = 'sell', [(level - 1, 1), (level, 0)], [(-1, 0)])) AS posting,
           toInt32(posting.1) AS d_level, posting.2 = 1 AS earns
         FROM (
           SELECT ${[...inner, 'side', 'toInt32(level) AS level'].join(', ')}, ${sums} FROM rated_legs
           WHERE ${days}${party === OPERATOR ? '' : " AND side = 'sell' AND payer IN {subtree:Array(String)}"}
           GROUP BY ${[...keys.map((key) => `d_${key}`), 'cur', 'side', 'level'].join(', ')}
         )
       ) WHERE d_level >= {partyLevel:Int32}`
    : `SELECT ${shown.join(', ')}, ${pivot('earns')} FROM (
         SELECT ${inner.join(', ')}, payee = {party:String} AS earns, ${sums} FROM rated_legs
         WHERE ${days} AND (payee = {party:String} OR payer = {party:String})
         GROUP BY ${[...keys.map((key) => `d_${key}`), 'cur', 'earns'].join(', ')}
       )`;
  return {
    sql: `${sql} GROUP BY ${names.join(', ')} ORDER BY ${names.join(', ')} LIMIT {limit:UInt32}`,
    parameters,
  };
}

function pivot(earns: string): string {
  return [
    `sumIf(money, ${earns}) AS revenue`,
    `sumIf(money, NOT ${earns}) AS cost`,
    `sumIf(held, ${earns}) AS held_revenue`,
    `sumIf(held, NOT ${earns}) AS held_cost`,
    `sumIf(units, ${earns}) AS sold_units`,
    `sumIf(units, NOT ${earns}) AS bought_units`,
  ].join(', ');
}
