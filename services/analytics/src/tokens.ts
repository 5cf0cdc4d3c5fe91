/** Injection tokens of the service's ports. */
export const CATALOG = Symbol('catalog view');
export const CLICKHOUSE = Symbol('ClickHouse');
export const POSTGRES = Symbol('PostgreSQL pool');
export const BLOCKS = Symbol('fold of block totals');
export const LEDGER = Symbol('block totals of balance');
export const SINK_POSITIONS = Symbol('positions of the sink');
export const LAG = Symbol('lag of the sink');
export const CLOCK = Symbol('clock');
