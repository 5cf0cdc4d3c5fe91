import type { CatalogView } from '@ratestream/catalog';

/** What the service asks its view of the catalog; tests give a literal. */
export type BalanceCatalog = Pick<
  CatalogView,
  'position' | 'accounts' | 'suppliers' | 'chain' | 'rootPayerOf' | 'partitionOf' | 'isWithin' | 'apiKeyByHash'
>;
