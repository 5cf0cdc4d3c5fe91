import type { Cell, ClickHouse } from '@ratestream/clickhouse';
import type { CatalogView, FxRates } from '@ratestream/catalog';
import { messageIdOf, sampleUsage, usageEventId, type Leg, type RatedEvent, type UsageEvent } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import { formatMoney } from '@ratestream/money';
import { decideUsage, RateBook, RatingState, Terms, type Pricing } from '@ratestream/pricing';
import type { Pool } from '@ratestream/postgres';
import { ratesOf } from '../../src/imports/margin-cards.js';

/** A message as a gateway tells it. */
export interface Sent {
  id: string;
  account: string;
  /** Microseconds UTC. */
  at: number;
  to: string;
  country: string;
  mcc: string | null;
  mnc: string | null;
  trafficClass: string;
  parts: number;
  event?: string;
  supplier?: string | null;
  senderType?: string | null;
  originCountry?: string | null;
  routeGrade?: string | null;
  /** 1 unless a later step of the same message tells something else. */
  attempt?: number;
}

/** Rating as the service does it, on the catalog that a test has made; every rate is in memory. */
export async function pricingOf(view: CatalogView, pool: Pool, rates: readonly FxRates[] = []): Promise<Pricing> {
  const fx = new FxBook();
  for (const one of rates) fx.publish(one);
  const book = new RateBook();
  for (const cardId of view.cards.keys())
    for (const version of view.versions(cardId)) book.addVersion(version, await ratesOf(pool, cardId, version.version));
  return {
    terms: new Terms(view),
    book,
    fx,
    reportingCurrency: 'EUR',
    catalogPosition: view.position,
    hashRecipient: () => ({ hash: 'h', keyId: 'k' }),
    ratedAt: Date.now() * 1_000,
  };
}

export function usageOf(sent: Sent, view: CatalogView): UsageEvent {
  const event = sent.event ?? 'delivered';
  const attempt = event === 'accepted' ? 0 : (sent.attempt ?? 1);
  const identity = { source: 'test', sourceRecordId: sent.id, attempt, part: 1, event };
  const chain = [...view.chain(sent.account)];
  const { at } = sent;
  return sampleUsage({
    usageEventId: usageEventId(identity),
    messageId: messageIdOf('test', sent.id),
    identity,
    rawAppendedAt: at,
    account: sent.account,
    rootPayer: chain.at(-1) ?? sent.account,
    chain,
    times: { accepted: at, scheduled: null, submitted: at, done: at, ingested: at, zone: null, zoneFlag: null },
    recipient: sent.to,
    country: sent.country,
    network: {
      reported:
        sent.mcc === null ? null : { mcc: sent.mcc, mnc: sent.mnc, country: sent.country, at: null, by: 'gateway' },
      ported: null,
      range: null,
    },
    trafficClass: sent.trafficClass,
    parts: { reported: sent.parts, computed8: null, computed16: null, assumed: false },
    senderType: sent.senderType ?? null,
    originCountry: sent.originCountry ?? null,
    routeGrade: sent.routeGrade ?? null,
    supplier: sent.supplier === undefined ? 'sup' : sent.supplier,
    connection: null,
    route: null,
  });
}

/** Rates messages in order, each message in its own memory, and keeps what came of them as analytics does. */
export class RatedTraffic {
  readonly events: RatedEvent[] = [];
  private readonly state = new RatingState();
  private readonly rows: Cell[][] = [];

  constructor(
    private readonly pricing: Pricing,
    private readonly view: CatalogView,
  ) {}

  send(sent: Sent): RatedEvent[] {
    const offset = { partition: 0, offset: this.events.length };
    const events = decideUsage(usageOf(sent, this.view), offset, this.state, this.pricing);
    for (const event of events) {
      this.state.apply(event);
      const at = this.events.push(event) - 1;
      // Three partitions, and all of one payer in one of them.
      const partition = (event.rootPayer.length + event.rootPayer.charCodeAt(0)) % 3;
      event.legs.forEach((leg, index) => this.rows.push(rowOf(event, leg, partition, at, index)));
    }
    return events;
  }

  async store(clickHouse: ClickHouse): Promise<void> {
    await clickHouse.insert('rated_legs', COLUMNS, this.rows.splice(0), { timeoutMs: 60_000 });
  }
}

/** The columns that a what-if reads, with the names that the sink gives them. */
const COLUMNS = [
  'partition', 'offset', 'leg', 'rated_id', 'message_id', 'part', 'kind', 'event', 'rated_at', 'account', 'root_payer', 'chain',
  'sender_type', 'origin_country', 'recipient_prefix', 'country', 'mcc', 'mnc', 'networks', 'number_country', 'parts_reported',
  'parts_computed8', 'parts_computed16', 'traffic_class', 'supplier', 'connection', 'route_grade', 'opening_route_grade', 'leg_id', 'side',
  'level', 'payer', 'payee', 'action', 'leg_reason', 'basis', 'billing_time', 'quantity', 'unit', 'units', 'amount', 'currency',
  'account_amount', 'account_currency', 'reporting_amount', 'reporting_currency', 'card_id', 'card_version', 'rate_id',
]; // prettier-ignore

function rowOf(event: RatedEvent, leg: Leg, partition: number, offset: number, index: number): Cell[] {
  const best = event.network.reported;
  const units = leg.action === 'settle' ? leg.quantity : leg.action === 'reverse' ? -leg.quantity : 0;
  return [
    partition, offset, index, event.ratedId, event.messageId, event.part, event.kind, event.event, event.ratedAt, event.account ?? '', event.rootPayer, event.chain,
    event.senderType ?? '', event.originCountry ?? '', event.recipientPrefix ?? '', event.country ?? '', best?.mcc ?? '', best?.mnc ?? '',
    best === null ? [] : [`reported/${best.mcc ?? ''}/${best.mnc ?? ''}/${best.country ?? ''}`], event.country ?? '', event.parts.reported ?? -1,
    event.parts.computed8 ?? -1, event.parts.computed16 ?? -1, event.trafficClass, leg.supplierId ?? event.supplier ?? '', event.connection ?? '', event.routeGrade ?? '', event.openingRouteGrade ?? '', leg.legId, leg.side,
    leg.level, leg.payer, leg.payee, leg.action, leg.reason ?? '', leg.basis, leg.billingTime, leg.quantity, leg.unit, units, formatMoney(leg.amount), leg.currency,
    formatMoney(leg.accountAmount), leg.accountCurrency, formatMoney(leg.reporting?.amount ?? leg.amount), leg.reporting?.currency ?? leg.currency, leg.rate?.cardId ?? '', leg.rate?.version ?? 0, leg.rate?.rateId ?? '',
  ]; // prettier-ignore
}
