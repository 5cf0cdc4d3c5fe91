import { OPERATOR, type CatalogView, type Micros, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { formatMoney, multiply } from '@ratestream/money';
import { priceBy, queryOf } from '@ratestream/pricing';
import type { Exchange } from './exchange.js';
import {
  lossKey,
  MARGIN_DAYS,
  PARENT_CARD,
  type LossWeight,
  type MarginTraffic,
  type WeighedMargin,
} from './margin-traffic.js';
import { priceCatalog, TooManyRates, type PriceCatalog, type ReadRates } from './price-catalog.js';
import { subjectOf, type Prices } from './price-group.js';
import { TrafficUnknown, type PairGroup, type TrafficReader } from './traffic-reader.js';

const MICROS_PER_DAY = 86_400_000_000;

export interface WeighPorts {
  view: CatalogView;
  traffic: TrafficReader;
  read: ReadRates;
  exchange: () => Promise<Exchange>;
  maxRates: number;
  /** Microseconds UTC. */
  clock: () => number;
}

/**
 * Weighs rates by the traffic of the last days: what each message was bought and sold by is looked up again, the card at
 * hand with its next rates, so a row that is new or narrower than before gets the traffic that it would have.
 */
export class WeighMargin implements MarginTraffic {
  constructor(private readonly ports: WeighPorts) {}

  async weigh(card: RateCard, rates: readonly RateRow[], at: Micros): Promise<WeighedMargin | null> {
    const { traffic, clock } = this.ports;
    const party = card.owner ?? OPERATOR;
    const to = clock();
    const query = { from: to - MARGIN_DAYS * MICROS_PER_DAY, to, party, cardId: card.id };
    try {
      await traffic.ping();
      const rough = await traffic.pairs({ ...query, digits: 0 });
      const catalog = await this.catalogAt(at, card, rates, cardsOf(rough.groups));
      const { groups, cut } = await traffic.pairs({ ...query, digits: catalog.digits });
      return { ...weighed(groups, catalog.drafted, at, party), cut: cut || rough.cut };
    } catch (error) {
      // Cards too big to look it all up say as little as no traffic: the losses are there all the same.
      if (error instanceof TrafficUnknown || error instanceof TooManyRates) return null;
      throw error;
    }
  }

  private async catalogAt(
    at: Micros,
    card: RateCard,
    rates: readonly RateRow[],
    cards: Set<string>,
  ): Promise<PriceCatalog> {
    const { view, read, exchange, maxRates, clock } = this.ports;
    const draft = { cards: [{ cardId: card.id, rates, effectiveFrom: at }], plan: null, from: 'always' } as const;
    const request = { cards, from: at, to: at + 1, now: clock(), maxRates: maxRates + rates.length };
    return priceCatalog(view, draft, request, { read, exchange: await exchange() });
  }
}

function cardsOf(pairs: readonly PairGroup[]): Set<string> {
  return new Set(pairs.flatMap(({ sellCard, buyCard }) => [sellCard, buyCard]).filter((id) => id !== ''));
}

/**
 * The losses of pairs of rates, each with the units that it was carried by.
 *
 * Law  Σ lost is Σ over messages of what its purchase costs above its sale. Pairs in different units or currencies are left out
 */
function weighed(pairs: readonly PairGroup[], prices: Prices, at: Micros, party: string): Omit<WeighedMargin, 'cut'> {
  const losses = new Map<string, LossWeight & { nano: bigint }>();
  const total = new Map<string, bigint>();
  for (const pair of pairs) {
    const sell = rateOf(pair.sellCard, pair, prices, at);
    const buy = rateOf(pair.buyCard, pair, prices, at);
    if (sell === null || buy === null || sell.unit !== buy.unit || sell.currency !== buy.currency) continue;
    const { currency } = sell;
    const nano = multiply(buy.price - sell.price, pair.units);
    if (nano <= 0n) continue;
    const loss = {
      sellCard: pair.sellCard,
      sellRateId: sell.rateId,
      buyCard: party === OPERATOR ? pair.buyCard : PARENT_CARD,
      buyRateId: buy.rateId,
    };
    const known = losses.get(lossKey(loss)) ?? { ...loss, units: 0, lost: '0', currency, nano: 0n };
    losses.set(lossKey(loss), { ...known, units: known.units + pair.units, nano: known.nano + nano });
    total.set(currency, (total.get(currency) ?? 0n) + nano);
  }
  return {
    days: MARGIN_DAYS,
    losses: [...losses.values()].map(({ nano, ...loss }) => ({ ...loss, lost: formatMoney(nano) })),
    lost: [...total].sort().map(([currency, amount]) => ({ currency, amount: formatMoney(amount) })),
  };
}

function rateOf(
  cardId: string,
  pair: PairGroup,
  { pricing, card }: Prices,
  at: Micros,
): { rateId: string; price: bigint; unit: string; currency: string } | null {
  const found = card(cardId);
  if (found === undefined) return null;
  const subject = subjectOf({ ...pair, account: '', at });
  const query = queryOf(subject, found.networkEvidence, pair.routeGrade || null);
  const price = priceBy(pricing.book, subject, query, { part: 1, billingTime: at }, found, found);
  if (typeof price === 'string') return null;
  const { match, unitPrice, unit } = price;
  return { rateId: match.table.rateId(match.row), price: unitPrice, unit, currency: found.currency };
}
