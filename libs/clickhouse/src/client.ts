import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ClickHouseError as ServerError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouse, QueryOptions } from './clickhouse.js';
import { StoreError } from './errors.js';
import { migrate } from './migrate.js';

export interface ClickHouseConfig {
  /** http(s)://user:password@host:port */
  readonly url: string;
  readonly database: string;
  /** Default 10. */
  readonly maxConnections?: number;
}

const QUERY_TIMEOUT_MS = 30_000;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

// In the text and not in the URL: the embedded engine takes settings with a statement, not beside it.
const EXACT = 'output_format_json_quote_decimals = 1, output_format_json_quote_64bit_integers = 1';
// One block, whatever the size: parsed in parallel, a large insert is cut, and a cut one can be written by halves.
const ONE_BLOCK =
  'input_format_parallel_parsing = 0, max_insert_block_size = 10000000, min_insert_block_size_rows = 10000000, ' +
  'min_insert_block_size_bytes = 0, async_insert = 0';

/** Connects to ClickHouse over HTTP; nothing is sent before the first call. */
export function createClickHouse(config: ClickHouseConfig): ClickHouse {
  const client = createClient({
    url: config.url,
    database: config.database,
    max_open_connections: config.maxConnections ?? 10,
    request_timeout: QUERY_TIMEOUT_MS,
    compression: { request: false, response: false },
    // Errors are thrown; whoever catches them logs them once.
    log: { level: ClickHouseLogLevel.OFF },
  });

  const guarded = async <T>(timeoutMs: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await run(signal);
    } catch (error) {
      throw toStoreError(error, signal.aborted);
    }
  };

  return {
    database: config.database,

    async insert(table, columns, rows, { deduplicationToken, timeoutMs }) {
      if (rows.length === 0) return;
      const token =
        deduplicationToken === undefined ? '' : `, insert_deduplication_token = ${quote(deduplicationToken)}`;
      const query = `INSERT INTO ${identifier(table)} (${columns.map(identifier).join(', ')}) SETTINGS ${ONE_BLOCK}${token} FORMAT JSONCompactEachRow`;
      const body = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
      await guarded(timeoutMs, async (signal) => {
        const values = Readable.from([body], { objectMode: false });
        const answer = await client.exec({ query, values, abort_signal: signal });
        // Read to its end: the connection is reused only then, and an error after the header is an error.
        await finished(answer.stream.resume());
      });
    },

    async query<T>(
      sql: string,
      parameters: Readonly<Record<string, unknown>> = {},
      { timeoutMs = QUERY_TIMEOUT_MS, maxMemoryBytes }: QueryOptions = {},
    ) {
      const memory = maxMemoryBytes === undefined ? '' : `, max_memory_usage = ${maxMemoryBytes}`;
      const bounds = `max_execution_time = ${Math.ceil(timeoutMs / 1_000)}${memory}`;
      return guarded(timeoutMs, async (signal) => {
        const result = await client.query({
          query: `${sql}\nSETTINGS ${EXACT}, ${bounds}`,
          query_params: { ...parameters },
          format: 'JSONEachRow',
          abort_signal: signal,
        });
        return await result.json<T>();
      });
    },

    async command(sql, parameters = {}) {
      await guarded(QUERY_TIMEOUT_MS, (signal) =>
        client.command({ query: sql, query_params: { ...parameters }, abort_signal: signal }),
      );
    },

    async migrate(folder) {
      const server = createClient({ url: config.url, log: { level: ClickHouseLogLevel.OFF } });
      try {
        await guarded(QUERY_TIMEOUT_MS, () =>
          server.command({ query: `CREATE DATABASE IF NOT EXISTS ${identifier(config.database)}` }),
        );
      } finally {
        await server.close();
      }
      return migrate(this, folder);
    },

    async ping() {
      const answer = await client.ping();
      if (!answer.success) throw toStoreError(answer.error, false);
    },

    close: () => client.close(),
  };
}

function toStoreError(error: unknown, timedOut: boolean): StoreError {
  if (error instanceof ServerError) return new StoreError(error.message, { code: Number(error.code), cause: error });
  const message = timedOut ? 'ClickHouse gave no answer in time' : `ClickHouse could not be reached: ${String(error)}`;
  return new StoreError(message, { code: null, cause: error });
}

function identifier(name: string): string {
  if (!IDENTIFIER.test(name)) throw new RangeError(`${name} is no identifier`);
  return name;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
