import { OPERATOR } from '@ratestream/catalog';
import type { Account, Connection, Micros, Plan, RateCard, Source, Supplier } from '@ratestream/catalog';
import { Random } from '../random.js';
import { NETWORKS } from '../world.js';
import type { GeneratedCard, GeneratedCatalog, Sender } from './generated-catalog.js';
import { basePrices, writeSheet } from './rate-sheets.js';
import type { SheetStyle } from './rate-sheets.js';

const DAY = 86_400_000_000;

export interface CatalogOptions {
  seed: number;
  /** `tiny`: a handful of accounts for tests; `demo`: some thirty; `large`: some three hundred. */
  size?: 'tiny' | 'demo' | 'large';
  currency?: string;
  /** First versions count from a month before, the second ones from `secondVersionAt`. */
  startAt: Micros;
  /** When the scheduled second versions go live; default a day after `startAt`. */
  secondVersionAt?: Micros;
  /** Time-outs of plans and cards in seconds, for runs that must see them; default 72 h and 24 h as in domain.md §6. */
  timeoutSec?: number;
}

const SIZES = {
  tiny: { resellers: 1, customers: 2, direct: 3 },
  demo: { resellers: 3, customers: 4, direct: 10 },
  large: { resellers: 24, customers: 9, direct: 80 },
} as const;

const NAMES = [
  'Harbour',
  'Larch',
  'Meridian',
  'Quarry',
  'Saffron',
  'Tundra',
  'Umber',
  'Verdant',
  'Willow',
  'Zenith',
  'Alder',
  'Basalt',
  'Cobalt',
  'Dune',
  'Ember',
  'Fjord',
];
const TRADES = ['Bank', 'Logistics', 'Market', 'Clinic', 'Travel', 'Energy', 'Games', 'Insurance', 'Foods', 'Security'];
const CLASSES = ['otp', 'transactional', 'promotional', 'p2p'];

/**
 * A tenant tree with its prices, the same for the same options.
 *
 * Out     resellers under the operator with customers, one reseller in three with a reseller of its own (depth 3),
 *         direct customers; four suppliers with connections in every id format; plans on all four bases
 * Never   draws from the clock: `startAt` is an argument
 */
export function generateCatalog(options: CatalogOptions): GeneratedCatalog {
  return new CatalogBuilder(options).build();
}

class CatalogBuilder {
  private readonly random: Random;
  private readonly currency: string;
  private readonly base;
  private readonly accounts: Account[] = [];
  private readonly cards: GeneratedCard[] = [];
  private readonly plans: Plan[] = [];
  private readonly senders: Sender[] = [];
  private readonly kannelAccounts: Record<string, string> = {};

  constructor(private readonly options: CatalogOptions) {
    this.random = new Random(options.seed).fork('catalog');
    this.currency = options.currency ?? 'EUR';
    this.base = basePrices(this.random.fork('base'));
  }

  build(): GeneratedCatalog {
    const { suppliers, connections } = this.buildSuppliers();
    this.buildOperatorCards();
    this.buildTree();
    return {
      seed: this.options.seed,
      currency: this.currency,
      accounts: this.accounts,
      suppliers,
      connections,
      sources: this.buildSources(connections),
      cards: this.cards,
      plans: this.plans,
      numberingPlan: {
        id: 'world',
        rows: NETWORKS.flatMap((n) =>
          n.prefixes.map((p) => ({
            prefix: n.callingCode + p,
            country: n.country,
            mcc: n.mcc,
            mnc: n.mnc,
            operator: n.operator,
          })),
        ),
      },
      apiKeys: [
        { id: 'key-operator', name: 'Operator', scope: OPERATOR, permissions: ['read', 'write', 'ingest', 'admin'] },
        { id: 'key-reseller-1', name: 'First reseller', scope: 'reseller-1', permissions: ['read', 'write'] },
      ],
      topUps: this.accounts
        .filter((account) => account.mode === 'prepaid')
        .map((account) => ({
          accountId: account.id,
          amount: String(this.random.int(20, 80) * 250),
          currency: this.currency,
        })),
      senders: this.senders,
    };
  }

  private buildSuppliers(): { suppliers: Supplier[]; connections: Connection[] } {
    const supplier = (id: string, name: string): Supplier => ({
      id,
      name,
      currency: this.currency,
      buyCardId: `buy-${id}`,
      legalEntity: null,
    });
    const connection = (
      id: string,
      supplierId: string,
      idFormat: Connection['idFormat'],
      buyCardId: string | null = null,
    ): Connection => ({
      id,
      supplierId,
      idFormat,
      buyCardId,
      route: `${id}-route`,
      routeGrade: null,
    });
    this.addCard(
      'buy-atlas',
      'Atlas list',
      'buy',
      { permille: 1000, withDefault: false, classes: { otp: 1100 } },
      { basis: 'submit' },
    );
    this.addCard(
      'buy-atlas-premium',
      'Atlas premium',
      'buy',
      { permille: 1150, withDefault: false, classes: {} },
      { basis: 'submit', partRule: 'computed8' },
    );
    this.addCard(
      'buy-borealis',
      'Borealis list',
      'buy',
      { permille: 960, withDefault: false, classes: {} },
      { basis: 'delivered' },
    );
    this.addCard(
      'buy-cirrus',
      'Cirrus list',
      'buy',
      { permille: 930, withDefault: false, classes: { promotional: 900 } },
      { basis: 'final_not_rejected' },
    );
    this.addCard(
      'buy-delta',
      'Delta worldwide',
      'buy',
      { permille: 1080, withDefault: true, classes: {} },
      { basis: 'accept', networkEvidence: ['range', 'reported'] },
    );
    return {
      suppliers: [
        supplier('atlas', 'Atlas Carrier'),
        supplier('borealis', 'Borealis Mobile'),
        supplier('cirrus', 'Cirrus Wholesale'),
        supplier('delta', 'Delta Hub'),
      ],
      connections: [
        connection('atlas-1', 'atlas', 'dec'),
        connection('atlas-2', 'atlas', 'hex', 'buy-atlas-premium'),
        connection('borealis-1', 'borealis', 'string'),
        connection('cirrus-1', 'cirrus', null),
        connection('delta-1', 'delta', 'hex'),
      ],
    };
  }

  private buildOperatorCards(): void {
    this.addCard('sell-wholesale', 'Wholesale', 'sell', { permille: 1150, withDefault: false, classes: { otp: 1050 } });
    this.addCard('sell-retail', 'Retail', 'sell', {
      permille: 1400,
      withDefault: false,
      classes: { otp: 1200, promotional: 900 },
    });
    this.addCard(
      'sell-retail-otp',
      'Retail one-time passwords',
      'sell',
      { permille: 1650, withDefault: true, classes: {} },
      { partRule: 'perMessage' },
    );
    this.addPlan('plan-wholesale', 'Wholesale on submission', 'submit', [
      { trafficClass: null, cardId: 'sell-wholesale' },
    ]);
    this.addPlan('plan-wholesale-delivered', 'Wholesale on delivery', 'delivered', [
      { trafficClass: null, cardId: 'sell-wholesale' },
    ]);
    this.addPlan('plan-retail-accept', 'Retail on acceptance', 'accept', [
      { trafficClass: null, cardId: 'sell-retail' },
      { trafficClass: 'otp', cardId: 'sell-retail-otp' },
    ]);
    this.addPlan('plan-retail-delivered', 'Retail on delivery', 'delivered', [
      { trafficClass: null, cardId: 'sell-retail' },
    ]);
    this.addPlan('plan-retail-final', 'Retail unless rejected', 'final_not_rejected', [
      { trafficClass: null, cardId: 'sell-retail' },
    ]);
  }

  private buildTree(): void {
    const size = SIZES[this.options.size ?? 'demo'];
    const retail = ['plan-retail-accept', 'plan-retail-delivered', 'plan-retail-final'];
    for (let i = 1; i <= size.direct; i++) {
      this.addAccount(
        `direct-${i}`,
        null,
        this.companyName(i),
        retail[i % retail.length] ?? null,
        i % 2 === 0 ? 'prepaid' : 'postpaid',
        40 / i,
      );
    }
    for (let i = 1; i <= size.resellers; i++) {
      const id = `reseller-${i}`;
      this.addAccount(
        id,
        null,
        `${NAMES[(i * 5) % NAMES.length] ?? ''} Messaging ${i}`,
        i % 2 === 0 ? 'plan-wholesale-delivered' : 'plan-wholesale',
        'postpaid',
        1,
      );
      this.buildCustomers(id, size.customers, 1320);
      if (i % 3 === 1) {
        const sub = `${id}-sub`;
        this.addAccount(
          sub,
          id,
          `${NAMES[(i * 7) % NAMES.length] ?? ''} Connect ${i}`,
          `plan-${id}-delivered`,
          'postpaid',
          1,
        );
        this.buildCustomers(sub, Math.max(1, size.customers - 2), 1500);
      }
    }
  }

  private buildCustomers(parentId: string, count: number, permille: number): void {
    const cardId = `sell-${parentId}`;
    this.addCard(cardId, `Prices of ${parentId}`, 'sell', { permille, withDefault: false, classes: { otp: 1100 } });
    for (const basis of ['submit', 'delivered'] as const) {
      this.addPlan(`plan-${parentId}-${basis}`, `${parentId} on ${basis}`, basis, [{ trafficClass: null, cardId }]);
    }
    for (let i = 1; i <= count; i++) {
      const plan = `plan-${parentId}-${i % 2 === 0 ? 'delivered' : 'submit'}`;
      this.addAccount(
        `${parentId}-customer-${i}`,
        parentId,
        this.companyName(i + parentId.length * 3),
        plan,
        i % 2 === 0 ? 'prepaid' : 'postpaid',
        18 / i,
      );
    }
  }

  private addAccount(
    id: string,
    parentId: string | null,
    name: string,
    planId: string | null,
    mode: Account['mode'],
    weight: number,
  ): void {
    this.accounts.push({
      id,
      parentId,
      name,
      currency: this.currency,
      timeZone: this.random.pick(['Europe/Berlin', 'Europe/London', 'UTC']),
      partition: null,
      planId,
      mode,
      creditLimit: mode === 'postpaid' ? String(this.random.int(5, 50) * 1000) : '0',
      warnBelow: mode === 'prepaid' ? '500' : null,
      defaultTrafficClass: 'transactional',
      legalEntity: null,
      taxCategory: null,
      closed: false,
    });
    const kannel = this.senders.length % 4 === 3;
    const gatewayAccount = kannel ? `bind-${id}` : id;
    if (kannel) this.kannelAccounts[gatewayAccount] = id;
    this.senders.push({
      accountId: id,
      weight,
      gatewayAccount,
      sourceId: kannel ? 'kannel' : 'platform',
      format: kannel ? 'kannel-access-log' : 'canonical-json',
      senderIds: [name.split(' ')[0]?.toUpperCase() ?? 'INFO', `${this.random.int(20000, 89999)}`],
      classes: CLASSES.filter(() => this.random.chance(0.5)),
    });
  }

  private buildSources(connections: Connection[]): Source[] {
    const source = (id: string, format: Source['format'], accounts: Record<string, string>): Source => ({
      id,
      format,
      timeZone: 'UTC',
      identity: 'gateway-id',
      accounts,
      defaultAccount: null,
      connections: Object.fromEntries(connections.map(({ id: connection }) => [connection, connection])),
      trafficClass: null,
      slowestReceiptSec: 86_400,
      effectiveFrom: this.options.startAt - 30 * DAY,
    });
    return [source('platform', 'canonical-json', {}), source('kannel', 'kannel-access-log', this.kannelAccounts)];
  }

  private addCard(
    id: string,
    name: string,
    side: RateCard['side'],
    style: SheetStyle,
    terms: Partial<RateCard> = {},
  ): void {
    const random = this.random.fork(id);
    const { startAt, secondVersionAt = startAt + DAY, timeoutSec } = this.options;
    const card: RateCard = {
      id,
      name,
      side,
      service: 'sms',
      currency: this.currency,
      partRule: 'reported',
      networkEvidence: ['reported', 'ported', 'range'],
      basis: 'submit',
      timeoutSec: timeoutSec ?? 259_200,
      timeoutPolicy: null,
      noReceiptCountries: side === 'buy' ? ['CN'] : [],
      ...terms,
    };
    const later = { ...style, permille: Math.round(style.permille * (random.chance(0.5) ? 1.04 : 0.97)) };
    this.cards.push({
      card,
      versions: [
        { effectiveFrom: startAt - 30 * DAY, rows: writeSheet(random.fork('v1'), this.base, style) },
        { effectiveFrom: secondVersionAt, rows: writeSheet(random.fork('v2'), this.base, later) },
      ],
    });
  }

  private addPlan(id: string, name: string, basis: Plan['basis'], bindings: Plan['bindings']): void {
    this.plans.push({
      id,
      version: 1,
      name,
      service: 'sms',
      bindings,
      basis,
      timeoutSec: this.options.timeoutSec ?? 86_400,
      timeoutPolicy: null,
    });
  }

  private companyName(index: number): string {
    return `${NAMES[index % NAMES.length] ?? ''} ${TRADES[(index * 3) % TRADES.length] ?? ''}`;
  }
}
