import type { RateRow } from '@ratestream/events';
import { placeOf, placesAround } from '../rows/ties.js';

/**
 * The rates of a card, to be asked which one prices what another rate prices.
 *
 * A network is found under its own country and under none; then the destinations around it, narrowest first; the named
 * class goes before any class, as on a card.
 */
export class RateIndex {
  private readonly classes = new Map<string | null, Map<string, RateRow>>();

  constructor(rates: Iterable<RateRow>) {
    for (const rate of rates) {
      let places = this.classes.get(rate.trafficClass);
      if (places === undefined) this.classes.set(rate.trafficClass, (places = new Map<string, RateRow>()));
      places.set(placeOf(rate), rate);
    }
  }

  /** Names of classes that rates of this card name. */
  get namedClasses(): string[] {
    return [...this.classes.keys()].filter((name) => name !== null);
  }

  find(place: Pick<RateRow, 'country' | 'mcc' | 'mnc' | 'prefix'>, trafficClass: string | null): RateRow | undefined {
    const places = [placeOf(place), ...placesAround(place)];
    for (const name of trafficClass === null ? [null] : [trafficClass, null]) {
      const rates = this.classes.get(name);
      if (rates === undefined) continue;
      for (const one of places) {
        const found = rates.get(one);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
}
