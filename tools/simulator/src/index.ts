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
export { HttpClient, RefusedError, UnreachableError } from './cli/http-client.js';
export type { HttpClientOptions } from './cli/http-client.js';
export { paced } from './cli/pacer.js';
export type { PaceOptions } from './cli/pacer.js';
export { RawProducer } from './cli/raw-producer.js';
export type { RawProducerOptions } from './cli/raw-producer.js';
export { rewindGroup } from './cli/rewind-group.js';
export { asAnotherPerson } from './cli/second-person.js';
export { issueKeys, setUpCatalog, topUpAccounts } from './cli/setup.js';
export type { SetupResult } from './cli/setup.js';
