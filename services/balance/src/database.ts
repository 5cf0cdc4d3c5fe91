import type { Tx } from '@ratestream/postgres';

/** The database as controllers and readers use it. */
export interface Database {
  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Everything read inside is of one moment; nothing can be written. */
  snapshot<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
}
