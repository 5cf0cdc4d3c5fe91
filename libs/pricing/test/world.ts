import {
  OPERATOR,
  PLAIN_ACCOUNT,
  PLAIN_BINDING,
  PLAIN_CARD,
  PLAIN_PLAN,
  PLAIN_RATE,
  type Account,
  type Plan,
  type RateCard,
  type Supplier,
} from '@ratestream/catalog';
import { sampleUsage, usageEventId, type RatedEvent, type RateRow, type UsageEvent } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import { parseMoney } from '@ratestream/money';
import { decideUsage, RateBook, RatingState, Terms, type CatalogReader, type Pricing } from '../src/index.js';

/** 2026-05-01T12:00:00Z */
export const NOON = 1_777_636_800_000_000;
export const SECOND = 1_000_000;

export function rate(price: string, match: Partial<RateRow> = {}): RateRow {
  return {
    rateId: `r-${price}`,
    country: null,
    mcc: null,
    mnc: null,
    prefix: null,
    trafficClass: null,
    price: parseMoney(price),
    unit: 'part',
    basis: null,
    timeoutSec: null,
    timeoutPolicy: null,
    ...PLAIN_RATE,
    ...match,
  };
}

const account = (id: string, parentId: string | null, planId: string | null): Account => ({
  id, parentId, name: id, currency: 'EUR', timeZone: 'UTC', partition: parentId === null ? 0 : null, planId, mode: 'postpaid', creditLimit: '0',
  warnBelow: null, defaultTrafficClass: 'any', legalEntity: null, taxCategory: null, closed: false, ...PLAIN_ACCOUNT,
}); // prettier-ignore

export const card = (id: string, side: 'sell' | 'buy', overrides: Partial<RateCard> = {}): RateCard => ({
  id, name: id, side, service: 'sms', currency: 'EUR', partRule: 'reported', networkEvidence: ['reported', 'ported', 'range'],
  basis: 'submit', timeoutSec: 3600, timeoutPolicy: null, noReceiptCountries: [], ...PLAIN_CARD, ...overrides,
}); // prettier-ignore

const plan = (id: string, cardId: string, overrides: Partial<Plan> = {}): Plan => ({
  id, version: 1, name: id, service: 'sms', bindings: [{ ...PLAIN_BINDING, cardId }], basis: 'delivered', timeoutSec: 3600, timeoutPolicy: null, ...PLAIN_PLAN, ...overrides,
}); // prettier-ignore

export interface World {
  catalog: CatalogReader & { position: number };
  book: RateBook;
  fx: FxBook;
  state: RatingState;
  pricing: Pricing;
  publish(cardId: string, version: number, effectiveFrom: number, rows: RateRow[]): void;
  /** Decides and folds; answers the new events. */
  feed(usage: UsageEvent): RatedEvent[];
}

/** A customer of a reseller: sells at 0.05 and 0.04 a part, buys at 0.01; version 1 of every card is in force since an hour. */
export function world(
  options: {
    customerPlan?: Partial<Plan>;
    resellerPlan?: Partial<Plan>;
    buyCard?: Partial<RateCard>;
    sellCard?: Partial<RateCard>;
    rates?: boolean;
  } = {},
): World {
  const supplier: Supplier = { id: 'sup', name: 'sup', currency: 'EUR', buyCardId: 'buy', legalEntity: null };
  const accounts = new Map(
    [account('reseller', null, 'wholesale'), account('customer', 'reseller', 'retail')].map((one) => [one.id, one]),
  );
  const catalog = {
    position: 1,
    accounts,
    suppliers: new Map([[supplier.id, supplier]]),
    connections: new Map(),
    rateGroups: new Map(),
    cards: new Map(
      [
        card('sell-retail', 'sell', options.sellCard),
        card('sell-wholesale', 'sell'),
        card('buy', 'buy', options.buyCard),
      ].map((one) => [one.id, one]),
    ),
    plans: new Map(
      [
        plan('retail', 'sell-retail', options.customerPlan),
        plan('wholesale', 'sell-wholesale', options.resellerPlan),
      ].map((one) => [one.id, one]),
    ),
    chain: (id: string) => (id === 'customer' ? ['customer', 'reseller'] : ['reseller']),
  };
  const book = new RateBook();
  const fx = new FxBook();
  const publish: World['publish'] = (cardId, version, effectiveFrom, rows) => {
    book.addVersion(
      {
        cardId,
        version,
        effectiveFrom,
        knownAt: effectiveFrom,
        supersedes: null,
        withdrawnAt: null,
        rows: rows.length,
        chunks: 1,
        sha256: '',
      },
      rows,
    );
    catalog.position++;
  };
  if (options.rates !== false) {
    publish('sell-retail', 1, NOON - 3600 * SECOND, [rate('0.05')]);
    publish('sell-wholesale', 1, NOON - 3600 * SECOND, [rate('0.04')]);
    publish('buy', 1, NOON - 3600 * SECOND, [rate('0.01')]);
  }
  const state = new RatingState();
  const pricing = (): Pricing => ({
    terms,
    book,
    fx,
    reportingCurrency: 'EUR',
    catalogPosition: catalog.position,
    hashRecipient: () => ({ hash: 'h', keyId: 'k' }),
    ratedAt: NOON + 60 * SECOND,
  });
  const terms = new Terms(catalog);
  let offset = 0;
  return {
    catalog,
    book,
    fx,
    state,
    get pricing() {
      return pricing();
    },
    publish,
    feed(usage) {
      const events = decideUsage(usage, { partition: 0, offset: offset++ }, state, pricing());
      events.forEach((event) => state.apply(event));
      return events;
    },
  };
}

/** A step of the life of one message of the customer; times are seconds after noon. */
export function step(
  event: string,
  {
    attempt = event === 'accepted' ? 0 : 1,
    at = 0,
    part = 1,
    id = 'm1',
    ...overrides
  }: Partial<UsageEvent> & { attempt?: number; at?: number; part?: number; id?: string } = {},
): UsageEvent {
  const identity = { source: 'gw', sourceRecordId: id, attempt, part, event };
  const time = NOON + at * SECOND;
  return sampleUsage({
    usageEventId: usageEventId(identity),
    messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad2',
    identity,
    fingerprint: { version: 1, hash: '00112233445566778899aabbccddeeff' },
    account: 'customer',
    rootPayer: 'reseller',
    chain: ['customer', 'reseller'],
    supplier: attempt === 0 ? null : 'sup',
    connection: null,
    route: null,
    trafficClass: 'otp',
    udh: null,
    rawAppendedAt: time,
    parts: { reported: 2, computed8: 2, computed16: 2, assumed: false },
    times: {
      accepted: event === 'accepted' ? time : null,
      scheduled: null,
      submitted: event === 'submitted' ? time : null,
      done: event === 'accepted' || event === 'submitted' ? null : time,
      ingested: time,
      zone: null,
      zoneFlag: null,
    },
    ...overrides,
  });
}

/** What every leg owes and holds after all events: the only thing that money is. */
export function money(events: readonly RatedEvent[]): Record<string, { amount: bigint; held: bigint }> {
  const totals: Record<string, { amount: bigint; held: bigint }> = {};
  for (const { legs } of events) {
    for (const leg of legs) {
      const total = (totals[`${leg.side} ${leg.payer}→${leg.payee} #${leg.attempt}`] ??= { amount: 0n, held: 0n });
      total.amount += leg.amount;
      total.held += leg.heldAmount - leg.heldAmountFreed;
    }
  }
  return Object.fromEntries(Object.entries(totals).filter(([, { amount, held }]) => amount !== 0n || held !== 0n));
}

export { OPERATOR };
