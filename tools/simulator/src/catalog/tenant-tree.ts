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
      const plan = RETAIL_PLANS[i % RETAIL_PLANS.length] ?? null;
      this.open(`direct-${i}`, null, companyName(i), plan, i % 2 === 0 ? 'prepaid' : 'postpaid', 40 / i);
    }
    for (let i = 1; i <= resellers; i++) {
      const id = `reseller-${i}`;
      const plan = i % 2 === 0 ? 'plan-wholesale-delivered' : 'plan-wholesale';
      this.open(id, null, `${NAMES[(i * 5) % NAMES.length] ?? ''} Messaging ${i}`, plan, 'postpaid', 1);
      this.addCustomers(id, customers, 1320);
      if (i % 3 === 1) this.addSubReseller(id, i, customers);
    }
  }

  private addSubReseller(parentId: string, number: number, customers: number): void {
    const id = `${parentId}-sub`;
    const name = `${NAMES[(number * 7) % NAMES.length] ?? ''} Connect ${number}`;
    this.open(id, parentId, name, `plan-${parentId}-delivered`, 'postpaid', 1);
    this.addCustomers(id, Math.max(1, customers - 2), 1500);
  }

  private addCustomers(parentId: string, count: number, permille: number): void {
    const cardId = `sell-${parentId}`;
    const style = { permille, withDefault: false, classes: { otp: 1100 } };
    this.lists.addCard(cardId, `Prices of ${parentId}`, 'sell', style, { owner: parentId });
    for (const basis of ['submit', 'delivered'] as const) {
      const bindings = [{ ...PLAIN_BINDING, cardId }];
      this.lists.addPlan(`plan-${parentId}-${basis}`, `${parentId} on ${basis}`, basis, bindings, parentId);
    }
    for (let i = 1; i <= count; i++) {
      const plan = `plan-${parentId}-${i % 2 === 0 ? 'delivered' : 'submit'}`;
      const mode = i % 2 === 0 ? 'prepaid' : 'postpaid';
      this.open(`${parentId}-customer-${i}`, parentId, companyName(i + parentId.length * 3), plan, mode, 18 / i);
    }
  }

  private open(
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
      ...PLAIN_ACCOUNT,
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
