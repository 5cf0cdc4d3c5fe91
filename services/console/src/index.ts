export { UPSTREAMS, adminUrlsOf, configSchema, upstreamsOf } from './config.js';
export type { ConsoleConfig, Upstream } from './config.js';
export { consoleApp } from './create-console.js';
export type { ConsoleOptions } from './create-console.js';
export { lagOf } from './lag/lag-metrics.js';
export type { ReaderLag } from './lag/lag-metrics.js';
export type { LagAnswer } from './lag/lag.view.js';
