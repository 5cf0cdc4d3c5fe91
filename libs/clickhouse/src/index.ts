export { createClickHouse } from './client.js';
export type { Cell, ClickHouse, ClickHouseConfig, InsertOptions } from './client.js';
export { StoreError } from './errors.js';
export { statementsOf } from './migrate.js';
