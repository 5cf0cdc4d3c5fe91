import type { RateRow } from '@ratestream/events';
import type { NetworkList } from '../networks.js';
import { labelKey, maskOf, type Labels } from './labels.js';
import { landsOf, mccsOf, placeOf, prefixesOf } from './places.js';

/** From inclusive, until exclusive, microseconds. */
export interface Window {
  from: number;
  until: number;
}

/** Rates of one destination, to be asked for those that agree with another one's labels. */
class Bucket {
  readonly byMask = new Map<number, RateRow[]>();
  private readonly projections = new Map<number, Map<string, RateRow[]>>();

  add(rate: RateRow): void {
    const mask = maskOf(rate);
    const rates = this.byMask.get(mask);
    if (rates === undefined) this.byMask.set(mask, [rate]);
    else rates.push(rate);
  }

  /** Rates that name exactly `mask` and have these values in the dimensions `shared`. */
  where(mask: number, shared: number, key: string): readonly RateRow[] {
    const rates = this.byMask.get(mask) ?? NONE;
    if (shared === 0 || rates.length < 2)
      return shared === 0 || (rates[0] !== undefined && labelKey(rates[0], shared) === key) ? rates : NONE;
    const id = mask * 16 + shared;
    let projection = this.projections.get(id);
    if (projection === undefined) {
      this.projections.set(id, (projection = new Map<string, RateRow[]>()));
      for (const rate of rates) {
        const own = labelKey(rate, shared);
        const known = projection.get(own);
        if (known === undefined) projection.set(own, [rate]);
        else known.push(rate);
      }
    }
    return projection.get(key) ?? NONE;
  }
}

/**
 * Rates by destination and labels. A destination that one rate names costs one entry and no more: most do.
 *
 * Never  changed after it was first asked
 */
export class RatesAt {
  private readonly places = new Map<string, RateRow | Bucket>();
  private readonly seen = new Set<string>();

  /** `everyPrefix`: those with the same labels and dates may still be settled differently. */
  constructor(
    private readonly networks: NetworkList,
    private readonly everyPrefix: boolean,
  ) {}

  add(rate: RateRow): void {
    this.put(placeOf(rate), rate);
    if (rate.prefix !== null) {
      // A network meets every prefix of its country: of those with the same labels and dates one stands for all.
      const { validFrom, validUntil } = rate;
      const like = `${labelKey(rate, 15)} ${validFrom ?? ''} ${validUntil ?? ''}`;
      for (const land of landsOf(rate, this.networks)) {
        const key = `${land} ${like}`;
        if (!this.everyPrefix && this.seen.has(key)) continue;
        this.seen.add(key);
        this.put(prefixesOf(land), rate);
      }
    } else if (rate.mcc !== null && rate.mnc === null)
      for (const land of landsOf(rate, this.networks)) this.put(mccsOf(land), rate);
  }

  /** Rates at a place that no label of this one contradicts and whose named labels `wanted` takes. */
  *compatible(place: string, labels: Labels, wanted: (mask: number) => boolean): Generator<RateRow> {
    const entry = this.places.get(place);
    if (entry === undefined) return;
    const mask = maskOf(labels);
    if (!(entry instanceof Bucket)) {
      const own = maskOf(entry);
      const shared = own & mask;
      if (wanted(own) && labelKey(entry, shared) === labelKey(labels, shared)) yield entry;
      return;
    }
    for (const named of entry.byMask.keys())
      if (wanted(named)) yield* entry.where(named, named & mask, labelKey(labels, named & mask));
  }

  /** Rates at a place that name exactly these labels. */
  find(place: string, mask: number, key: string): readonly RateRow[] {
    const entry = this.places.get(place);
    if (entry === undefined) return NONE;
    if (entry instanceof Bucket) return entry.where(mask, mask, key);
    return maskOf(entry) === mask && labelKey(entry, mask) === key ? [entry] : NONE;
  }

  /** Rates at a place that match whatever has these labels: those that name no others. */
  within(place: string, labels: Labels): RateRow[] {
    const mask = maskOf(labels);
    return [...this.compatible(place, labels, (named) => (named & ~mask) === 0)];
  }

  private put(place: string, rate: RateRow): void {
    const entry = this.places.get(place);
    if (entry === undefined) this.places.set(place, rate);
    else if (entry instanceof Bucket) entry.add(rate);
    else {
      const bucket = new Bucket();
      bucket.add(entry);
      bucket.add(rate);
      this.places.set(place, bucket);
    }
  }
}

const NONE: readonly RateRow[] = [];
