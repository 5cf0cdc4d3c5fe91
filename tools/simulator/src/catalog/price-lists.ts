import { DEFAULT_FX, PLAIN_CARD } from '@ratestream/catalog';
import type { FxTerms, Micros, Plan, RateCard, RateGroup } from '@ratestream/catalog';
import type { Random } from '../random.js';
import type { GeneratedCard } from './generated-catalog.js';
import { LEVELS } from './exchange-rates.js';
import { writeSheet } from './rate-sheets.js';
import type { SheetStyle } from './rate-sheets.js';
import type { WorldCost } from './world-cost.js';

export interface PriceListOptions {
  currency: string;
  startAt: Micros;
  secondVersionAt: Micros;
  timeoutSec: number | undefined;
  /** Whose exchange rates the plan of the accounts in dollars goes by. */
  dealSource: string;
}

const MONTH = 30 * 86_400_000_000;

/** Gathers cards, each with a version in force and one that is scheduled, and the plans and groups that bind them. */
export class PriceLists {
  readonly cards: GeneratedCard[] = [];
  readonly plans: Plan[] = [];
  readonly rateGroups: Omit<RateGroup, 'version'>[] = [];

  constructor(
    private readonly random: Random,
    private readonly world: WorldCost,
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
    if (card.derivation !== null) {
      this.cards.push({ card, versions: [] });
      return;
    }
    const now = { ...style, permille: this.inCurrency(style.permille, card.currency) };
    // Who sells raises as who buys does, so that a later version leaves a margin too.
    const rise = random.chance(0.5) ? 1030 : side === 'buy' ? 970 : 990;
    const later = { ...now, permille: Math.round((now.permille * rise) / 1000) };
    const fees = {
      registrationFrom: startAt - MONTH,
      carrierFrom: startAt + Math.floor((secondVersionAt - startAt) / 2),
      carrierUntil: secondVersionAt + Math.floor((secondVersionAt - startAt) / 2),
    };
    this.cards.push({
      card,
      versions: [
        { effectiveFrom: startAt - MONTH, rows: writeSheet(random.fork('v1'), this.world, now, fees) },
        { effectiveFrom: secondVersionAt, rows: writeSheet(random.fork('v2'), this.world, later, fees) },
      ],
    });
  }

  private inCurrency(permille: number, currency: string): number {
    const level = LEVELS[currency] ?? 1000;
    return Math.round((permille * level) / (LEVELS[this.options.currency] ?? 1000));
  }

  addPlan(
    id: string,
    name: string,
    basis: Plan['basis'],
    bindings: Plan['bindings'],
    { owner = null, fx = DEFAULT_FX }: { owner?: string | null; fx?: FxTerms } = {},
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
      fx,
    });
  }
}
