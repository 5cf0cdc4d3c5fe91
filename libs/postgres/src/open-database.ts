import type { Logger } from '@ratestream/observability';
import { migrate } from './migrate.js';
import { createPool, ensureDatabase, type Pool } from './pool.js';

/** The settings of a service by the names of its configuration (`POSTGRES_URL` is `postgresUrl`). */
export interface PostgresSettings {
  postgresUrl: string;
  postgresMaxConnections: number;
  postgresTls: 'off' | 'require' | 'verify';
  postgresCaPath?: string | undefined;
  /** `local` creates a database that is missing; in production somebody with the right to has done so. */
  environment: 'local' | 'production';
}

/** A pool on a service's own database, brought up to its migrations. */
export async function openDatabase(
  settings: PostgresSettings,
  service: string,
  migrations: string,
  logger: Logger,
): Promise<Pool> {
  const options = {
    maxConnections: settings.postgresMaxConnections,
    tls: settings.postgresTls,
    caPath: settings.postgresCaPath,
    logger,
    applicationName: `ratestream ${service}`,
  };
  if (settings.environment === 'local') await ensureDatabase(settings.postgresUrl, options);
  const pool = createPool(settings.postgresUrl, options);
  const applied = await migrate(pool, migrations, service);
  if (applied.length > 0) logger.info({ applied }, 'database migrated');
  return pool;
}
