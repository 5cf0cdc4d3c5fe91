import { formatMoney, parseMoney } from '@ratestream/money';
import type { Dimension } from './margin.query.js';

/** A row as ClickHouse answers it: decimals and 64-bit integers as strings. */
export type MarginRow = Readonly<Record<string, string | number>>;

/** One group; amounts are decimal strings. */
export interface MarginLine {
  /** The group's values in the order of `groupBy`; '' where nothing is known. */
  readonly group: Readonly<Partial<Record<Dimension, string>>>;
  readonly currency: string;
  readonly revenue: string;
  readonly cost: string;
  readonly margin: string;
  /** Held and neither settled nor released yet: margin is provisional while it is not 0. */
  readonly heldRevenue: string;
  readonly heldCost: string;
  readonly soldUnits: number;
  readonly boughtUnits: number;
}

const OPERATOR_LEVEL = '-1';

/** Example revenue 0.07, cost 0.056 → margin '0.014' */
export function marginLine(row: MarginRow, groupBy: readonly Dimension[]): MarginLine {
  const money = (name: string): bigint => parseMoney(String(row[name]));
  const revenue = money('revenue');
  const cost = money('cost');
  return {
    group: Object.fromEntries(groupBy.map((dimension) => [dimension, label(dimension, String(row[`d_${dimension}`]))])),
    currency: String(row['currency']),
    revenue: formatMoney(revenue),
    cost: formatMoney(cost),
    margin: formatMoney(revenue - cost),
    heldRevenue: formatMoney(money('held_revenue')),
    heldCost: formatMoney(money('held_cost')),
    soldUnits: Number(row['sold_units']),
    boughtUnits: Number(row['bought_units']),
  };
}

/** Sums of the lines by currency. */
export function totalsOf(lines: readonly MarginLine[]): Omit<MarginLine, 'group'>[] {
  return [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, group]) => {
    const money = (of: (line: MarginLine) => string): string =>
      formatMoney(group.reduce((sum, line) => sum + parseMoney(of(line)), 0n));
    const count = (of: (line: MarginLine) => number): number => group.reduce((sum, line) => sum + of(line), 0);
    return {
      currency,
      revenue: money((line) => line.revenue),
      cost: money((line) => line.cost),
      margin: money((line) => line.margin),
      heldRevenue: money((line) => line.heldRevenue),
      heldCost: money((line) => line.heldCost),
      soldUnits: count((line) => line.soldUnits),
      boughtUnits: count((line) => line.boughtUnits),
    };
  });
}

function label(dimension: Dimension, value: string): string {
  return dimension === 'level' && value === OPERATOR_LEVEL ? 'operator' : value;
}
