import { formatMoney } from '@ratestream/money';
import { addSums, noCounts, type Counts, type Line, type Money, type MoneyIn, type Sums } from './comparison.js';
import type { LineShown, MoneyShown, WhatIfSummary } from './what-if.js';

const TOP_MOVERS = 10;

/** A line with its money as text: the account's currency and that of reports are shown where they are others than the card's. */
export function shownLine(line: Line): LineShown {
  const { side, account, supplier, country, mcc, mnc, trafficClass, counts } = line;
  return { side, account, supplier, country, mcc, mnc, trafficClass, counts, money: shownMoney(line.money) };
}

/**
 * What stands above the lines.
 *
 * Law  every total is the exact sum of its lines; no two currencies are ever added
 */
export function summarise(lines: readonly Line[], tookMs: number): WhatIfSummary {
  const counts = noCounts();
  const sides = { sell: noMoney(), buy: noMoney() };
  for (const line of lines) {
    for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += line.counts[name];
    for (const kind of ['card', 'account', 'reporting'] as const) addSums(sides[line.side][kind], line.money[kind]);
  }
  return {
    totals: (['sell', 'buy'] as const).flatMap((side) => shownMoney(sides[side]).map((money) => ({ side, ...money }))),
    marginEffect: marginEffect(sides.sell.card, sides.buy.card),
    counts,
    topMovers: topMovers(lines),
    lines: lines.length,
    tookMs,
  };
}

function noMoney(): Record<MoneyIn, Money> {
  return { card: new Map(), account: new Map(), reporting: new Map() };
}

function marginEffect(sold: Money, bought: Money): WhatIfSummary['marginEffect'] {
  const currencies = [...new Set([...sold.keys(), ...bought.keys()])].sort();
  return currencies.map((currency) => ({
    currency,
    difference: formatMoney(difference(sold.get(currency)) - difference(bought.get(currency))),
  }));
}

function difference(sums: Sums | undefined): bigint {
  return sums === undefined ? 0n : sums.after - sums.before;
}

function topMovers(lines: readonly Line[]): WhatIfSummary['topMovers'] {
  const currencies = [...new Set(lines.flatMap(({ money }) => [...money.card.keys()]))].sort();
  return currencies.flatMap((currency) => {
    const moved = lines
      .map((line) => ({ line, by: magnitude(difference(line.money.card.get(currency))) }))
      .filter(({ by }) => by > 0n)
      .sort((a, b) => (a.by === b.by ? 0 : a.by > b.by ? -1 : 1));
    if (moved.length === 0) return [];
    return [{ currency, lines: moved.slice(0, TOP_MOVERS).map(({ line }) => shownLine(line)) }];
  });
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function shownMoney({ card, account, reporting }: Record<MoneyIn, Money>): MoneyShown[] {
  const own = entries(card, 'card');
  const others = [entries(account, 'account'), entries(reporting, 'reporting')];
  const sums = (list: readonly MoneyShown[]): string => JSON.stringify(list.map((one) => ({ ...one, in: '' })));
  return [...own, ...others.filter((list) => sums(list) !== sums(own)).flat()];
}

function entries(money: Money, kind: MoneyIn): MoneyShown[] {
  return [...money]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { before, today, after }]) => ({
      in: kind,
      currency,
      before: formatMoney(before),
      after: formatMoney(after),
      difference: formatMoney(after - before),
      ...(today === before ? {} : { today: formatMoney(today) }),
    }));
}
