import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool, Tx } from './pool.js';

/** The migrations on disk and those already applied do not fit together; somebody has to look. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

interface MigrationFile {
  number: number;
  name: string;
  sql: string;
  checksum: string;
}

/** One for all of ours in a database: two services starting at once migrate one after the other. */
const LOCK_KEY = 7_283_461_022;
const OWN_MIGRATIONS = join(import.meta.dirname, '..', 'migrations');

/**
 * Brings a database to the state of its `NNN_name.sql` files (001, 002, … without gaps), each in its own transaction.
 *
 * Tables of this library (offsets, outbox) come first. Safe to call from every process at every start: an advisory lock lets
 * one work while the others wait. Returns the names it applied.
 * Errors `MigrationError` where an applied file has changed or is gone, or numbers are doubled or missing: nothing is applied then.
 */
export async function migrate(pool: Pool, dir: string, service: string): Promise<string[]> {
  const own = await readMigrations(OWN_MIGRATIONS);
  const files = await readMigrations(dir);
  const tx = await pool.connect();
  try {
    await tx.query('set statement_timeout = 0');
    await tx.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await tx.query(`create table if not exists schema_migration (
      service text not null, number integer not null, name text not null, checksum text not null,
      applied_at timestamptz not null default now(), primary key (service, number))`);
    return [...(await apply(tx, own, 'ratestream')), ...(await apply(tx, files, service))];
  } finally {
    await tx.query('select pg_advisory_unlock($1)', [LOCK_KEY]).catch(() => undefined);
    // The session's timeout was changed: give it back to nobody.
    tx.release(true);
  }
}

async function readMigrations(dir: string): Promise<MigrationFile[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(/^(\d{3})_[a-z0-9_]+\.sql$/.exec(name)?.[1] ?? Number.NaN);
      if (number !== index + 1)
        throw new MigrationError(
          `${name}: expected number ${String(index + 1).padStart(3, '0')} and a name like 001_accounts.sql`,
        );
      const sql = (await readFile(join(dir, name), 'utf8')).replaceAll('\r\n', '\n');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function apply(tx: Tx, files: MigrationFile[], service: string): Promise<string[]> {
  const { rows } = await tx.query<{ number: number; name: string; checksum: string }>(
    'select number, name, checksum from schema_migration where service = $1 order by number',
    [service],
  );
  for (const applied of rows) {
    const file = files[applied.number - 1];
    if (file === undefined)
      throw new MigrationError(
        `${service}: ${applied.name} was applied and is gone: this code is older than its database`,
      );
    if (file.checksum !== applied.checksum)
      throw new MigrationError(`${service}: ${file.name} was changed after it was applied: add a new file instead`);
  }
  const pending = files.slice(rows.length);
  for (const file of pending) await applyOne(tx, file, service);
  return pending.map((file) => `${service}/${file.name}`);
}

async function applyOne(tx: Tx, file: MigrationFile, service: string): Promise<void> {
  try {
    await tx.query('begin');
    await tx.query(file.sql);
    await tx.query('insert into schema_migration (service, number, name, checksum) values ($1, $2, $3, $4)', [
      service,
      file.number,
      file.name,
      file.checksum,
    ]);
    await tx.query('commit');
  } catch (error) {
    await tx.query('rollback').catch(() => undefined);
    throw new MigrationError(
      `${service}: ${file.name} failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
