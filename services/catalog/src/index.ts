export { catalogConfigSchema } from './config.js';
export type { CatalogConfig } from './config.js';
export { startCatalog } from './runtime/start-catalog.js';
export type { CatalogService, StartOptions } from './runtime/start-catalog.js';
