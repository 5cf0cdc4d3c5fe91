import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import type { FxDay, FxRates } from './model.js';

/** What was published last for each day of each source, as digests: whether a publication says anything new. */
export class FxDigests {
  private readonly bases = new Map<string, string>();
  private readonly digests = new Map<string, string>();

  add({ source, base, days }: FxRates): void {
    this.bases.set(source, base);
    for (const day of days) this.digests.set(`${source}/${day.date}`, digestOf(day));
  }

  /** The currency that a source's rates are for one of; undefined before its first publication. */
  baseOf(source: string): string | undefined {
    return this.bases.get(source);
  }

  /** Whether the last publication of the day said the same. */
  has(source: string, day: FxDay): boolean {
    return this.digests.get(`${source}/${day.date}`) === digestOf(day);
  }
}

function digestOf(day: FxDay): string {
  return createHash('sha256').update(canonicalJson(day)).digest('base64').slice(0, 22);
}
