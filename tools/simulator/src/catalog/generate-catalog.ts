import { DEFAULT_FX, PLAIN_BINDING, OPERATOR } from '@ratestream/catalog';
import type { Connection, Micros, RateCard, Source } from '@ratestream/catalog';
import { Random } from '../random.js';
import { NETWORKS } from '../world.js';
import type { GeneratedCatalog } from './generated-catalog.js';
import { simulatedEcbHistory } from './exchange-rates.js';
import { PriceLists } from './price-lists.js';
import { addSuppliers } from './suppliers.js';
import { TenantTree } from './tenant-tree.js';
import { worldCost } from './world-cost.js';

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
  /** Whose exchange rates the plan of the accounts in dollars goes by; default `ecb`. */
  dealSource?: string;
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
 *         direct customers; four suppliers with connections in every id format; plans on all four bases; accounts, cards
 *         and suppliers in euro, dollar and pound
 * Never   draws from the clock: `startAt` is an argument
 */
export function generateCatalog(options: CatalogOptions): GeneratedCatalog {
  const { seed, currency = 'EUR', startAt, secondVersionAt = startAt + DAY, timeoutSec, dealSource = 'ecb' } = options;
  const random = new Random(seed).fork('catalog');
  const lists = new PriceLists(random, worldCost(random.fork('base')), {
    currency,
    startAt,
    secondVersionAt,
    timeoutSec,
    dealSource,
  });
  const { suppliers, connections } = addSuppliers(lists, currency);
  addOperatorPrices(lists, dealSource);
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
    rateGroups: lists.rateGroups,
    exchangeRates: simulatedEcbHistory(seed, startAt),
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
      .map((account) => ({
        accountId: account.id,
        amount: String(topUps.int(20, 80) * 250),
        currency: account.currency,
      })),
    senders: tree.senders,
  };
}

/** Destinations that are sold in dollars, whoever buys them. */
const AMERICAS = ['US', 'MX', 'BR', 'CO', 'AR'];

/**
 * What the operator sells by: wholesale to resellers, retail on three bases with a card in dollars for the Americas, one price
 * per one-time password, a card that one customer agreed on, and one that follows a supplier's and waits for its approval.
 */
function addOperatorPrices(lists: PriceLists, dealSource: string): void {
  const plain = { withDefault: false, surcharges: true };
  lists.addCard('sell-wholesale', 'Wholesale', 'sell', { ...plain, permille: 1240, classes: { otp: 1050 } });
  const retail = { ...plain, permille: 1500, classes: { otp: 1150, promotional: 920 }, campaign: 'PL' };
  lists.addCard('sell-retail', 'Retail', 'sell', retail);
  const americas = { ...plain, permille: 1480, classes: {}, countries: AMERICAS };
  lists.addCard('sell-americas', 'Retail Americas', 'sell', americas, { currency: 'USD' });
  const otp = { permille: 2000, withDefault: true, classes: {}, surcharges: false };
  lists.addCard('sell-retail-otp', 'Retail one-time passwords', 'sell', otp, { partRule: 'perMessage' });
  const agreed = { ...plain, permille: 1380, classes: {}, countries: ['DE', 'AT'] };
  lists.addCard('sell-agreed', 'Agreed for German-speaking countries', 'sell', agreed);
  lists.addCard(
    'sell-cost-plus',
    'Atlas plus 18 %',
    'sell',
    { ...plain, permille: 0, classes: {} },
    { derivation: COST_PLUS },
  );

  const any = (cardId: string) => [{ ...PLAIN_BINDING, cardId }];
  const agreedRate = { ...DEFAULT_FX, rule: 'fixed' as const, fixed: { 'EUR/GBP': '0.8715', 'GBP/EUR': '1.1474' } };
  lists.addPlan('plan-wholesale', 'Wholesale on submission', 'submit', any('sell-wholesale'));
  lists.addPlan('plan-wholesale-delivered', 'Wholesale on delivery', 'delivered', any('sell-wholesale'), {
    fx: agreedRate,
  });
  const retailCards = [...any('sell-retail'), { trafficClass: null, countries: AMERICAS, cardId: 'sell-americas' }];
  const withOtp = [...retailCards, { ...PLAIN_BINDING, trafficClass: 'otp', cardId: 'sell-retail-otp' }];
  const fx = { ...DEFAULT_FX, spreadPercent: '1.5' };
  lists.addPlan('plan-retail-accept', 'Retail on acceptance', 'accept', withOtp, { fx: { ...fx, source: dealSource } });
  lists.addPlan('plan-retail-delivered', 'Retail on delivery', 'delivered', retailCards, { fx });
  lists.addPlan('plan-retail-final', 'Retail unless rejected', 'final_not_rejected', withOtp, { fx });
  lists.rateGroups.push({ id: 'group-retail', owner: null, name: 'Small retail', planId: 'plan-retail-delivered' });
}

const COST_PLUS: RateCard['derivation'] = {
  fromCardId: 'buy-atlas',
  markup: { percent: '18', fixed: '0', floor: '0.004', ceiling: null },
  groups: [],
  rounding: { mode: 'half_up', places: 6 },
  fx: DEFAULT_FX,
};

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
