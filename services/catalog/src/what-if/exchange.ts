import type { CatalogEventData, CatalogView, Micros } from '@ratestream/catalog';
import { FxBook } from '@ratestream/fx';
import type { Queryable } from '@ratestream/postgres';

/** Exchange rates, and when the rate of a message changes. */
export interface Exchange {
  fx: Pick<FxBook, 'convert'>;
  /** The installation's. */
  reportingCurrency: string;
  /** Instants in a span at which some rate does; ascending. */
  changesBetween(from: Micros, to: Micros): Micros[];
}

/** All exchange rates that the catalog has published, from its own event store. */
export class StoredExchange {
  private readonly book = new FxBook();
  private readonly published = new Set<Micros>();
  private position = 0;
  private loading: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Queryable,
    private readonly view: CatalogView,
    private readonly reportingCurrency: string,
  ) {}

  /** What was published until now. */
  async now(): Promise<Exchange> {
    // One after the other: two that read the same publication would take it in twice.
    this.loading = this.loading.catch(() => undefined).then(() => this.load());
    await this.loading;
    const zones = new Set([...this.view.accounts.values()].map(({ timeZone }) => timeZone).concat('UTC'));
    return {
      fx: this.book,
      reportingCurrency: this.reportingCurrency,
      changesBetween: (from, to) =>
        [...new Set([...this.published, ...monthStarts(from, to, zones)])]
          .filter((instant) => instant > from && instant < to)
          .sort((a, b) => a - b),
    };
  }

  private async load(): Promise<void> {
    const { rows } = await this.db.query<{ position: string; data: string }>(
      `select position, data from catalog_event where type = 'FxRatesPublished' and position > $1 order by position`,
      [this.position],
    );
    for (const { position, data } of rows) {
      const rates = JSON.parse(data) as CatalogEventData['FxRatesPublished'];
      this.book.publish(rates);
      for (const { publishedAt } of rates.days) this.published.add(publishedAt);
      this.position = Number(position);
    }
  }
}

const HOUR = 3_600_000_000;

/** The first instants of the months of a span in each zone: rules by period change there. */
export function monthStarts(from: Micros, to: Micros, zones: Iterable<string>): Micros[] {
  const found: Micros[] = [];
  const first = new Date(from / 1_000);
  for (let month = first.getUTCMonth(); ; month += 1) {
    const utc = Date.UTC(first.getUTCFullYear(), month, 1) * 1_000;
    if (utc - 24 * HOUR > to) return found;
    for (const zone of zones) found.push(utc - offsetAt(utc, zone));
  }
}

/** How far a zone's clock is ahead of UTC around an instant. */
function offsetAt(at: Micros, timeZone: string): Micros {
  const shown = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(new Date(at / 1_000))
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(shown ?? '') ?? [];
  const micros = Number(hours) * HOUR + Number(minutes) * (HOUR / 60);
  return sign === '-' ? -micros : micros;
}
