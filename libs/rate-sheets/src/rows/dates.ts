import { DateTime } from 'luxon';

const CACHED = 10_000;

/** Reads dates of one sheet: the same few texts stand in every row. */
export class DateReader {
  private readonly known = new Map<string, number | null>();

  constructor(
    private readonly format: string,
    private readonly zone: string,
  ) {}

  /**
   * Out     microseconds UTC; a date without a time is its first instant in the sheet's zone; null when it is no date
   * Example 'iso', Europe/Berlin: '2026-05-01' → 2026-04-30T22:00:00Z; '2026-05-01T00:00:00Z' keeps its own zone
   */
  read(text: string): number | null {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const micros = this.parse(text);
    if (this.known.size < CACHED) this.known.set(text, micros);
    return micros;
  }

  write(micros: number): string {
    const at = DateTime.fromMillis(micros / 1_000, { zone: this.zone, locale: 'en' });
    if (this.format !== 'iso') return at.toFormat(this.format);
    return at.toISO({ suppressMilliseconds: true }) ?? '';
  }

  private parse(text: string): number | null {
    const options = { zone: this.zone, locale: 'en' };
    const iso = DateTime.fromISO(text.replace(' ', 'T'), options);
    // A workbook's dates come as ISO texts, whatever the format that they are shown in.
    const at = this.format === 'iso' ? iso : firstValid(DateTime.fromFormat(text, this.format, options), iso);
    return at.isValid && at.year >= 1971 && at.year <= 2199 ? at.toMillis() * 1_000 : null;
  }
}

function firstValid(one: DateTime, two: DateTime): DateTime {
  return one.isValid ? one : two;
}
