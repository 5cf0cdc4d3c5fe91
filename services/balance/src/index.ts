export { configSchema } from './config.js';
export type { BalanceConfig } from './config.js';
export { startBalance } from './start-balance.js';
export type { BalanceOptions, RunningBalance } from './start-balance.js';
