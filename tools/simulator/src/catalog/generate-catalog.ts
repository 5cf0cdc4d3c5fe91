import { PLAIN_BINDING, OPERATOR } from '@ratestream/catalog';
import type { Connection, Micros, Source } from '@ratestream/catalog';
import { Random } from '../random.js';
import { NETWORKS } from '../world.js';
import type { GeneratedCatalog } from './generated-catalog.js';
import { PriceLists } from './price-lists.js';
import { basePrices } from './rate-sheets.js';
import { addSuppliers } from './suppliers.js';
import { TenantTree } from './tenant-tree.js';

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
  /** Time-out of retail and resellers' plans in seconds, for runs that must see it; default 24 h. Cards have 72 h. */
  timeoutSec?: number;
}

const SIZES = {
  tiny: { resellers: 1, customers: 2, direct: 3 },
  demo: { resellers: 3, customers: 4, direct: 10 },
  large: { resellers: 24, customers: 9, direct: 80 },
} as const;

/**
 * A tenant tree with its prices, the same for the same options.
 *
 * Out     resellers under the operator with customers, one reseller in three with a reseller of its own (depth 3),
 *         direct customers; four suppliers with connections in every id format; plans on all four bases
 * Never   draws from the clock: `startAt` is an argument
 */
export function generateCatalog(options: CatalogOptions): GeneratedCatalog {
  const { seed, currency = 'EUR', startAt, secondVersionAt = startAt + DAY, timeoutSec } = options;
  const random = new Random(seed).fork('catalog');
  const lists = new PriceLists(random, basePrices(random.fork('base')), {
    currency,
    startAt,
    secondVersionAt,
    timeoutSec,
  });
  const { suppliers, connections } = addSuppliers(lists, currency);
  addOperatorPrices(lists);
  const tree = new TenantTree(random.fork('tree'), lists, currency);
  tree.grow(SIZES[options.size ?? 'demo']);
  const topUps = random.fork('top-ups');
  return {
    seed,
    currency,
    accounts: tree.accounts,
    suppliers,
    connections,
    sources: sources(connections, tree.binds, startAt - 30 * DAY),
    cards: lists.cards,
    plans: lists.plans,
    numberingPlan: {
      id: 'world',
      rows: NETWORKS.flatMap(({ prefixes, callingCode, country, mcc, mnc, operator }) =>
        prefixes.map((prefix) => ({ prefix: callingCode + prefix, country, mcc, mnc, operator })),
      ),
    },
    apiKeys: [
      { id: 'key-demo-operator', name: 'Demo operator', scope: OPERATOR, permissions: ['read'] },
      { id: 'key-demo-reseller-1', name: 'Demo reseller 1', scope: 'reseller-1', permissions: ['read', 'write'] },
    ],
    topUps: tree.accounts
      .filter(({ mode }) => mode === 'prepaid')
      .map(({ id }) => ({ accountId: id, amount: String(topUps.int(20, 80) * 250), currency })),
    senders: tree.senders,
  };
}

/** What the operator sells by: wholesale to resellers, retail on three bases, and one price per one-time password. */
function addOperatorPrices(lists: PriceLists): void {
  const wholesale = { permille: 1150, withDefault: false, classes: { otp: 1050 } };
  lists.addCard('sell-wholesale', 'Wholesale', 'sell', wholesale);
  const retail = { permille: 1400, withDefault: false, classes: { otp: 1200, promotional: 900 } };
  lists.addCard('sell-retail', 'Retail', 'sell', retail);
  const otp = { permille: 1650, withDefault: true, classes: {} };
  lists.addCard('sell-retail-otp', 'Retail one-time passwords', 'sell', otp, { partRule: 'perMessage' });
  const any = (cardId: string) => [{ ...PLAIN_BINDING, cardId }];
  lists.addPlan('plan-wholesale', 'Wholesale on submission', 'submit', any('sell-wholesale'));
  lists.addPlan('plan-wholesale-delivered', 'Wholesale on delivery', 'delivered', any('sell-wholesale'));
  const withOtp = [...any('sell-retail'), { ...PLAIN_BINDING, trafficClass: 'otp', cardId: 'sell-retail-otp' }];
  lists.addPlan('plan-retail-accept', 'Retail on acceptance', 'accept', withOtp);
  lists.addPlan('plan-retail-delivered', 'Retail on delivery', 'delivered', any('sell-retail'));
  lists.addPlan('plan-retail-final', 'Retail unless rejected', 'final_not_rejected', withOtp);
}

function sources(connections: Connection[], binds: Record<string, string>, effectiveFrom: Micros): Source[] {
  const source = (id: string, format: Source['format'], accounts: Record<string, string>): Source => ({
    id,
    format,
    timeZone: 'UTC',
    identity: 'gateway-id',
    accounts,
    defaultAccount: null,
    connections: Object.fromEntries(connections.map((connection) => [connection.id, connection.id])),
    trafficClass: null,
    slowestReceiptSec: 86_400,
    effectiveFrom,
  });
  return [source('platform', 'canonical-json', {}), source('kannel', 'kannel-access-log', binds)];
}
