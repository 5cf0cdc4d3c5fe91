export { MEASUREMENTS } from './measurements.js';
export type { BenchOptions, Measurement, Row } from './row.js';
export { table } from './table.js';
