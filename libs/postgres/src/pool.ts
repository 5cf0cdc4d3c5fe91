import { readFileSync } from 'node:fs';
import pg from 'pg';
import { hideUrlPasswords, type Logger } from '@ratestream/observability';

export type Pool = pg.Pool;
/** A connection inside a transaction; whatever runs on it commits or fails as a whole. */
export type Tx = pg.PoolClient;
/** Either of them, for reads. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface PoolOptions {
  /** Default 10. */
  maxConnections?: number;
  /** `verify` checks the server's certificate, `require` only encrypts. Default `off`. */
  tls?: 'off' | 'require' | 'verify';
  /** PEM file of the authority that signed the server's certificate; default: the system's. */
  caPath?: string | undefined;
  /** A statement is given up after this. Default 30 s. */
  statementTimeoutMs?: number;
  connectTimeoutMs?: number;
  logger?: Logger;
  /** Seen by administrators in pg_stat_activity. */
  applicationName?: string;
}

const NUMERIC_ARRAY_OID = 1231;
const BIGINT_ARRAY_OID = 1016;

const TEXT_ARRAY_OID = 1009;

/** The driver leaves numeric and bigint as text, but would make floats of numeric[]: arrays stay text as well. */
const exactTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary' = 'text') => {
    const exact = format === 'text' && (oid === NUMERIC_ARRAY_OID || oid === BIGINT_ARRAY_OID);
    return (pg.types.getTypeParser as (oid: number, format: string) => unknown)(exact ? TEXT_ARRAY_OID : oid, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/**
 * A pool whose numeric and bigint columns come back as strings, exactly, and whose sessions speak UTC.
 * A connection that breaks while idle is logged and replaced; a broken one in use fails its query.
 */
export function createPool(url: string, options: PoolOptions = {}): Pool {
  const pool = new pg.Pool({ ...clientConfig(url, options), max: options.maxConnections ?? 10 });
  pool.on('error', (error) => options.logger?.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  return pool;
}

/** Settings of one connection, for those that need one of their own (LISTEN, a session lock). */
export function clientConfig(url: string, options: PoolOptions = {}): pg.ClientConfig {
  return {
    connectionString: url,
    ...(options.tls === undefined || options.tls === 'off' ? {} : { ssl: tlsOf(options) }),
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    keepAlive: true,
    application_name: options.applicationName ?? 'ratestream',
    options: '-c timezone=UTC',
    types: exactTypes,
  };
}

function tlsOf(options: PoolOptions): { rejectUnauthorized: boolean; ca?: string } {
  return {
    rejectUnauthorized: options.tls === 'verify',
    ...(options.caPath === undefined ? {} : { ca: readFileSync(options.caPath, 'utf8') }),
  };
}

/** Creates the database that `url` names where it is missing. Needs the right to; production creates it beforehand. */
export async function ensureDatabase(url: string, options: PoolOptions = {}): Promise<void> {
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  target.pathname = '/postgres';
  const client = new pg.Client(clientConfig(target.href, options));
  await client.connect().catch((error: unknown) => {
    throw new Error(`Cannot connect to ${hideUrlPasswords(target.href)}`, { cause: error });
  });
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // Two processes starting at once: the other one made it.
    if (!['42P04', '23505'].includes(String((error as { code?: unknown }).code))) throw error;
  } finally {
    await client.end();
  }
}
