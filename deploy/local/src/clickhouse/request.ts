import type { Statement } from './engine.js';

// Said by HTTP clients about the transport or the session, not settings of the engine.
const NOT_SETTINGS = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'user',
  'password',
  'role',
  'quota_key',
  'compress',
  'decompress',
  'enable_http_compression',
  'http_zlib_compression_level',
  'wait_end_of_query',
  'buffer_size',
  'stacktrace',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'cancel_http_readonly_queries_on_client_close',
  'close_session',
  'client_protocol_version',
]);
const PLAIN_WORD = /^[a-z][a-z0-9_]*$/i;

/** A statement that HTTP carried in a form that this front does not speak. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/**
 * What ClickHouse's HTTP interface means by a URL, headers and a body: the statement is `query` and body together
 * (an INSERT in the URL with its rows in the body), `param_x` are placeholders, what is left is settings.
 */
export function readStatement(
  url: URLSearchParams,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
): Statement {
  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const [name, value] of url) {
    if (NOT_SETTINGS.has(name)) continue;
    // Names become part of a statement, so nothing but a plain word will do.
    if (!PLAIN_WORD.test(name)) throw new RequestError(`Setting name ${JSON.stringify(name)} is malformed.`);
    if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value);
    else settings.set(name, value);
  }
  const header = (name: string): string | undefined => [headers[name]].flat()[0];
  return {
    sql: joinQuery(url.get('query') ?? '', body),
    database: url.get('database') ?? header('x-clickhouse-database') ?? 'default',
    defaultFormat: url.get('default_format') ?? header('x-clickhouse-format') ?? 'TabSeparated',
    settings,
    parameters,
  };
}

const TEXT_FORMATS =
  /^(JSON|CSV|TSV|TabSeparated|CustomSeparated|Template|Values|TSKV|LineAsString|RawBLOB|Regexp|SQLInsert)/i;

function joinQuery(query: string, body: Buffer): string {
  if (query === '') return body.toString('utf8');
  if (body.length === 0) return query;
  const format = /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(query)?.[1];
  if (format !== undefined && !TEXT_FORMATS.test(format)) {
    throw new RequestError(
      `Rows in format ${format} are not spoken by the embedded ClickHouse: send a text format such as JSONEachRow.`,
    );
  }
  return `${query.replace(/;\s*$/, '')}\n${body.toString('utf8')}`;
}
