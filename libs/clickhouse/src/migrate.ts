import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouse } from './clickhouse.js';

const FILE = /^(\d{3})_[a-z0-9_]+\.sql$/;

/**
 * Applies the files of a folder that the database has not seen, in the order of their numbers.
 *
 * ClickHouse has neither transactions over DDL nor locks, so every statement of a file says IF NOT EXISTS (or the like):
 * two processes that start at once, or one that dies in the middle, do the same thing twice and nothing else.
 *
 * Out     names of the files applied
 * Errors  Error when an applied file was changed afterwards, or a name is not `001_what.sql`; StoreError
 */
export async function migrate(store: ClickHouse, folder: string): Promise<string[]> {
  await store.command(
    'CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, checksum String, applied_at DateTime64(3) DEFAULT now64(3)) ' +
      'ENGINE = ReplacingMergeTree ORDER BY number',
  );
  const seen = await store.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM schema_migrations FINAL',
  );
  const applied = new Map(seen.map((row) => [row.name, row.checksum]));
  const done: string[] = [];
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()) {
    const number = FILE.exec(name)?.[1];
    if (number === undefined) throw new Error(`${name} is not named like 001_what.sql`);
    const text = await readFile(join(folder, name), 'utf8');
    const checksum = createHash('sha256').update(text).digest('hex');
    const known = applied.get(name);
    if (known === checksum) continue;
    if (known !== undefined) throw new Error(`${name} was changed after it was applied: write a new file instead`);
    for (const statement of statementsOf(text)) await store.command(statement);
    await store.insert('schema_migrations', ['number', 'name', 'checksum'], [[Number(number), name, checksum]], {
      timeoutMs: 10_000,
    });
    done.push(name);
  }
  return done;
}

/** Statements end with a semicolon at the end of a line; `--` at the start of a line is a comment. */
export function statementsOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('--'));
  return lines
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
