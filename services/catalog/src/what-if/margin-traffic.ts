import type { Micros, RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { MarginLoss } from '@ratestream/rate-sheets';

/** Days of traffic that a margin effect is weighted by. */
export const MARGIN_DAYS = 30;

/** What a pair of rates, the buying one above the selling one, would have cost on the traffic of the last days. */
export interface LossWeight {
  sellCard: string;
  sellRateId: string;
  buyCard: string;
  buyRateId: string;
  /** Parts or messages that were carried by this pair of rates. */
  units: number;
  /** Money lost on them, a positive decimal in `currency`. */
  lost: string;
  currency: string;
}

export interface WeighedMargin {
  days: number;
  losses: LossWeight[];
  /** Σ lost by currency. */
  lost: { currency: string; amount: string }[];
  /** More kinds of messages than may be held: the rarest are left out, so units and losses are at least these. */
  cut: boolean;
}

/** What imports and notices ask of past traffic. */
export interface MarginTraffic {
  /**
   * What a card with these rates would have lost on the traffic of the last 30 days, pair of rates by pair of rates.
   *
   * In   rates: all rates of the card as they would be from `at` on; other cards count with their version in force then
   * Out  null where traffic is not known; pairs without loss or traffic are left out. The card that a reseller buys by is
   *      `PARENT_CARD`
   */
  weigh(card: RateCard, rates: readonly RateRow[], at: Micros): Promise<WeighedMargin | null>;
}

/** How a reseller sees the card that it buys by: whose it is, is above its level. */
export const PARENT_CARD = 'parent';

/** The key of a loss in `weigh`’s answer. */
export function lossKey(loss: Pick<LossWeight, 'sellCard' | 'sellRateId' | 'buyCard' | 'buyRateId'>): string {
  return [loss.sellCard, loss.sellRateId, loss.buyCard, loss.buyRateId].join('\u001f');
}

/** Where there is no ClickHouse at all. */
export const NO_TRAFFIC: MarginTraffic = { weigh: () => Promise.resolve(null) };

/** A loss with what it would have cost; null where traffic is not known. */
export type WeighedLoss = MarginLoss & { units: number | null; lost: string | null };

/** Puts to each loss the units of its pair of rates: none where nothing was sent over it. */
export function weigher(weighed: WeighedMargin | null): (loss: MarginLoss) => WeighedLoss {
  const known = new Map((weighed?.losses ?? []).map((one) => [lossKey(one), one]));
  return (loss) => {
    if (weighed === null) return { ...loss, units: null, lost: null };
    const { units, lost } = known.get(lossKey(loss)) ?? { units: 0, lost: '0' };
    return { ...loss, units, lost };
  };
}
