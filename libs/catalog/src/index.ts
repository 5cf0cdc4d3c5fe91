export * from './model.js';
export { CatalogGapError, CatalogIntegrityError } from './errors.js';
export { CatalogView } from './view.js';
export type { CatalogViewOptions } from './view.js';
export { parseCatalogEvent, serialiseCatalogEvent } from './typed-event.js';
export type { CatalogEventName, TypedCatalogEvent } from './typed-event.js';
export { numberRowsHash, rateRowsHash } from './row-hash.js';
