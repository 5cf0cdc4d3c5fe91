import { inForce, type CatalogView } from '@ratestream/catalog';
import { createClickHouse } from '@ratestream/clickhouse';
import type { Pool } from '@ratestream/postgres';
import { ratesOf } from '../imports/margin-cards.js';
import type { NoticeTraffic } from '../notices/notice-traffic.js';
import { ClickHouseTraffic } from './clickhouse-traffic.js';
import { StoredExchange } from './exchange.js';
import { lossKey, MARGIN_DAYS, type MarginTraffic } from './margin-traffic.js';
import type { TrafficReader } from './traffic-reader.js';
import { WeighMargin } from './weigh-margin.js';

/** Rates of a draft and of the cards beside it that are in memory at once. */
const MAX_RATES = 2_000_000;
const MICROS_PER_DAY = 86_400_000_000;

export interface TrafficOptions {
  pool: Pool;
  view: CatalogView;
  /** The installation's, for reports. */
  currency: string;
  /** null: past traffic is not known here. */
  clickHouse: { url: string; database: string } | null;
  /** Microseconds UTC. */
  clock: () => number;
}

/** Everything that asks of past traffic, over one connection. */
export interface Traffic {
  reader: TrafficReader;
  exchange: StoredExchange;
  /** For imports. */
  margin: MarginTraffic;
  /** For notices. */
  notices: NoticeTraffic;
  maxRates: number;
  close(): Promise<void>;
}

export function makeTraffic({ pool, view, currency, clickHouse, clock }: TrafficOptions): Traffic {
  const client = clickHouse === null ? null : createClickHouse(clickHouse);
  const reader = new ClickHouseTraffic(client);
  const exchange = new StoredExchange(pool, view, currency);
  const read = (cardId: string, version: number) => ratesOf(pool, cardId, version);
  const ports = { view, traffic: reader, read, exchange: () => exchange.now(), maxRates: MAX_RATES, clock };
  const margin = new WeighMargin(ports);
  return {
    reader,
    exchange,
    margin,
    notices: {
      async expectedUnits(card, pairs, waitMicros) {
        const now = clock();
        const version = inForce(view.versions(card.id), now);
        if (version === null) return pairs.map(() => 0);
        const weighed = await margin.weigh(card, await read(card.id, version), now);
        // Of what is cut nobody knows how much is missing.
        if (weighed === null || weighed.cut) return null;
        const units = new Map(weighed.losses.map((loss) => [lossKey(loss), loss.units]));
        return pairs.map((pair) =>
          Math.round(
            ((units.get(lossKey({ ...pair, sellCard: card.id })) ?? 0) * waitMicros) / (MARGIN_DAYS * MICROS_PER_DAY),
          ),
        );
      },
    },
    maxRates: MAX_RATES,
    close: async () => client?.close(),
  };
}
