import { loadConfig } from '@ratestream/http';
import { catalogConfigSchema } from './config.js';
import { startCatalog } from './runtime/start-catalog.js';

await startCatalog(loadConfig(catalogConfigSchema));
