export { configSchema, upstreamsOf } from './config.js';
export type { ConsoleConfig } from './config.js';
export { consoleApp } from './create-console.js';
export type { ConsoleOptions } from './create-console.js';
