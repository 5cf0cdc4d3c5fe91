import type { FxDay, FxRates } from '@ratestream/catalog';

/** A day's rates, with the currency that they are per. */
export interface KnownDay extends FxDay {
  base: string;
}

/** The days of a source, by date, each as it was last published before an instant. */
export function daysKnownAt(publications: readonly FxRates[], source: string, knownAt: number): KnownDay[] {
  const byDate = new Map<string, KnownDay>();
  const known = publications.filter((publication) => publication.source === source && publication.knownAt <= knownAt);
  for (const { base, days } of [...known].sort((a, b) => a.knownAt - b.knownAt)) {
    for (const day of days) byDate.set(day.date, { ...day, base });
  }
  return [...byDate.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** The last one published at or before an instant; of equals the later date. */
export function lastPublished(days: readonly KnownDay[], at: number): KnownDay | null {
  const published = days.filter(({ publishedAt }) => publishedAt <= at);
  published.sort((a, b) => b.publishedAt - a.publishedAt || (a.date < b.date ? 1 : -1));
  return published[0] ?? null;
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The calendar month of an instant in a zone. Example: `2026-04` */
export function monthOf(at: number, timeZone: string): string {
  const calendar =
    calendars.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' });
  calendars.set(timeZone, calendar);
  const parts = calendar.formatToParts(Math.floor(at / 1000));
  const part = (type: string): string => parts.find((piece) => piece.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}`;
}

/** The last day of a month, or the day after it, as an ISO date. */
export function dayOf(month: string, which: 'last' | 'after'): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, which === 'last' ? 0 : 1)).toISOString().slice(0, 10);
}
