import { PLAIN_ACCOUNT, PLAIN_BINDING, PLAIN_CARD, PLAIN_PLAN, PLAIN_RATE, OPERATOR } from '@ratestream/catalog';
import type { Account, Plan, RateCard, Supplier } from '@ratestream/catalog';
import { messageIdOf, sampleUsage, usageEventId } from '@ratestream/events';
import type { Identity, RateRow, UsageEvent } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import { parseMoney } from '@ratestream/money';
import {
  decideUsage,
  priceBy,
  queryOf,
  RateBook,
  RatingState,
  sellBillingTime,
  subjectOf,
  Terms,
} from '@ratestream/pricing';
import type { CatalogReader, Pricing, Subject } from '@ratestream/pricing';
import { bigSheet, NETWORKS, Random, Zipf } from '@ratestream/tool-simulator';
import type { SheetRow } from '@ratestream/tool-simulator';

/** 2026-05-01T12:00:00Z */
const NOON = 1_777_636_800_000_000;
const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const CARDS = ['sell-retail', 'sell-wholesale', 'buy'] as const;

/** `prices`: rates by destination alone; `everything`: all that rates, cards and plans can say. */
export type Load = 'prices' | 'everything';

/**
 * A customer of a reseller, one supplier, three cards of `rates` rows each: two sell legs and one buy leg a message. In the
 * whole load rows name classes, senders, origins and grades, two cards have surcharges, and the customer's card is in another
 * currency than its account.
 */
export function corePricing(rates: number, load: Load): Pricing {
  const book = new RateBook();
  for (const cardId of CARDS) {
    const rows = [...sheet(rates, load, cardId !== 'sell-wholesale')].map(rateRow);
    const version = {
      cardId,
      version: 1,
      effectiveFrom: NOON - SECOND,
      knownAt: NOON - SECOND,
      supersedes: null,
      withdrawnAt: null,
      rows: rows.length,
      chunks: 1,
      sha256: '',
    };
    book.addVersion(version, rows);
  }
  const pricing: Pricing = {
    terms: new Terms(coreCatalog(load)),
    book,
    fx: exchangeRates(),
    reportingCurrency: 'EUR',
    catalogPosition: 1,
    hashRecipient: () => ({ hash: '00112233445566778899aabbccddeeff', keyId: '2026-05' }),
    ratedAt: NOON,
  };
  return pricing;
}

/** A month of daily rates. */
function exchangeRates(): FxBook {
  const fx = new FxBook();
  const days = Array.from({ length: 30 }, (_, at) => ({
    date: `2026-04-${String(at + 1).padStart(2, '0')}`,
    publishedAt: NOON - (30 - at) * DAY,
    rates: { GBP: (0.86 + at / 1_000).toFixed(4), USD: '1.1684' },
  }));
  fx.publish({ source: 'ecb', base: 'EUR', days, knownAt: NOON - SECOND });
  return fx;
}

type Row = Partial<Omit<RateRow, 'price'>> & Pick<SheetRow, 'price'>;

/** What rows of one destination name besides it. */
const NAMED: readonly Partial<RateRow>[] = [
  { trafficClass: 'otp' },
  { senderType: 'long_code' },
  { originCountry: 'IN' },
  { routeGrade: 'sim' },
  { originCountry: 'US', routeGrade: 'sim' },
  { trafficClass: 'promotional', senderType: 'short_code' },
  { originCountry: 'unknown' },
];
/** One in so many prefixes is for one of NAMED alone. */
const EVERY_NAMED = 8;

/**
 * Every network, for all and for each of NAMED; then prefixes until there are enough, and a default, so that each lookup
 * goes as deep as in a real sheet.
 */
function* sheet(rates: number, load: Load, surcharges: boolean): Generator<Row> {
  let left = rates;
  const everything = load === 'everything';
  const small: Row[] = [{ price: '0.09' }];
  if (everything) small.push({ originCountry: 'unknown', price: '0.1' });
  if (everything && surcharges) {
    for (const country of new Set(NETWORKS.map((network) => network.country)))
      small.push({ country, surcharge: 'carrier', validFrom: NOON - DAY, price: '0.003' });
    small.push({ surcharge: 'registration', senderType: 'alphanumeric', unit: 'message', price: '0.01' });
  }
  for (const { country, mcc, mnc } of NETWORKS) {
    small.push({ country, mcc, mnc, price: '0.04' });
    if (everything) for (const named of NAMED) small.push({ country, mcc, mnc, ...named, price: '0.05' });
  }
  for (const row of small) if (left-- > 0) yield row;
  let at = 0;
  for (const row of bigSheet(new Random(7), Math.max(0, left))) {
    const named = everything && ++at % EVERY_NAMED === 0 ? NAMED[(at / EVERY_NAMED) % NAMED.length] : undefined;
    yield Object.assign(row as Pick<SheetRow, 'price'> & { prefix?: string }, named);
  }
}

function rateRow({ price, ...row }: Row, index: number): RateRow {
  return {
    rateId: `r${index}`,
    country: null,
    mcc: null,
    mnc: null,
    prefix: null,
    trafficClass: null,
    unit: 'part',
    basis: null,
    timeoutSec: null,
    timeoutPolicy: null,
    ...PLAIN_RATE,
    ...row,
    price: parseMoney(price),
  };
}

function coreCatalog(load: Load): CatalogReader {
  const account = (id: string, parentId: string | null, planId: string): Account => ({
    id,
    parentId,
    planId,
    name: id,
    currency: 'EUR',
    timeZone: 'UTC',
    partition: parentId === null ? 0 : null,
    mode: 'postpaid',
    creditLimit: '0',
    warnBelow: null,
    defaultTrafficClass: 'otp',
    legalEntity: null,
    taxCategory: null,
    closed: false,
    ...PLAIN_ACCOUNT,
  });
  const plan = (id: string, cardId: string): Plan => ({
    id,
    version: 1,
    name: id,
    service: 'sms',
    bindings: [{ ...PLAIN_BINDING, cardId }],
    basis: 'delivered',
    timeoutSec: 3600,
    timeoutPolicy: null,
    ...PLAIN_PLAN,
  });
  const card = (id: string): RateCard => ({
    id,
    name: id,
    side: id === 'buy' ? 'buy' : 'sell',
    service: 'sms',
    currency: load === 'everything' && id === 'sell-retail' ? 'GBP' : 'EUR',
    partRule: 'reported',
    networkEvidence: ['reported', 'ported', 'range'],
    basis: 'submit',
    timeoutSec: 3600,
    timeoutPolicy: null,
    noReceiptCountries: [],
    ...PLAIN_CARD,
  });
  const supplier: Supplier = { id: 'supplier', name: 'supplier', currency: 'EUR', buyCardId: 'buy', legalEntity: null };
  const byId = <T extends { id: string }>(items: T[]): Map<string, T> => new Map(items.map((item) => [item.id, item]));
  return {
    position: 1,
    accounts: byId([account('reseller', null, 'wholesale'), account('customer', 'reseller', 'retail')]),
    suppliers: byId([supplier]),
    connections: new Map(),
    rateGroups: new Map(),
    cards: byId(CARDS.map(card)),
    plans: byId([plan('retail', 'sell-retail'), plan('wholesale', 'sell-wholesale')]),
    chain: (id) => (id === 'customer' ? ['customer', 'reseller'] : id === OPERATOR ? [] : [id]),
  };
}

/** Accepted, submitted and delivered of each message, message by message. */
export function coreEvents(messages: number, destinations: 'zipf' | 'uniform'): UsageEvent[] {
  const random = new Random(destinations);
  const zipf = new Zipf(NETWORKS.length, 1.1);
  const events: UsageEvent[] = [];
  for (let i = 0; i < messages; i++) {
    const network = NETWORKS[destinations === 'zipf' ? zipf.draw(random) : random.int(0, NETWORKS.length - 1)];
    if (network === undefined) continue;
    const { country, callingCode, mcc, mnc, prefixes, nationalDigits } = network;
    const prefix = random.pick(prefixes);
    const id = random.uuid();
    const shared: Partial<UsageEvent> = {
      messageId: messageIdOf('bench', id),
      account: 'customer',
      rootPayer: 'reseller',
      chain: ['customer', 'reseller'],
      country,
      trafficClass: random.pick(['otp', 'otp', 'transactional', 'promotional']),
      senderType: random.pick(['alphanumeric', 'alphanumeric', 'long_code', 'short_code', null]),
      originCountry: random.pick(['GB', 'DE', 'FR', 'IN', 'US', null]),
      routeGrade: random.pick(['direct', 'wholesale', 'sim', null]),
      recipient: `+${callingCode}${prefix}${random.digits(Math.max(1, nationalDigits - prefix.length))}`,
      // Half of the traffic has no reported network and is priced by its prefix.
      network: {
        reported: random.chance(0.5) ? { mcc, mnc, country, at: null, by: 'gateway' } : null,
        ported: null,
        range: null,
      },
    };
    for (const [event, attempt] of [
      ['accepted', 0],
      ['submitted', 1],
      ['delivered', 1],
    ] as const) {
      const identity: Identity = { source: 'bench', sourceRecordId: id, attempt, part: 1, event };
      const supplier = attempt === 0 ? null : 'supplier';
      events.push(
        sampleUsage({
          ...shared,
          identity,
          usageEventId: usageEventId(identity),
          fingerprint: { version: 1, hash: random.hex(32) },
          supplier,
          connection: null,
          rawAppendedAt: NOON + SECOND,
        }),
      );
    }
  }
  return events;
}

/** Decides and folds all events into a new state; answers how many rated events came out. */
export function rateAll(events: readonly UsageEvent[], pricing: Pricing): number {
  const state = new RatingState();
  let out = 0;
  for (let i = 0; i < events.length; i++) {
    const rated = decideUsage(events[i] as UsageEvent, { partition: 0, offset: i }, state, pricing);
    for (const event of rated) state.apply(event);
    out += rated.length;
  }
  return out;
}

/** What pricing sees of each message: its subject, once, however many steps its life has. */
export function coreSubjects(events: readonly UsageEvent[], pricing: Pricing): Subject[] {
  return events
    .filter(({ identity }) => identity.event === 'accepted')
    .map((usage) => subjectOf(usage, pricing.hashRecipient));
}

/**
 * The core alone: who pays whom, the rate and the surcharges of every leg of the chain, what they make, and what that is in
 * the currency of the account. No ids, no events, no memory.
 */
export function priceAll(subjects: readonly Subject[], { terms, book, fx, ratedAt: knownAt }: Pricing): bigint {
  let total = 0n;
  for (const subject of subjects) {
    const at = sellBillingTime(subject, []);
    const place = { part: 1, billingTime: at };
    for (const { cards, plan, account } of terms.sell(subject.account ?? '', subject.trafficClass, subject.country)) {
      const card = cards[0];
      if (typeof card !== 'object' || plan === null) throw new Error('a sell leg of the bench has no card or no plan');
      const query = queryOf(subject, card.networkEvidence, subject.openingRouteGrade);
      const amount = amountOf(priceBy(book, subject, query, place, card, plan));
      const { currency: from } = card;
      const { currency: to, timeZone } = account;
      const conversion = from === to ? null : fx.convert({ from, to, terms: plan.fx, at, timeZone, knownAt });
      total += conversion === null ? amount : conversion.apply(amount);
    }
    const { card, routeGrade } = terms.buy('supplier', null);
    if (typeof card === 'string') throw new Error(`the buy leg cannot be priced: ${card}`);
    const query = queryOf(subject, card.networkEvidence, routeGrade ?? subject.openingRouteGrade);
    total -= amountOf(priceBy(book, subject, query, place, card, card));
  }
  return total;
}

function amountOf(price: ReturnType<typeof priceBy>): bigint {
  if (typeof price === 'string') throw new Error(`a leg has no price: ${price}`);
  return price.amount;
}
