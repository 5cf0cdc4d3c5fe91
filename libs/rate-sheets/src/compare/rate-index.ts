import type { RateRow } from '@ratestream/events';
import { ALL_LABELS, labelKey, maskOf, type Labels } from './labels.js';
import { placeOf, placesAround, type Place } from './places.js';

/** Label sets of a card that are looked through one by one; a card with more is a hostile one. */
const MAX_LABEL_SETS = 200;

/**
 * The usage rates of a card, to be asked which one prices what another rate prices.
 *
 * The highest priority first, then labels in the usual order of precedence (named before any), then a network under its
 * own country and under none, then the destinations around it, narrowest first. Surcharges are not in it.
 */
export class RateIndex {
  private readonly sets = new Map<string, { labels: Labels; mask: number; places: Map<string, RateRow> }>();
  private readonly masks: number[];
  private readonly priorities: boolean;

  constructor(rates: Iterable<RateRow>) {
    let priorities = false;
    for (const rate of rates) {
      if (rate.surcharge !== null) continue;
      const key = labelKey(rate, ALL_LABELS);
      let set = this.sets.get(key);
      if (set === undefined) {
        const { originCountry, routeGrade, trafficClass, senderType } = rate;
        const labels = { originCountry, routeGrade, trafficClass, senderType };
        this.sets.set(key, (set = { labels, mask: maskOf(labels), places: new Map<string, RateRow>() }));
      }
      const place = placeOf(rate);
      const before = set.places.get(place);
      if (before === undefined || before.priority < rate.priority) set.places.set(place, rate);
      if (rate.priority !== 0) priorities = true;
    }
    this.priorities = priorities;
    // A larger mask names an earlier dimension, or more of them: the usual precedence.
    this.masks = [...new Set([...this.sets.values()].map(({ mask }) => mask))].sort((a, b) => b - a);
  }

  /** Every set of labels that rates of this card name. */
  get labelSets(): Labels[] {
    return [...this.sets.values()].slice(0, MAX_LABEL_SETS).map(({ labels }) => labels);
  }

  /** In: labels of the message; null: one that no rate names. */
  find(place: Place, labels: Labels): RateRow | undefined {
    const places = [placeOf(place), ...placesAround(place)];
    const named = maskOf(labels);
    let best: RateRow | undefined;
    for (const mask of this.masks) {
      if ((mask & ~named) !== 0) continue;
      // Of all labels, so that it is the key of a set: what is not named is blank in both.
      const rates = this.sets.get(mask === 0 ? NO_LABELS : labelKey(labels, mask))?.places;
      if (rates === undefined) continue;
      for (const one of places) {
        const found = rates.get(one);
        if (found === undefined || (best !== undefined && best.priority >= found.priority)) continue;
        best = found;
        if (!this.priorities) return best;
      }
    }
    return best;
  }
}

const NO_LABELS = labelKey({ originCountry: null, routeGrade: null, trafficClass: null, senderType: null }, ALL_LABELS);
