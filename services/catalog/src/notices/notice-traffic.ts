import type { RateCard } from '@ratestream/catalog';

/** Who knows how much traffic a sell rate carries over a buy card. */
export interface NoticeTraffic {
  /**
   * Units (parts or messages, as the sell rate bills) to be expected in a time, by what the last 30 days had.
   *
   * Out   one number for each pair, in their order; null where nobody can say
   */
  expectedUnits(
    card: RateCard,
    pairs: readonly { sellRateId: string; buyCard: string; buyRateId: string }[],
    waitMicros: number,
  ): Promise<number[] | null>;
}

/** Nothing is known of traffic. */
export const NO_TRAFFIC: NoticeTraffic = { expectedUnits: () => Promise.resolve(null) };
