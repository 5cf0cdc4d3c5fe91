export * from './model.js';
export * from './plain.js';
export { CatalogGapError, CatalogIntegrityError } from './errors.js';
export { CatalogView } from './view.js';
export type { CatalogViewOptions } from './view.js';
export type { Rows } from './chunk-store.js';
export { aggregateState } from './aggregate-state.js';
export { parseCatalogEvent, serialiseCatalogEvent } from './typed-event.js';
export type { CatalogEventName, TypedCatalogEvent } from './typed-event.js';
export { numberRowsHash, rateRowsHash } from './row-hash.js';
export { versionInForce, versionsAsKnown } from './in-force.js';
export { parseInstant, formatInstant } from './instant.js';
export { eventDataSchemas } from './schemas/event-schemas.js';
export * from './schemas/body-schemas.js';
export { anyId, id as newId, DEFAULT_TIMEOUT_SEC, RECEIPT_HORIZON_SEC } from './schemas/fields.js';
export { aggregateOf, decide } from './deciders/decide.js';
export type { CatalogCommand, CommandOf, RowSet } from './deciders/command.js';
export { canonicalJson } from './canonical-json.js';
export { isOperator, sees } from './deciders/decision.js';
export { isCurrency } from './deciders/currency.js';
export type { FxDigests } from './fx-digests.js';
export type {
  Aggregate,
  Authority,
  CatalogSettings,
  Decision,
  DecisionContext,
  Fault,
  NewEvent,
  Refused,
} from './deciders/decision.js';
export { leastLoadedPartition, MAX_LEVELS } from './deciders/account.decider.js';
export { SOURCE_NOTICE_MICROS } from './deciders/source.decider.js';
export { inForce, nextRateVersion } from './deciders/rate-card.decider.js';
export { nextNumbersVersion } from './deciders/numbering-plan.decider.js';
export { MAX_PRIORITIES, MAX_SURCHARGES, parseRateRow, RATE_COLUMNS } from './rows/rate-row.js';
export { rateIdOf } from './rows/rate-id.js';
export type { RateKey } from './rows/rate-id.js';
export { rateCells } from './rows/rate-cells.js';
export { parseNumberRow, NUMBER_COLUMNS } from './rows/number-row.js';
export { RowSheet } from './rows/row-sheet.js';
export type { RefusedRow } from './rows/row-sheet.js';
export type { RawRow, RowFault, RowResult } from './rows/row-fault.js';
export { chunkKey, chunkNumbers, chunkRates, MAX_CHUNK_BYTES } from './rows/chunks.js';
