import { BulkDecisions, type BulkDecisionsOptions } from './bulk-decisions.js';
import type { BulkPortOptions } from './bulk.port.js';
import { BulkStager, type StagerOptions } from './bulk-stager.js';

/** Puts the parts of bulk changes together. */
export function makeBulk(options: StagerOptions & BulkDecisionsOptions & { waitMs: number }): BulkPortOptions {
  const { pool, view, waitMs, clock } = options;
  return { pool, view, waitMs, clock, stager: new BulkStager(options), decisions: new BulkDecisions(options) };
}
