import type { Cell } from '@ratestream/clickhouse';
import type { Intent, IntentStore } from './intent.store.js';
import type { RowKey, Warehouse } from './warehouse.js';

/** One record of `rated`, turned into its rows. */
export interface SinkRecord {
  readonly offset: number;
  /** Months since year 0 by the rating clock: the table is partitioned by it, and a block spans one partition only. */
  readonly month: number;
  readonly rows: readonly Cell[][];
}

/** A range was written, by this process or one before it. */
export interface Written {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Rows that a killed or given-up insert had left out. */
  readonly healed: number;
}

const OFFSET = 1;
const LEG = 2;

/**
 * Writes one partition of `rated` to ClickHouse, every row once, however often the process is killed.
 *
 * Each range of offsets is announced in PostgreSQL before it is written, so whoever comes next knows which rows may be
 * there: all before the range, none after it. The range is its deduplication token, so an insert that a frozen process
 * sends late changes nothing. An announced range that is not confirmed is read again from Kafka, exactly that range, and
 * only what is missing is sent.
 *
 * The caller claims, then feeds records from the answered offset on, in order; after any error it starts with `claim`.
 */
export class PartitionSink {
  private intent: Intent | null = null;
  private unconfirmed: SinkRecord[] = [];

  constructor(
    private readonly partition: number,
    private readonly intents: IntentStore,
    private readonly warehouse: Warehouse,
    private readonly maxRows: number,
  ) {}

  /** Takes the partition. Out: the offset to read from. */
  async claim(): Promise<number> {
    this.unconfirmed = [];
    this.intent = await this.intents.claim(this.partition);
    return this.intent.confirmed ? this.intent.to : this.intent.from;
  }

  /** Next offset that is not yet known to be written. */
  get position(): number {
    if (this.intent === null) return 0;
    return this.intent.confirmed ? this.intent.to : this.intent.from;
  }

  /**
   * Writes records; what is answered is in ClickHouse.
   *
   * Records of an unconfirmed range are held until all of it is here, which may take several calls.
   * Errors  LostPartitionError, StoreError: forget this partition's records and claim again
   */
  async write(records: readonly SinkRecord[]): Promise<Written[]> {
    const intent = this.owned();
    const written: Written[] = [];
    let rest = records.filter((record) => record.offset >= this.position);
    if (!intent.confirmed) {
      this.unconfirmed.push(...rest.filter((record) => record.offset < intent.to));
      rest = rest.filter((record) => record.offset >= intent.to);
      const last = this.unconfirmed.at(-1)?.offset ?? -1;
      if (last < intent.to - 1 && rest.length === 0) return [];
      written.push(await this.heal(intent, this.unconfirmed));
    }
    for (const range of this.split(rest)) written.push(await this.append(range));
    return written;
  }

  private async append(range: readonly SinkRecord[]): Promise<Written> {
    const { epoch, to: from } = this.owned();
    const to = (range.at(-1) as SinkRecord).offset + 1;
    const rows = range.flatMap((record) => record.rows);
    // This update is the check of the epoch as well: nothing happens between it and the insert.
    await this.intents.begin(this.partition, epoch, from, to);
    this.intent = { epoch, from, to, confirmed: false };
    await this.warehouse.insert(rows, this.token(from, to));
    await this.confirm();
    return { from, to, rows: rows.length, healed: 0 };
  }

  private async heal(intent: Intent, records: readonly SinkRecord[]): Promise<Written> {
    const { epoch, from, to } = intent;
    const rows = records.flatMap((record) => record.rows);
    let missing = await this.missing(rows, from, to);
    const healed = missing.length;
    // The plain token first: it also stops the insert of an owner before us that is still on its way. If the rows are
    // still not there, the store remembers a token whose rows it lost when it was killed, and a new token is right.
    const tokens = [this.token(from, to), `${this.token(from, to)}:epoch-${epoch}`];
    for (const token of tokens) {
      if (missing.length === 0) break;
      await this.intents.check(this.partition, epoch);
      await this.warehouse.insert(
        missing,
        missing.length === rows.length ? token : `${token}:missing-${missing.length}`,
      );
      missing = await this.missing(rows, from, to);
    }
    if (missing.length > 0)
      throw new Error(`${missing.length} rows of rated-${this.partition} [${from}, ${to}) do not stay`);
    this.unconfirmed = [];
    await this.confirm();
    return { from, to, rows: rows.length, healed };
  }

  private async missing(rows: readonly Cell[][], from: number, to: number): Promise<Cell[][]> {
    const present = new Set((await this.warehouse.keysIn(this.partition, from, to)).map(keyText));
    return rows.filter((row) => !present.has(keyText([row[OFFSET] as number, row[LEG] as number])));
  }

  private async confirm(): Promise<void> {
    const intent = this.owned();
    this.intent = { ...intent, confirmed: true };
    await this.intents.confirm(this.partition, intent.epoch, intent.to);
  }

  /** Ranges of at most `maxRows` rows (a single record may have more) within one month. */
  private *split(records: readonly SinkRecord[]): Generator<SinkRecord[]> {
    let range: SinkRecord[] = [];
    let rows = 0;
    for (const record of records) {
      const first = range[0];
      if (first !== undefined && (first.month !== record.month || rows + record.rows.length > this.maxRows)) {
        yield range;
        range = [];
        rows = 0;
      }
      range.push(record);
      rows += record.rows.length;
    }
    if (range.length > 0) yield range;
  }

  private token(from: number, to: number): string {
    return `rated-${this.partition}:${from}-${to}`;
  }

  private owned(): Intent {
    if (this.intent === null) throw new Error(`rated-${this.partition} was not claimed`);
    return this.intent;
  }
}

function keyText([offset, leg]: RowKey): string {
  return `${offset}/${leg}`;
}
