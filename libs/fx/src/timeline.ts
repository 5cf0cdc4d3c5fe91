import type { FxTerms, Micros } from '@ratestream/catalog';
import type { Fx } from '@ratestream/events';
import { makeConversion } from './conversion.js';
import type { Conversion } from './conversion.js';
import { firstDay, lastDay } from './calendar.js';
import type { Month } from './calendar.js';
import { decimal, grownBy, over, plus, significant, times } from './fraction.js';
import type { Fraction } from './fraction.js';

/** One day of a source, in the publication that counts. */
export interface PublishedDay {
  readonly date: string;
  readonly base: string;
  readonly publishedAt: Micros;
  readonly rates: Readonly<Record<string, string>>;
}

/** Conversions of one pair under one set of terms: by day for the rate of the event, by month for the others. */
interface Slots {
  readonly exact: (Conversion | null | undefined)[];
  readonly provisional: (Conversion | null | undefined)[];
  readonly months: Map<Month, Conversion | null>;
}
type Pairs = Map<string, Map<string, Slots>>;

/** Conversions that are kept: some 30 MB. When there are more all are forgotten, and found again when asked for. */
const KEPT = 100_000;
const AVERAGE_DIGITS = 18;
const SHOWN_DIGITS = 12;

/** The days of one source as known at one time, and what was made of them. */
export class Timeline {
  readonly #byDate: readonly PublishedDay[];
  readonly #byPublication: readonly PublishedDay[];
  readonly #publishedAt: Float64Array;
  #byTerms = new WeakMap<FxTerms, Pairs>();
  #byKey = new Map<string, Pairs>();
  #kept = 0;

  constructor(days: Iterable<PublishedDay>) {
    this.#byDate = [...days].sort((a, b) => (a.date < b.date ? -1 : 1));
    this.#byPublication = [...this.#byDate].sort((a, b) => a.publishedAt - b.publishedAt || (a.date < b.date ? -1 : 1));
    this.#publishedAt = Float64Array.from(this.#byPublication, (day) => day.publishedAt);
  }

  /** Days in order of their dates. */
  get days(): readonly PublishedDay[] {
    return this.#byDate;
  }

  /** By the day last published at or before the billing time; null where it names one of the currencies not. */
  event(from: string, to: string, terms: FxTerms, at: Micros, provisional: boolean): Conversion | null {
    const index = this.#lastPublished(at);
    if (index < 0) return null;
    const slots = this.#slots(from, to, terms);
    const list = provisional ? slots.provisional : slots.exact;
    const known = list[index];
    if (known !== undefined) return known;
    const day = this.#byPublication[index] as PublishedDay;
    return this.#keep((list[index] = byDay(day, from, to, terms, provisional)));
  }

  /** By the month's last day or the day after it; undefined while nothing of that day or a later one is published. */
  monthEnd(from: string, to: string, terms: FxTerms, month: Month): Conversion | null | undefined {
    const slots = this.#slots(from, to, terms);
    const known = slots.months.get(month);
    if (known !== undefined) return known;
    const day = this.#dayFor(terms.rule === 'invoice' ? firstDay(month + 1) : lastDay(month), terms.fallback);
    if (day === undefined) return undefined;
    const conversion = day === null ? null : byDay(day, from, to, terms, false);
    slots.months.set(month, conversion);
    return this.#keep(conversion);
  }

  /**
   * By the mean of the month's days; null where none of them names both currencies, undefined while nothing of its last day or
   * a later one is published: a day may still come, also when the month is over where the account is.
   */
  monthAverage(from: string, to: string, terms: FxTerms, month: Month): Conversion | null | undefined {
    const slots = this.#slots(from, to, terms);
    const known = slots.months.get(month);
    if (known !== undefined) return known;
    if (this.#indexFrom(lastDay(month)) === this.#byDate.length) return undefined;
    const days = this.#byDate.slice(this.#indexFrom(firstDay(month)), this.#indexFrom(firstDay(month + 1)));
    const conversion = byAverage(days, from, to, terms);
    slots.months.set(month, conversion);
    return this.#keep(conversion);
  }

  /** The day that stands for a date; undefined while it may still be published, null where nothing precedes it. */
  #dayFor(date: string, fallback: FxTerms['fallback']): PublishedDay | null | undefined {
    const index = this.#indexFrom(date);
    const next = this.#byDate[index];
    if (next === undefined) return undefined;
    if (next.date === date || fallback === 'next') return next;
    return this.#byDate[index - 1] ?? null;
  }

  /** Index of the first day of that date or later. */
  #indexFrom(date: string): number {
    let [low, high] = [0, this.#byDate.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#byDate[middle] as PublishedDay).date < date) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index in the order of publication; −1 where nothing was published yet. */
  #lastPublished(at: Micros): number {
    const instants = this.#publishedAt;
    let [low, high] = [0, instants.length];
    // Nearly all traffic is of today.
    if (high > 0 && (instants[high - 1] as number) <= at) return high - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((instants[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #slots(from: string, to: string, terms: FxTerms): Slots {
    const pairs = this.#byTerms.get(terms) ?? this.#pairs(terms);
    let targets = pairs.get(from);
    if (targets === undefined) pairs.set(from, (targets = new Map<string, Slots>()));
    let slots = targets.get(to);
    if (slots === undefined) targets.set(to, (slots = { exact: [], provisional: [], months: new Map() }));
    return slots;
  }

  /** Equal terms share their conversions, whichever object they come in. */
  #pairs(terms: FxTerms): Pairs {
    const key = `${terms.rule} ${terms.fallback} ${terms.spreadPercent ?? ''}`;
    let pairs = this.#byKey.get(key);
    if (pairs === undefined) this.#byKey.set(key, (pairs = new Map<string, Map<string, Slots>>()));
    this.#byTerms.set(terms, pairs);
    return pairs;
  }

  #keep<T>(made: T): T {
    if (++this.#kept > KEPT) {
      this.#byTerms = new WeakMap();
      this.#byKey = new Map();
      this.#kept = 0;
    }
    return made;
  }
}

function byDay(day: PublishedDay, from: string, to: string, terms: FxTerms, provisional: boolean): Conversion | null {
  const [fromPerBase, toPerBase] = [perBase(day, from), perBase(day, to)];
  if (fromPerBase === null || toPerBase === null) return null;
  const factor = times(over(decimal(toPerBase), decimal(fromPerBase)), grownBy(terms.spreadPercent));
  const figures = { base: day.base, fromPerBase, toPerBase };
  return makeConversion({
    ...evidence(from, to, day.date, terms),
    ...figures,
    rate: significant(factor, SHOWN_DIGITS),
    provisional,
  });
}

/** Each pair's cross rate is computed per day, unrounded; days that do not name both currencies do not count. */
function byAverage(days: readonly PublishedDay[], from: string, to: string, terms: FxTerms): Conversion | null {
  let [sum, count, last] = [{ n: 0n, d: 1n } as Fraction, 0, ''];
  for (const day of days) {
    const [fromPerBase, toPerBase] = [perBase(day, from), perBase(day, to)];
    if (fromPerBase === null || toPerBase === null) continue;
    sum = plus(sum, over(decimal(toPerBase), decimal(fromPerBase)));
    count += 1;
    last = day.date;
  }
  if (count === 0) return null;
  const mean = { n: sum.n, d: sum.d * BigInt(count) };
  const rate = significant(times(mean, grownBy(terms.spreadPercent)), AVERAGE_DIGITS);
  const figures = { base: null, fromPerBase: null, toPerBase: null };
  return makeConversion({ ...evidence(from, to, last, terms), ...figures, rate, provisional: false });
}

function evidence(from: string, to: string, rateDate: string, terms: FxTerms) {
  const { source, rule, spreadPercent } = terms;
  return { from, to, rateDate, source, rule, spreadPercent } satisfies Partial<Fx>;
}

function perBase(day: PublishedDay, currency: string): string | null {
  return currency === day.base ? '1' : (day.rates[currency] ?? null);
}
