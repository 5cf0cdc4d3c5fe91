export interface InsertOptions {
  /** The same token within the table's deduplication window: the second insert changes nothing. */
  readonly deduplicationToken?: string;
  /** After it the insert is given up and its outcome is unknown. */
  readonly timeoutMs: number;
}

export interface QueryOptions {
  /** Default 30 000. The server gives up when the caller does. */
  readonly timeoutMs?: number;
  /** Memory that the server may use for it; absent: what its profile says. A query that needs more is refused. */
  readonly maxMemoryBytes?: number;
}

/** A cell: JSON's own scalars and arrays. Money and 64-bit integers as strings, so that no float ever holds them. */
export type Cell = string | number | boolean | null | readonly Cell[];

export interface ClickHouse {
  readonly database: string;
  /**
   * Inserts rows as one block, which is written whole or not at all as long as they fall into one partition of the table.
   *
   * In      rows: one cell per column, in the order of `columns`
   * Errors  StoreError; `outcomeUnknown` says whether the rows may be there
   */
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
    options: InsertOptions,
  ): Promise<void>;
  /**
   * Runs a SELECT. Decimals and 64-bit integers come as strings; parameters stand in the text as `{name:Type}`.
   *
   * Errors  StoreError
   */
  query<T>(sql: string, parameters?: Readonly<Record<string, unknown>>, options?: QueryOptions): Promise<T[]>;
  /** Runs a statement that answers nothing. */
  command(sql: string, parameters?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Creates the database and applies the numbered .sql files of a folder that were not yet applied; answers their names. */
  migrate(folder: string): Promise<string[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
