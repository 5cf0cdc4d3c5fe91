import { codec } from './rows/codec.js';
import { core } from './rows/core.js';
import { catalogLoad } from './rows/catalog-load.js';
import { sheetImport } from './rows/import.js';
import { latency } from './rows/latency.js';
import { pipeline } from './rows/pipeline.js';
import { restart } from './rows/restart.js';
import type { Measurement } from './row.js';

/** Every measurement, in the order of the table. */
export const MEASUREMENTS: readonly Measurement[] = [core, codec, pipeline, latency, restart, catalogLoad, sheetImport];
