import type { CatalogView, RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { formatMoney, parseMoney } from '@ratestream/money';
import type { Queryable } from '@ratestream/postgres';
import { compareMargins, type MarginTotals } from '../imports/margin-cards.js';
import type { NoticeChange } from './notice-changes.js';
import { NO_TRAFFIC, type NoticeTraffic } from './notice-traffic.js';

/** A sell rate that is below cost now and rises only once the notice is over. */
export interface WaitingLoss {
  sellRateId: string;
  /** Before and after, decimals. */
  sell: string;
  sellThen: string;
  buyCard: string;
  buyRateId: string;
  buy: string;
  /** buy − sell, in the card's currency. */
  lossPerUnit: string;
  /** Parts or messages that may be expected until the increase; null: nobody knows. */
  expectedUnits: number | null;
  /** lossPerUnit × expectedUnits. */
  expectedLoss: string | null;
}

export interface LossTotals extends MarginTotals {
  /** Pairs of a sell rate and a buy card. */
  losses: number;
  currency: string;
  /** Sum of what is known; null where no traffic is. */
  expectedLoss: string | null;
}

/** The worst are kept; the number of all is in the totals. */
const MAX_KEPT = 20_000;

export interface Waiting {
  card: RateCard;
  /** Rates in force now, and what will happen to them. */
  base: readonly RateRow[];
  changes: Iterable<NoticeChange>;
  now: number;
  effectiveFrom: number;
}

/**
 * Money lost below cost while increases wait: every increased rate whose buy price is above its price of today already.
 *
 * Out     worst first per unit, by sell rate and buy card; nothing where the increase takes effect at once
 * Example sells 234-10 at 0.03 until the 1st, buys it at 0.04: 0.01 a part; with 1 000 000 parts expected 10 000
 */
export async function waitingLosses(
  view: CatalogView,
  db: Queryable,
  { card, base, changes, now, effectiveFrom }: Waiting,
  traffic: NoticeTraffic = NO_TRAFFIC,
): Promise<{ totals: LossTotals; losses: WaitingLoss[] }> {
  const totals: LossTotals = {
    losses: 0,
    currency: card.currency,
    expectedLoss: null,
    cardsCompared: 0,
    cardsLeftOut: [],
  };
  if (effectiveFrom <= now) return { totals, losses: [] };
  const increased = new Map<string, string>();
  for (const { rate, change, after, effect } of changes)
    if (effect === 'increase' && change !== 'new' && after !== null) increased.set(rate.rateId, formatMoney(after));
  if (increased.size === 0) return { totals, losses: [] };
  const losses: WaitingLoss[] = [];
  const prices = { at: now, base, next: base };
  for await (const piece of compareMargins(view, db, card, prices, totals)) {
    for (const { sellCard, sellRateId, sell, buyCard, buyRateId, buy, margin } of piece.losses) {
      const sellThen = increased.get(sellRateId);
      if (sellThen === undefined || sellCard !== card.id) continue;
      const lossPerUnit = formatMoney(-parseMoney(margin));
      losses.push({ sellRateId, sell, sellThen, buyCard, buyRateId, buy, lossPerUnit, ...UNKNOWN_UNITS });
    }
  }
  totals.losses = losses.length;
  totals.expectedLoss = await weigh(losses, card, effectiveFrom - now, traffic);
  losses.sort(
    (a, b) =>
      compare(b.expectedLoss ?? '0', a.expectedLoss ?? '0') ||
      compare(b.lossPerUnit, a.lossPerUnit) ||
      (a.sellRateId < b.sellRateId ? -1 : 1),
  );
  return { totals, losses: losses.slice(0, MAX_KEPT) };
}

const UNKNOWN_UNITS = { expectedUnits: null, expectedLoss: null };

async function weigh(
  losses: WaitingLoss[],
  card: RateCard,
  waitMicros: number,
  traffic: NoticeTraffic,
): Promise<string | null> {
  if (losses.length === 0) return null;
  const expected = await traffic.expectedUnits(card, losses, waitMicros);
  if (expected === null) return null;
  let total = 0n;
  for (const [index, loss] of losses.entries()) {
    loss.expectedUnits = expected[index] ?? 0;
    const amount = parseMoney(loss.lossPerUnit) * BigInt(loss.expectedUnits);
    loss.expectedLoss = formatMoney(amount);
    total += amount;
  }
  return formatMoney(total);
}

function compare(a: string, b: string): number {
  const difference = parseMoney(a) - parseMoney(b);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
