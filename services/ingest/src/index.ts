export { ingestConfigSchema } from './config.js';
export type { IngestConfig } from './config.js';
export { CORRELATION_GROUP, RAW_GROUP, startIngest } from './start-ingest.js';
export type { IngestOptions } from './start-ingest.js';
export { processRecord } from './raw/process-record.js';
export type { Outcome, RecordContext } from './raw/process-record.js';
export { HEADERS } from './raw/headers.js';
export { CorrelationFold, HORIZON_MS } from './correlation/correlation.fold.js';
export { textHasher } from './enrich/keyed-hash.js';
