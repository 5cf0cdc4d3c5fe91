export { createClickHouse } from './client.js';
export type { ClickHouseConfig } from './client.js';
export type { Cell, ClickHouse, InsertOptions, QueryOptions } from './clickhouse.js';
export { StoreError } from './errors.js';
export { statementsOf } from './migrate.js';
