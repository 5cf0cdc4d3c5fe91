export { generateCatalog } from './catalog/generate-catalog.js';
export type { CatalogOptions } from './catalog/generate-catalog.js';
export type {
  GeneratedCard,
  GeneratedCatalog,
  NumberSheetRow,
  Sender,
  SheetRow,
  SheetVersion,
  TopUp,
} from './catalog/generated-catalog.js';
export { bigSheet, sheetCsv } from './catalog/rate-sheets.js';
export { Random, Zipf } from './random.js';
export { generateTraffic } from './traffic/generate-traffic.js';
export type { RawRecord, TrafficOptions } from './traffic/raw-record.js';
export { NETWORKS, UNPRICED } from './world.js';
export type { MobileNetwork } from './world.js';
