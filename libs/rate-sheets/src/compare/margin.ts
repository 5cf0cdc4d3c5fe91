import type { RateRow } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import type { MarginLoss } from '../model.js';
import { ALL_LABELS, joined, labelKey, type Labels } from './labels.js';
import { RateIndex } from './rate-index.js';

const BREATH_RATES = 5_000;

/** A card whose rates are known now and, where it is the imported one, as they would be. */
export interface CardRates {
  cardId: string;
  before: RateIndex | null;
  after: RateIndex;
  rates: readonly RateRow[];
}

/**
 * Every sell rate that would be below the buy rate of the same destination.
 *
 * In      one sell and one buy card, the imported one with its next rates
 * Out     losses, and null now and then, so that the caller can let others work; `before` says which are there already. A pair is looked for from both sides, so that a wide rate over
 *         a narrow one is seen whichever side is the narrow one. Rates of different units (part, message) are not compared, and
 *         surcharges are not: they come on top on either side
 * Example sell any:GB 0.04, buy any:GB-234-10 0.05 → a loss of 0.01 on 234-10
 */
export function* marginLosses(sell: CardRates, buy: CardRates): Generator<MarginLoss | null> {
  const seen = new Set<string>();
  let looked = 0;
  for (const sellRate of sell.rates) {
    if ((looked += 1) % BREATH_RATES === 0) yield null;
    if (sellRate.surcharge !== null) continue;
    const loss = lossOf(sell, buy, sellRate, buy.after.find(sellRate, sellRate), sellRate, sellRate);
    if (loss !== null) {
      seen.add(`${loss.sellRateId}|${loss.buyRateId}`);
      yield loss;
    }
  }
  const sellSets = sell.after.labelSets;
  for (const buyRate of buy.rates) {
    if ((looked += 1) % BREATH_RATES === 0) yield null;
    if (buyRate.surcharge !== null) continue;
    for (const labels of meetings(buyRate, sellSets)) {
      // Another buy rate goes before this one there.
      if (buy.after.find(buyRate, labels) !== buyRate) continue;
      const loss = lossOf(sell, buy, sell.after.find(buyRate, labels), buyRate, buyRate, labels);
      if (loss === null || seen.has(`${loss.sellRateId}|${loss.buyRateId}`)) continue;
      seen.add(`${loss.sellRateId}|${loss.buyRateId}`);
      yield loss;
    }
  }
}

/** The labels of messages that the rate and a set of the other card can price, each once, the rate's own first. */
function meetings(rate: RateRow, sets: readonly Labels[]): Iterable<Labels> {
  const own = labelsOf(rate);
  if (sets.length === 0) return [own];
  const found = new Map([[labelKey(own, ALL_LABELS), own]]);
  for (const set of sets) {
    const labels = joined(own, set);
    if (labels !== null) found.set(labelKey(labels, ALL_LABELS), labels);
  }
  return found.values();
}

function labelsOf({ originCountry, routeGrade, trafficClass, senderType }: Labels): Labels {
  return { originCountry, routeGrade, trafficClass, senderType };
}

function lossOf(
  sellCard: CardRates,
  buyCard: CardRates,
  sell: RateRow | undefined,
  buy: RateRow | undefined,
  place: RateRow,
  labels: Labels,
): MarginLoss | null {
  if (sell === undefined || buy === undefined || sell.unit !== buy.unit || sell.price >= buy.price) return null;
  const soldBefore = sellCard.before?.find(place, labels) ?? null;
  const boughtBefore = buyCard.before?.find(place, labels) ?? null;
  return {
    sellCard: sellCard.cardId,
    sellRateId: sell.rateId,
    sell: formatMoney(sell.price),
    buyCard: buyCard.cardId,
    buyRateId: buy.rateId,
    buy: formatMoney(buy.price),
    margin: formatMoney(sell.price - buy.price),
    before: soldBefore !== null && boughtBefore !== null && soldBefore.price < boughtBefore.price,
  };
}
