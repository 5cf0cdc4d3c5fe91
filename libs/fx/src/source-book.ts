import type { FxRates, Micros } from '@ratestream/catalog';
import { Timeline } from './timeline.js';
import type { PublishedDay } from './timeline.js';

interface Publication extends PublishedDay {
  readonly knownAt: Micros;
}

/** Timelines of earlier knowledge that are kept: a re-rating asks for few, again and again. */
const KEPT_TIMELINES = 8;

/** All publications of one source, by both times. */
export class SourceBook {
  /** Of each date, in order of knownAt; of equals the later published last. */
  readonly #publications = new Map<string, Publication[]>();
  readonly #knownAts: Micros[] = [];
  readonly #timelines = new Map<number, Timeline>();
  #current: Timeline | null = null;

  publish({ base, days, knownAt }: FxRates): void {
    for (const { date, publishedAt, rates } of days) {
      let list = this.#publications.get(date);
      if (list === undefined) this.#publications.set(date, (list = []));
      insert(list, { date, base, publishedAt, rates, knownAt }, (publication) => publication.knownAt);
    }
    if (!this.#knownAts.includes(knownAt)) insert(this.#knownAts, knownAt, (instant) => instant);
    this.#timelines.clear();
    this.#current = null;
  }

  /** What was known at an instant. */
  timeline(knownAt: Micros): Timeline {
    const newest = this.#knownAts.at(-1) ?? -Infinity;
    if (knownAt >= newest) return (this.#current ??= this.#build(newest));
    const epoch = this.#knownAts.findLastIndex((instant) => instant <= knownAt);
    let timeline = this.#timelines.get(epoch);
    if (timeline === undefined) {
      timeline = this.#build(knownAt);
      for (const oldest of this.#timelines.keys()) {
        if (this.#timelines.size < KEPT_TIMELINES) break;
        this.#timelines.delete(oldest);
      }
      this.#timelines.set(epoch, timeline);
    }
    return timeline;
  }

  /** Since when a date's publication as known at an instant is known; undefined where it has none. */
  knownSince(date: string, knownAt: Micros): Micros | undefined {
    return this.#publications.get(date)?.findLast((publication) => publication.knownAt <= knownAt)?.knownAt;
  }

  #build(knownAt: Micros): Timeline {
    const days: PublishedDay[] = [];
    for (const list of this.#publications.values()) {
      const day = list.findLast((publication) => publication.knownAt <= knownAt);
      if (day !== undefined) days.push(day);
    }
    return new Timeline(days);
  }
}

/** Nearly always at the end: events come in the order of their knowledge. */
function insert<T>(list: T[], item: T, instant: (item: T) => Micros): void {
  let index = list.length;
  while (index > 0 && instant(list[index - 1] as T) > instant(item)) index -= 1;
  list.splice(index, 0, item);
}
