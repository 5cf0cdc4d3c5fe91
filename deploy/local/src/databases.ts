import { Client } from 'pg';
import { StackError } from './errors.js';

const DUPLICATE_DATABASE = '42P04';

/** `test-1.` and `rating` → `test_1_ratestream_rating`: one database per service, apart per topic prefix. */
export function databaseOf(topicPrefix: string, service?: string): string {
  const prefix = topicPrefix.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  return `${prefix}ratestream${service === undefined ? '' : `_${service}`}`;
}

/** Creates PostgreSQL databases that are missing. `serverUrl` names no database. */
export async function createDatabases(serverUrl: string, names: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: `${serverUrl}/postgres` });
  await client.connect();
  try {
    for (const name of names) {
      await client.query(`create database "${name}"`).catch((error: { code?: string }) => {
        if (error.code !== DUPLICATE_DATABASE) throw error;
      });
    }
  } finally {
    await client.end();
  }
}

/** Creates a ClickHouse database if it is missing. */
export async function createClickHouseDatabase(url: string, name: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: `CREATE DATABASE IF NOT EXISTS \`${name}\`` });
  if (!response.ok) throw new StackError(`ClickHouse at ${url} refused to create a database: ${await response.text()}`);
  await response.arrayBuffer();
}
