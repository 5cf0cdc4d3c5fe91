import type { RatedEvent, UsageEvent } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import { decideRetry, decideTimeout, decideUsage, RateBook, RatingState, Terms } from '@ratestream/pricing';
import type { Pricing } from '@ratestream/pricing';
import type { OracleCatalog } from '../src/index.js';

const LONG_AFTER = Date.parse('2027-01-01T00:00:00Z') * 1000;

/** The fast path, driven as a task drives it: decide, then fold what was decided. */
export class PricingUnderTest {
  private readonly state = new RatingState();
  private readonly pricing: Omit<Pricing, 'ratedAt'>;
  private offset = 0;

  /** `asQuote`: asked long afterwards what was known at an instant, as a quote may be, instead of asked then. */
  constructor(
    catalog: OracleCatalog,
    private readonly asQuote: boolean,
  ) {
    const chain = (id: string): string[] => {
      const account = catalog.accounts.get(id);
      return account === undefined ? [] : account.parentId === null ? [id] : [id, ...chain(account.parentId)];
    };
    const book = new RateBook();
    for (const { rates, withdrawnAt, ...version } of [...catalog.versions.values()].flat()) {
      book.addVersion({ ...version, withdrawnAt: null }, rates);
      if (withdrawnAt !== null) book.withdrawVersion(version.cardId, version.version, withdrawnAt);
    }
    const fx = new FxBook();
    for (const rates of catalog.fxRates) fx.publish(rates);
    this.pricing = {
      terms: new Terms({ ...catalog, position: 1, chain }),
      book,
      fx,
      reportingCurrency: catalog.reportingCurrency ?? '',
      catalogPosition: 1,
      hashRecipient: () => ({ hash: 'h', keyId: 'k' }),
    };
  }

  feed(usage: UsageEvent, ratedAt: number): RatedEvent[] {
    const ref = { partition: 0, offset: this.offset++ };
    return this.fold(decideUsage(usage, ref, this.state, this.knowing(ratedAt)));
  }

  /** Something became known: what has no price is asked for again. */
  retry(messageId: string, part: number, ratedAt: number): RatedEvent[] {
    const state = this.state.part(messageId, part);
    return state === undefined ? [] : this.fold(decideRetry(state, this.state, this.knowing(ratedAt)));
  }

  /** Every deadline passes. */
  timeOut(messageId: string, part: number): RatedEvent[] {
    const state = this.state.part(messageId, part);
    const pricing = { ...this.pricing, ratedAt: LONG_AFTER };
    return state === undefined ? [] : this.fold(decideTimeout(state, Number.MAX_SAFE_INTEGER, pricing));
  }

  private knowing(knownAt: number): Pricing {
    return this.asQuote ? { ...this.pricing, ratedAt: LONG_AFTER, knownAt } : { ...this.pricing, ratedAt: knownAt };
  }

  private fold(events: RatedEvent[]): RatedEvent[] {
    for (const event of events) this.state.apply(event);
    return events;
  }
}
