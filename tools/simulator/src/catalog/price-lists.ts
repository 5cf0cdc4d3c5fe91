import { PLAIN_CARD, PLAIN_PLAN } from '@ratestream/catalog';
import type { Micros, Plan, RateCard } from '@ratestream/catalog';
import type { Random } from '../random.js';
import type { MobileNetwork } from '../world.js';
import type { GeneratedCard } from './generated-catalog.js';
import { writeSheet } from './rate-sheets.js';
import type { SheetStyle } from './rate-sheets.js';

export interface PriceListOptions {
  currency: string;
  startAt: Micros;
  secondVersionAt: Micros;
  timeoutSec: number | undefined;
}

const MONTH = 30 * 86_400_000_000;

/** Gathers cards, each with a version in force and one that is scheduled, and the plans that bind them. */
export class PriceLists {
  readonly cards: GeneratedCard[] = [];
  readonly plans: Plan[] = [];

  constructor(
    private readonly random: Random,
    private readonly base: ReadonlyMap<MobileNetwork, string>,
    private readonly options: PriceListOptions,
  ) {}

  addCard(id: string, name: string, side: RateCard['side'], style: SheetStyle, terms: Partial<RateCard> = {}): void {
    const random = this.random.fork(id);
    const { startAt, secondVersionAt, currency } = this.options;
    const card: RateCard = {
      id,
      owner: null,
      name,
      side,
      service: 'sms',
      currency,
      partRule: 'reported',
      networkEvidence: ['reported', 'ported', 'range'],
      basis: 'submit',
      timeoutSec: 259_200,
      timeoutPolicy: null,
      noReceiptCountries: side === 'buy' ? ['CN'] : [],
      ...PLAIN_CARD,
      ...terms,
    };
    const later = { ...style, permille: Math.round(style.permille * (random.chance(0.5) ? 1.04 : 0.97)) };
    this.cards.push({
      card,
      versions: [
        { effectiveFrom: startAt - MONTH, rows: writeSheet(random.fork('v1'), this.base, style) },
        { effectiveFrom: secondVersionAt, rows: writeSheet(random.fork('v2'), this.base, later) },
      ],
    });
  }

  addPlan(
    id: string,
    name: string,
    basis: Plan['basis'],
    bindings: Plan['bindings'],
    owner: string | null = null,
  ): void {
    // Wholesale waits its full time even in runs with short time-outs: some legs stay open to the end.
    const timeoutSec = id.startsWith('plan-wholesale') ? 86_400 : (this.options.timeoutSec ?? 86_400);
    this.plans.push({
      id,
      version: 1,
      owner,
      name,
      service: 'sms',
      bindings,
      basis,
      timeoutSec,
      timeoutPolicy: null,
      ...PLAIN_PLAN,
    });
  }
}
