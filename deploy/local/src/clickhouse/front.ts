import { promisify } from 'node:util';
import { brotliDecompress, deflate, gunzip, gzip, inflate } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { EngineError, type Engine } from './engine.js';
import { readStatement, RequestError } from './request.js';

const BODY_LIMIT_BYTES = 256 * 1024 * 1024;
// ClickHouse's own limit of an address: parameters travel in it, such as the accounts of a large subtree.
const ADDRESS_LIMIT_BYTES = 1024 * 1024;
const SMALLEST_COMPRESSED_BYTES = 512;
const BAD_ARGUMENTS = 36;
// Mistakes of whoever asked; everything else is 500, as in ClickHouse's own HTTP handler.
const NOT_FOUND = new Set([16, 46, 47, 60, 81]);
const BAD_REQUEST = new Set([
  6, 26, 27, 36, 38, 41, 42, 43, 44, 50, 53, 62, 69, 70, 72, 115, 117, 130, 376, 441, 456, 457,
]);

const decoders: Readonly<Record<string, (input: Buffer) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};
const encoders: Readonly<Record<string, (input: Uint8Array) => Promise<Buffer>>> = {
  gzip: promisify(gzip),
  deflate: promisify(deflate),
};

/** ClickHouse's HTTP interface over the embedded engine: as much of it as `@clickhouse/client` and SQL tools use. */
export function createFront(engine: Engine): FastifyInstance {
  const front = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: ADDRESS_LIMIT_BYTES },
  });
  front.removeAllContentTypeParsers();
  front.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  front.addHook('onRequest', async ({ headers }) => refuseBrowsers(headers));
  front.get('/ping', (_request, reply) => reply.type('text/plain').send('Ok.\n'));
  front.get('/replicas_status', (_request, reply) => reply.type('text/plain').send('Ok.\n'));
  front.route({ method: ['GET', 'POST'], url: '/', handler: (request, reply) => answer(engine, request, reply) });
  front.setErrorHandler((error, _request, reply) => refuse(reply, error as Error));
  return front;
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Nobody is asked for a password here, so a web page that a browser on this machine shows must not get in: neither by a
 * request across sites nor by a name of its own that it points at this address.
 */
function refuseBrowsers(headers: FastifyRequest['headers']): void {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  const across = site === 'cross-site' || site === 'same-site' || (origin !== undefined && origin !== `http://${host}`);
  if (across || !LOOPBACK.test(host)) throw new RequestError('Web pages of other sites may not ask.');
}

async function answer(engine: Engine, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const url = new URL(request.url, 'http://front').searchParams;
  const body = await decoded(request);
  const statement = readStatement(url, request.headers, body);
  void reply.header('x-clickhouse-query-id', url.get('query_id') ?? randomUUID());
  void reply.header('x-clickhouse-server-display-name', 'embedded').type('text/plain; charset=UTF-8');
  if (statement.sql.trim() === '') return reply.send('Ok.\n');
  const { bytes, rowsRead, bytesRead, elapsedSec } = await engine.run(statement);
  const summary = { read_rows: rowsRead, read_bytes: bytesRead, elapsed_ns: Math.round(elapsedSec * 1e9) };
  const texts = Object.fromEntries(Object.entries(summary).map(([name, value]) => [name, String(value)]));
  void reply
    .header('x-clickhouse-summary', JSON.stringify(texts))
    .header('x-clickhouse-format', statement.defaultFormat);
  return send(
    reply,
    bytes,
    url.get('enable_http_compression') === '1' ? (request.headers['accept-encoding'] ?? '') : '',
  );
}

async function send(reply: FastifyReply, bytes: Uint8Array, accepted: string | string[]): Promise<FastifyReply> {
  const wanted = [accepted]
    .flat()
    .join(',')
    .split(',')
    .map((name) => name.trim().split(';')[0] ?? '');
  const encoding = bytes.length < SMALLEST_COMPRESSED_BYTES ? undefined : wanted.find((name) => name in encoders);
  const encode = encoders[encoding ?? ''];
  if (encode === undefined || encoding === undefined)
    return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return reply.header('content-encoding', encoding).send(await encode(bytes));
}

async function decoded(request: FastifyRequest): Promise<Buffer> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return body;
  const decode = decoders[encoding];
  if (decode === undefined) throw new RequestError(`Content encoding ${encoding} is not known.`);
  return decode(body);
}

function refuse(reply: FastifyReply, error: Error): FastifyReply {
  const code = error instanceof EngineError ? error.code : BAD_ARGUMENTS;
  const status = NOT_FOUND.has(code) ? 404 : BAD_REQUEST.has(code) ? 400 : 500;
  const name = code === BAD_ARGUMENTS ? 'BAD_ARGUMENTS' : 'UNKNOWN_QUERY_PARAMETER';
  const text = error.message.startsWith('Code: ')
    ? error.message
    : `Code: ${code}. DB::Exception: ${error.message} (${name})`;
  return reply
    .status(status)
    .header('x-clickhouse-exception-code', String(code))
    .type('text/plain; charset=UTF-8')
    .send(`${text} (version embedded)\n`);
}
