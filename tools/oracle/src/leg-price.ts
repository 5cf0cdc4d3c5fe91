import { DEFAULT_FX } from '@ratestream/catalog';
import type { FxTerms, RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { ZERO, fromNano, toNinePlaces } from './amount.js';
import type { Exact } from './amount.js';
import { convert, exchangeFor } from './exchange.js';
import type { ExchangeQuestion } from './exchange.js';
import type { Fact, MatchKey } from './facts.js';
import type { OracleCatalog, OracleVersion } from './oracle-catalog.js';
import { chooseRow, describeRow } from './rate-choice.js';
import { chooseSurcharges } from './surcharges.js';
import type { ComponentVerdict, LegPrice, ReportedVerdict } from './verdict.js';
import { versionAt } from './version-choice.js';

export interface PriceQuestion {
  /** In the order in which they are asked: the first that has a rate prices the leg. */
  cards: readonly RateCard[];
  key: MatchKey;
  parts: Fact['parts'];
  part: number;
  billingTime: number;
  knownAt: number;
  plan: LegPrice['plan'];
  accountCurrency: string;
  timeZone: string;
  /** The plan's of a sell leg; null: those of the card that prices it. */
  fx: FxTerms | null;
  /** What a leg without any card says. */
  withoutCard: string;
}

export interface ChosenRate {
  card: RateCard;
  version: OracleVersion;
  rate: RateRow;
  surcharges: RateRow[];
}

export interface Priced extends ChosenRate {
  price: LegPrice;
  why: string;
}

/** No price: the card that was asked last says why. `chosen`: there was a rate, and none to convert it by. */
export interface Unpriced {
  reason: string;
  card: RateCard | null;
  chosen: ChosenRate | null;
}

/** What a leg costs as known at an instant, be it due or not. */
export function priceOf(question: PriceQuestion, catalog: OracleCatalog): Priced | Unpriced {
  const chosen = firstRate(question, catalog);
  if ('reason' in chosen) return chosen;
  const { card, version, rate, surcharges } = chosen;
  const { billingTime, knownAt, accountCurrency, timeZone } = question;
  const components = [rate, ...surcharges]
    .map((row) => componentOf(row, card, question))
    .filter(({ amount }) => !amount.isZero());
  const amount = components.reduce((sum, component) => sum.plus(component.amount), ZERO);
  const terms = question.fx ?? card.fx ?? DEFAULT_FX;
  const isForeign = card.currency !== accountCurrency;
  const asked = { from: card.currency, to: accountCurrency, billingTime, knownAt, terms, timeZone };
  const exchange = isForeign ? exchangeFor(asked, catalog) : null;
  if (isForeign && exchange === null) return { reason: 'no_fx_rate', card, chosen };
  const price: LegPrice = {
    cardId: card.id,
    version: version.version,
    rateId: rate.rateId,
    plan: question.plan,
    components,
    amount,
    currency: card.currency,
    accountAmount: exchange === null ? toNinePlaces(amount) : convert(amount, exchange),
    accountCurrency,
    fx: exchange?.evidence ?? null,
    reporting: reported(amount, { from: card.currency, billingTime, knownAt }, catalog),
  };
  return { ...chosen, price, why: describe(price, rate) };
}

/** By rule `event` of the default source, in the installation's currency. */
function reported(
  amount: Exact,
  asked: Pick<ExchangeQuestion, 'from' | 'billingTime' | 'knownAt'>,
  catalog: OracleCatalog,
): ReportedVerdict | null {
  const to = catalog.reportingCurrency;
  if (to === null || to === asked.from) return null;
  const exchange = exchangeFor({ ...asked, to, terms: DEFAULT_FX, timeZone: 'UTC' }, catalog);
  return exchange === null ? null : { amount: convert(amount, exchange), fx: exchange.evidence };
}

function firstRate(question: PriceQuestion, catalog: OracleCatalog): ChosenRate | Unpriced {
  let unpriced: Unpriced = { reason: question.withoutCard, card: null, chosen: null };
  for (const card of question.cards) {
    const answer = rateOf(card, catalog, question);
    if (typeof answer !== 'string') return answer;
    unpriced = { reason: answer, card, chosen: null };
  }
  return unpriced;
}

/** What one card answers. An unknown origin that leaves a surcharge open leaves the whole price open. */
function rateOf(card: RateCard, catalog: OracleCatalog, question: PriceQuestion): ChosenRate | string {
  const { key, billingTime, knownAt } = question;
  const version = versionAt(catalog.versions.get(card.id) ?? [], billingTime, knownAt);
  if (version === null) return 'no_version';
  const usageRates = version.rates.filter(({ surcharge }) => surcharge === null);
  const rate = chooseRow(card, usageRates, key);
  if (rate === null) return 'no_rate';
  if (rate === 'origin_unknown') return rate;
  const surcharges = chooseSurcharges(card, version.rates, key, billingTime);
  return surcharges === 'origin_unknown' ? surcharges : { card, version, rate, surcharges };
}

function componentOf(row: RateRow, card: RateCard, { part, parts }: PriceQuestion): ComponentVerdict {
  const quantity = isPerMessage(row, card) ? (part === 1 ? 1 : 0) : billedParts(card, parts);
  const unitPrice = fromNano(row.price);
  return { surcharge: row.surcharge, rateId: row.rateId, quantity, unitPrice, amount: unitPrice.times(quantity) };
}

export function isPerMessage({ unit }: RateRow, { partRule }: RateCard): boolean {
  return unit === 'message' || partRule === 'perMessage';
}

function billedParts({ partRule }: RateCard, { reported, computed8, computed16 }: Fact['parts']): number {
  if (partRule === 'computed8') return computed8 ?? reported ?? 1;
  if (partRule === 'computed16') return computed16 ?? computed8 ?? reported ?? 1;
  return reported ?? computed8 ?? 1;
}

function describe({ cardId, version, components, fx }: LegPrice, rate: RateRow): string {
  const sums = components.map(
    ({ surcharge, rateId, unitPrice, quantity }) =>
      `${surcharge ?? 'usage'} ${rateId}: ${unitPrice.toFixed()} × ${quantity}`,
  );
  const rateOf =
    fx === null ? '' : `; ${fx.from}/${fx.to} ${fx.rate.toFixed()} of ${fx.rateDate ?? 'no day'} by ${fx.rule}`;
  return `${cardId} v${version} ${describeRow(rate)} (${rate.rateId}), ${sums.join(' + ')}${rateOf}${fx?.provisional === true ? ', provisional' : ''}`;
}
