export { FULL, QUICK } from './options.js';
export type { ChaosOptions } from './options.js';
export { report } from './report.js';
export { runChaos } from './run-chaos.js';
export type { ChaosResult } from './run-chaos.js';
