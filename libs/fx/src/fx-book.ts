import type { FxRates, FxTerms, Micros } from '@ratestream/catalog';
import type { Nano } from '@ratestream/money';
import { Calendar } from './calendar.js';
import { makeConversion } from './conversion.js';
import type { Conversion } from './conversion.js';
import { fixedConversion } from './fixed.js';
import { SourceBook } from './source-book.js';
import type { PublishedDay } from './timeline.js';

export type { Conversion } from './conversion.js';

/** Which conversion is wanted. */
export interface FxRequest {
  readonly from: string;
  readonly to: string;
  /** Taken to be constant: a changed plan has another object. */
  readonly terms: FxTerms;
  /** Billing time. */
  readonly at: Micros;
  /** IANA zone of the account's months; UTC for buy legs. */
  readonly timeZone: string;
  /** Rating time: what became known later does not count. */
  readonly knownAt: Micros;
}

/** The newest day of a source. */
export interface LatestDay {
  readonly date: string;
  readonly publishedAt: Micros;
  readonly knownAt: Micros;
}

/** One day as known at an instant. */
export interface KnownDay extends PublishedDay {
  readonly knownAt: Micros;
}

/** Agreed rates and identities that are kept; when there are more all are forgotten. */
const KEPT = 10_000;

/**
 * All exchange rates, by source, date and knowledge, and the choice of the one that converts.
 *
 * Example publish ECB 2026-04-13: USD 1.1684, GBP 0.87058; then USD → GBP at 2026-04-13T16:00Z under DEFAULT_FX
 *         is 0.87058 ÷ 1.1684 = 0.745104416296 of 2026-04-13, and at 13:59Z (15:59 in Berlin) that of the day before
 * Source  pricing-rules.md §5; domain.md §7
 */
export class FxBook {
  readonly #sources = new Map<string, SourceBook>();
  readonly #calendars = new Map<string, Calendar>();
  #fixed = new WeakMap<FxTerms, Map<string, Conversion | null>>();
  readonly #identities = new Map<string, Conversion>();

  /** Takes in rates; days that are published again are replaced from `knownAt` on, for what is asked as known then. */
  publish(rates: FxRates): void {
    let source = this.#sources.get(rates.source);
    if (source === undefined) this.#sources.set(rates.source, (source = new SourceBook()));
    source.publish(rates);
  }

  /**
   * The conversion of a leg; null where no rate is known for the pair.
   *
   * Out     the same object for the same inputs until rates are published. From and to equal: the amount itself
   * Errors  RangeError for a time zone that does not exist
   */
  convert({ from, to, terms, at, timeZone, knownAt }: FxRequest): Conversion | null {
    if (from === to) return this.#identity(from, terms);
    if (terms.rule === 'fixed') return this.#agreed(from, to, terms);
    const source = this.#sources.get(terms.source);
    if (source === undefined) return null;
    const timeline = source.timeline(knownAt);
    if (terms.rule === 'event') return timeline.event(from, to, terms, at, false);
    const calendar = this.#calendar(timeZone);
    const month = calendar.monthOf(at);
    if (knownAt >= calendar.startOf(month + 1)) {
      // A month without a day of the pair has no average: the rate of the event stands in, as while it is not over.
      const own =
        terms.rule === 'period_average'
          ? (timeline.monthAverage(from, to, terms, month) ?? undefined)
          : timeline.monthEnd(from, to, terms, month);
      if (own !== undefined) return own;
    }
    return timeline.event(from, to, terms, at, true);
  }

  /** Sources that have published anything. */
  get sources(): readonly string[] {
    return [...this.#sources.keys()];
  }

  /** The newest date of a source, as known now or at an instant; null where it has none. */
  latest(source: string, knownAt: Micros = Infinity): LatestDay | null {
    const book = this.#sources.get(source);
    const day = book?.timeline(knownAt).days.at(-1);
    if (book === undefined || day === undefined) return null;
    const { date, publishedAt } = day;
    return { date, publishedAt, knownAt: book.knownSince(date, knownAt) as Micros };
  }

  /** Days of a source as known at an instant, in order of their dates. */
  days(source: string, knownAt: Micros = Infinity): readonly PublishedDay[] {
    return this.#sources.get(source)?.timeline(knownAt).days ?? [];
  }

  /** Since when a date's rates as known at an instant are known; null where it has none. */
  knownSince(source: string, date: string, knownAt: Micros = Infinity): Micros | null {
    return this.#sources.get(source)?.knownSince(date, knownAt) ?? null;
  }

  #calendar(timeZone: string): Calendar {
    let calendar = this.#calendars.get(timeZone);
    if (calendar === undefined) this.#calendars.set(timeZone, (calendar = new Calendar(timeZone)));
    return calendar;
  }

  #agreed(from: string, to: string, terms: FxTerms): Conversion | null {
    let pairs = this.#fixed.get(terms);
    if (pairs === undefined) this.#fixed.set(terms, (pairs = new Map<string, Conversion | null>()));
    const pair = `${from}/${to}`;
    const known = pairs.get(pair);
    if (known !== undefined) return known;
    if (pairs.size >= KEPT) pairs.clear();
    const conversion = fixedConversion(from, to, terms);
    pairs.set(pair, conversion);
    return conversion;
  }

  #identity(currency: string, { source, rule }: FxTerms): Conversion {
    const key = `${currency} ${source} ${rule}`;
    let conversion = this.#identities.get(key);
    if (conversion === undefined) {
      if (this.#identities.size >= KEPT) this.#identities.clear();
      const fx = { from: currency, to: currency, rate: '1', rateDate: '', source, rule };
      const figures = { base: currency, fromPerBase: '1', toPerBase: '1', spreadPercent: null, provisional: false };
      conversion = { ...makeConversion({ ...fx, ...figures }), apply: (amount: Nano) => amount };
      this.#identities.set(key, conversion);
    }
    return conversion;
  }
}
