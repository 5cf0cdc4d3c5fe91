import { createPool, ensureDatabase, type Pool } from '../src/index.js';

export interface Server {
  /** A pool on a new, empty database. */
  database(name: string): Promise<Pool>;
  url(name: string): string;
  stop(): Promise<void>;
}

/** The real PostgreSQL of the test run, with databases that no other test sees. */
export async function startPostgres(): Promise<Server> {
  const base = process.env['STACK_POSTGRES_URL'] ?? (await sharedUrl());
  const stamp = `${process.pid}_${Date.now().toString(36)}`;
  const pools: Pool[] = [];
  const url = (name: string): string => {
    const target = new URL(base);
    target.pathname = `/test_${name}_${stamp}`;
    return target.href;
  };
  return {
    url,
    async database(name) {
      await ensureDatabase(url(name));
      const pool = createPool(url(name));
      pools.push(pool);
      return pool;
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

/** Loaded only where the runner has not handed over an address: it starts every store. */
async function sharedUrl(): Promise<string> {
  const { testStack } = await import('@ratestream/testing');
  return (await testStack()).postgresUrl;
}
