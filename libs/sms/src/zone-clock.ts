import { IANAZone } from 'luxon';

/** What was strange about a local time. */
export type ZoneFlag = 'ambiguous' | 'gap';

const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
const CACHED_DAYS = 4_000;
/** Marks a local day in or beside which the zone changes its offset. */
const CHANGES = Number.NaN;

const clocks = new Map<string, ZoneClock>();

/**
 * Reads written times in one zone.
 *
 * A local day without a change of offset costs one look-up; only days at a change ask the zone data.
 */
export class ZoneClock {
  /** What was strange about the time read last. */
  flag: ZoneFlag | null = null;
  /** Whether the time read last had no zone of its own, so that this clock's was taken. */
  wasLocal = false;
  private readonly data: IANAZone;
  private readonly offsets = new Map<number, number>();

  private constructor(readonly zone: string) {
    this.data = IANAZone.create(zone);
  }

  /** The clock of a zone; undefined when the zone data does not know it. */
  static of(zone: string): ZoneClock | undefined {
    let clock = clocks.get(zone);
    if (clock === undefined && IANAZone.isValidZone(zone)) {
      clock = new ZoneClock(zone);
      clocks.set(zone, clock);
    }
    return clock;
  }

  /**
   * Reads a time.
   *
   * In      written: ISO 8601 with or without zone (blank or T between date and time), or digits alone since the epoch
   *         (10: seconds, 13: milliseconds, 16: microseconds); after: the source's time before this one, micros
   * Out     microseconds UTC; NaN when it is no time. `flag` and `wasLocal` tell about the reading.
   *         A local time that occurs twice takes the first unless only the second keeps the sequence rising; one that
   *         never occurs is shifted forward by the gap.
   * Example in Europe/Berlin: '2026-10-25 02:30:00' → 00:30 UTC, ambiguous; after 00:45 UTC → 01:30 UTC;
   *         '2026-03-29 02:30:00' → 01:30 UTC (03:30 local), gap
   */
  read(written: string, after?: number): number {
    this.flag = null;
    this.wasLocal = false;
    const ms = parseWritten(written);
    if (Number.isNaN(ms)) return ms;
    if (parsed.offsetMs === null) {
      this.wasLocal = true;
      return this.toUtc(ms, after) * 1000 + parsed.submillis;
    }
    return (ms - parsed.offsetMs) * 1000 + parsed.submillis;
  }

  /** Local wall-clock milliseconds to UTC milliseconds. */
  private toUtc(local: number, after: number | undefined): number {
    const day = Math.floor(local / MS_PER_DAY);
    let offset = this.offsets.get(day);
    if (offset === undefined) {
      const before = this.offsetAt(day * MS_PER_DAY - 15 * MS_PER_HOUR);
      offset = before === this.offsetAt((day + 1) * MS_PER_DAY + 15 * MS_PER_HOUR) ? before : CHANGES;
      if (this.offsets.size >= CACHED_DAYS) this.offsets.clear();
      this.offsets.set(day, offset);
    }
    return Number.isNaN(offset) ? this.nearChange(local, after) : local - offset;
  }

  private nearChange(local: number, after: number | undefined): number {
    const before = this.offsetAt(local - MS_PER_DAY);
    const behind = this.offsetAt(local + MS_PER_DAY);
    const one = local - before;
    const two = local - behind;
    const oneHolds = this.offsetAt(one) === before;
    const twoHolds = this.offsetAt(two) === behind;
    if (!oneHolds && !twoHolds) {
      this.flag = 'gap';
      return one;
    }
    if (!oneHolds) return two;
    if (!twoHolds || one === two) return one;
    this.flag = 'ambiguous';
    const first = Math.min(one, two);
    const second = Math.max(one, two);
    return after !== undefined && first * 1000 < after && second * 1000 >= after ? second : first;
  }

  private offsetAt(utcMs: number): number {
    return this.data.offset(utcMs) * 60_000;
  }
}

/** Of the time parsed last, so that the hot path allocates nothing. */
const parsed: { offsetMs: number | null; submillis: number } = { offsetMs: null, submillis: 0 };

/** Milliseconds as written; NaN when it is no time. */
function parseWritten(text: string): number {
  parsed.submillis = 0;
  parsed.offsetMs = 0;
  if (text.charCodeAt(4) !== 45) return parseEpoch(text);
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const separator = text.charCodeAt(10);
  // 'T', 't' or a blank; a date alone names no instant
  if (
    text.charCodeAt(7) !== 45 ||
    text.charCodeAt(13) !== 58 ||
    (separator !== 84 && separator !== 116 && separator !== 32)
  )
    return NaN;
  let at = 16;
  let second = 0;
  let millis = 0;
  if (text.charCodeAt(16) === 58) {
    second = digits(text, 17, 2);
    at = 19;
    const point = text.charCodeAt(19);
    if (point === 46 || point === 44) {
      let micros = 0;
      let scale = 100_000;
      const from = ++at;
      for (let c = text.charCodeAt(at); c >= 48 && c <= 57; c = text.charCodeAt(++at)) {
        micros += (c - 48) * scale;
        scale = Math.floor(scale / 10);
      }
      if (at === from || at - from > 9) return NaN;
      millis = Math.floor(micros / 1000);
      parsed.submillis = micros % 1000;
    }
  }
  if (!(month >= 1 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59)) return NaN;
  if (!(year >= 1971 && year <= 2199 && day >= 1 && day <= daysIn(year, month))) return NaN;
  parsed.offsetMs = zoneSuffix(text, at);
  if (Number.isNaN(parsed.offsetMs)) return NaN;
  return Date.UTC(year, month - 1, day, hour, minute, second, millis);
}

/** Offset in ms of what follows the time; null where nothing follows; NaN for anything else. */
function zoneSuffix(text: string, at: number): number | null {
  const sign = text.charCodeAt(at);
  if (at === text.length) return null;
  if ((sign === 90 || sign === 122) && at + 1 === text.length) return 0;
  if (sign !== 43 && sign !== 45) return NaN;
  const hours = digits(text, at + 1, 2);
  const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0;
  const minutes = at + 3 === text.length ? 0 : digits(text, at + 3 + colon, 2);
  const end = at + 3 === text.length ? text.length : at + 5 + colon;
  if (end !== text.length || !(hours <= 15 && minutes <= 59)) return NaN;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function parseEpoch(text: string): number {
  const length = text.length;
  if (length !== 10 && length !== 13 && length !== 16) return NaN;
  const value = digits(text, 0, length);
  if (length === 10) return value * 1000;
  if (length === 13) return value;
  parsed.submillis = value % 1000;
  return Math.floor(value / 1000);
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
