export * from './money.js';
export { roundTo } from './rounding.js';
export type { Rounding, RoundingMode } from './rounding.js';
