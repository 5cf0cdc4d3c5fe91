import type { Micros } from '@ratestream/catalog';
import { DateTime } from 'luxon';

const MICROS_PER_MS = 1000;
const DAY_MICROS = 86_400_000_000;

/** A calendar month as one number: year × 12 + month − 1, so that the next month is + 1. */
export type Month = number;

/** ISO dates of a month. Example 24_315 is 2026-04: 2026-04-01 and 2026-04-30 */
export function firstDay(month: Month): string {
  return `${isoMonth(month)}-01`;
}
export function lastDay(month: Month): string {
  const days = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  return `${isoMonth(month)}-${days}`;
}

function isoMonth(month: Month): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
}

/** Months of one time zone; instants of their starts are looked up once. */
export class Calendar {
  readonly #starts = new Map<Month, Micros>();

  /** Errors: RangeError for a zone that does not exist: accounts with one are refused when they are opened. */
  constructor(readonly timeZone: string) {
    if (!DateTime.utc().setZone(timeZone).isValid) throw new RangeError(`"${timeZone.slice(0, 60)}" is no time zone`);
  }

  /** Instant at which the month begins. */
  startOf(month: Month): Micros {
    let start = this.#starts.get(month);
    if (start === undefined) {
      const local = DateTime.fromObject(
        { year: Math.floor(month / 12), month: (month % 12) + 1, day: 1 },
        { zone: this.timeZone },
      );
      start = local.toMillis() * MICROS_PER_MS;
      this.#starts.set(month, start);
    }
    return start;
  }

  /** The month that the instant is in. */
  monthOf(at: Micros): Month {
    const utc = utcMonth(at);
    if (at < this.startOf(utc)) return utc - 1;
    return at >= this.startOf(utc + 1) ? utc + 1 : utc;
  }
}

/** By arithmetic, since a Date per leg is too dear. Source: Howard Hinnant, chrono-compatible date algorithms. */
function utcMonth(at: Micros): Month {
  const z = Math.floor(at / DAY_MICROS) + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  // March is 0 there: 10 and 11 are January and February of the next year.
  return (yearOfEra + era * 400) * 12 + 2 + fromMarch;
}
