import type { RatedEvent, UsageEvent } from '@ratestream/events';
import { decideTimeout, decideUsage, RateBook, RatingState, Terms } from '@ratestream/pricing';
import type { Pricing } from '@ratestream/pricing';
import type { OracleCatalog } from '../src/index.js';
import { NOON } from './random-case.js';

/** The fast path, driven as a task drives it: decide, then fold what was decided. */
export class PricingUnderTest {
  private readonly state = new RatingState();
  private readonly pricing: Pricing;
  private offset = 0;

  constructor(catalog: OracleCatalog) {
    const chain = (id: string): string[] => {
      const account = catalog.accounts.get(id);
      return account === undefined ? [] : account.parentId === null ? [id] : [id, ...chain(account.parentId)];
    };
    const book = new RateBook();
    for (const versions of catalog.versions.values()) {
      for (const version of versions) if (version.withdrawnAt === null) book.addVersion(version, version.rates);
    }
    this.pricing = {
      terms: new Terms({ ...catalog, position: 1, chain }),
      book,
      catalogPosition: 1,
      hashRecipient: () => ({ hash: 'h', keyId: 'k' }),
      ratedAt: NOON + 86_400_000_000,
    };
  }

  feed(usage: UsageEvent): RatedEvent[] {
    return this.fold(decideUsage(usage, { partition: 0, offset: this.offset++ }, this.state, this.pricing));
  }

  /** Every deadline passes. */
  timeOut(messageId: string, part: number): RatedEvent[] {
    const state = this.state.part(messageId, part);
    return state === undefined ? [] : this.fold(decideTimeout(state, Number.MAX_SAFE_INTEGER, this.pricing));
  }

  private fold(events: RatedEvent[]): RatedEvent[] {
    for (const event of events) this.state.apply(event);
    return events;
  }
}
