import { MAX_PRIORITIES } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';

/** The priorities that a version would have: those of rates that stay, and those that rows bring. */
export class Priorities {
  private readonly known = new Set<number>();

  constructor(staying: Iterable<RateRow>) {
    for (const { priority } of staying) this.known.add(priority);
  }

  /** Takes in what a row brings, whose rates share one priority. Out: why it is one too many; null: it is not. */
  add([first]: readonly RateRow[]): string | null {
    if (first === undefined || this.known.has(first.priority)) return null;
    if (this.known.size >= MAX_PRIORITIES)
      return `${first.priority} is one more than the ${MAX_PRIORITIES} priorities that a card may have, with those that stay on it`;
    this.known.add(first.priority);
    return null;
  }
}
