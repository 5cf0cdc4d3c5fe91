import { PLAIN_ACCOUNT, PLAIN_BINDING } from '@ratestream/catalog';
import type { Account } from '@ratestream/catalog';
import type { Random } from '../random.js';
import type { Sender } from './generated-catalog.js';
import type { PriceLists } from './price-lists.js';

const NAMES =
  'Harbour Larch Meridian Quarry Saffron Tundra Umber Verdant Willow Zenith Alder Basalt Cobalt Dune Ember Fjord'.split(
    ' ',
  );
const TRADES = 'Bank Logistics Market Clinic Travel Energy Games Insurance Foods Security'.split(' ');
const CLASSES = ['otp', 'transactional', 'promotional', 'p2p'];
/** Who is debited in another currency than the installation's. */
const ABROAD: Readonly<Record<string, string>> = { 'direct-3': 'USD', 'direct-4': 'GBP', 'reseller-2': 'GBP' };
/** A customer with a card of its own for some countries; it has nothing for Switzerland, so the plan's card is asked there. */
const AGREED: Account['overrides'] = [{ trafficClass: null, countries: ['DE', 'AT', 'CH'], cardId: 'sell-agreed' }];
const RETAIL_PLANS = ['plan-retail-accept', 'plan-retail-delivered', 'plan-retail-final'];

export interface TreeSize {
  resellers: number;
  /** Of each reseller. */
  customers: number;
  direct: number;
}

/** Opens direct customers, and resellers with customers of their own; one reseller in three has a reseller below it. */
export class TenantTree {
  readonly accounts: Account[] = [];
  readonly senders: Sender[] = [];
  /** Kannel's `smsbox-id` or username → account. */
  readonly binds: Record<string, string> = {};

  constructor(
    private readonly random: Random,
    private readonly lists: PriceLists,
    private readonly currency: string,
  ) {}

  grow({ resellers, customers, direct }: TreeSize): void {
    for (let i = 1; i <= direct; i++) {
      // From the sixth on they are small, and share what their group has.
      const planId = i < 6 ? (RETAIL_PLANS[i % RETAIL_PLANS.length] ?? null) : null;
      const overrides = i === 2 ? AGREED : [];
      this.open(`direct-${i}`, null, companyName(i), i % 2 === 0 ? 'prepaid' : 'postpaid', 40 / i, {
        currency: ABROAD[`direct-${i}`] ?? this.currency,
        planId,
        rateGroupId: planId === null ? 'group-retail' : null,
        overrides,
      });
    }
    for (let i = 1; i <= resellers; i++) {
      const id = `reseller-${i}`;
      const plan = i % 2 === 0 ? 'plan-wholesale-delivered' : 'plan-wholesale';
      const currency = ABROAD[id] ?? this.currency;
      const name = `${NAMES[(i * 5) % NAMES.length] ?? ''} Messaging ${i}`;
      this.open(id, null, name, 'postpaid', 1, { currency, planId: plan });
      this.addCustomers(id, customers, 1620, currency);
      if (i % 3 === 1) this.addSubReseller(id, i, customers);
    }
  }

  private addSubReseller(parentId: string, number: number, customers: number): void {
    const id = `${parentId}-sub`;
    const name = `${NAMES[(number * 7) % NAMES.length] ?? ''} Connect ${number}`;
    const { currency } = this;
    this.open(id, parentId, name, 'postpaid', 1, { currency, planId: `plan-${parentId}-delivered` });
    this.addCustomers(id, Math.max(1, customers - 2), 2050, currency);
  }

  private addCustomers(parentId: string, count: number, permille: number, currency: string): void {
    const cardId = `sell-${parentId}`;
    const style = { permille, withDefault: false, classes: { otp: 1100 }, surcharges: true };
    this.lists.addCard(cardId, `Prices of ${parentId}`, 'sell', style, { owner: parentId, currency });
    for (const basis of ['submit', 'delivered'] as const) {
      const bindings = [{ ...PLAIN_BINDING, cardId }];
      this.lists.addPlan(`plan-${parentId}-${basis}`, `${parentId} on ${basis}`, basis, bindings, { owner: parentId });
    }
    for (let i = 1; i <= count; i++) {
      const planId = `plan-${parentId}-${i % 2 === 0 ? 'delivered' : 'submit'}`;
      const mode = i % 2 === 0 ? 'prepaid' : 'postpaid';
      this.open(`${parentId}-customer-${i}`, parentId, companyName(i + parentId.length * 3), mode, 18 / i, {
        currency,
        planId,
      });
    }
  }

  private open(
    id: string,
    parentId: string | null,
    name: string,
    mode: Account['mode'],
    weight: number,
    terms: Pick<Account, 'currency' | 'planId'> & Partial<Account>,
  ): void {
    this.accounts.push({
      id,
      parentId,
      name,
      timeZone: this.random.pick(['Europe/Berlin', 'Europe/London', 'UTC']),
      partition: null,
      mode,
      creditLimit: mode === 'postpaid' ? String(this.random.int(5, 50) * 1000) : '0',
      warnBelow: mode === 'prepaid' ? '500' : null,
      defaultTrafficClass: 'transactional',
      legalEntity: null,
      taxCategory: null,
      closed: false,
      ...PLAIN_ACCOUNT,
      ...terms,
    });
    this.addSender(id, name, weight);
  }

  private addSender(accountId: string, name: string, weight: number): void {
    const kannel = this.senders.length % 4 === 3;
    const gatewayAccount = kannel ? `bind-${accountId}` : accountId;
    if (kannel) this.binds[gatewayAccount] = accountId;
    this.senders.push({
      accountId,
      weight,
      gatewayAccount,
      sourceId: kannel ? 'kannel' : 'platform',
      format: kannel ? 'kannel-access-log' : 'canonical-json',
      senderIds: [name.split(' ')[0]?.toUpperCase() ?? 'INFO', `${this.random.int(20000, 89999)}`],
      classes: CLASSES.filter(() => this.random.chance(0.5)),
    });
  }
}

function companyName(index: number): string {
  return `${NAMES[index % NAMES.length] ?? ''} ${TRADES[(index * 3) % TRADES.length] ?? ''}`;
}
