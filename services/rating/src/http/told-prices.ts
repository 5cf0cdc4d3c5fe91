import type { Leg, RatedEvent } from '@ratestream/events';
import { explainChoice, type ExplainNames } from '@ratestream/pricing';
import type { RatingCatalog } from '../catalog/rating-catalog.js';

/** Hashing is for recipients; an explanation has none. */
const NO_HASH = () => ({ hash: '', keyId: '' });

/**
 * Why the legs of a message cost what they do, in the words of a quote, by what was known when each was rated. A leg is
 * told of where it got its price, and not again at every step.
 */
export class ToldPrices {
  private readonly told = new Set<string>();

  constructor(
    private readonly catalog: RatingCatalog,
    private readonly names: ExplainNames,
  ) {}

  /**
   * In      event: cut to the caller, so that nothing is told by what the caller may not see
   * Out     empty where the event does not say enough to find the rate again that it was priced by
   */
  why(leg: Leg, event: RatedEvent): readonly string[] {
    const { legId, rate, action } = leg;
    if (action === 'release' || action === 'reverse') return [];
    const key = `${legId}|${rate?.cardId ?? ''}|${rate?.version ?? ''}|${rate?.rateId ?? ''}|${leg.reason ?? ''}`;
    if (this.told.has(key)) return [];
    this.told.add(key);
    const pricing = this.catalog.pricingAsKnown(event.ratedAt, Date.now() * 1000, NO_HASH);
    const lines = explainChoice(leg, event, pricing, this.names);
    const isFound = action === 'unrated' || lines.some((line) => line.startsWith(`Rate ${rate?.rateId ?? ''} is for `));
    return isFound ? lines : [];
  }
}
