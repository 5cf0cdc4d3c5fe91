import { join } from 'node:path';
import { OPERATOR, type ApiKey } from '@ratestream/catalog';
import { codecs } from '@ratestream/events';
import { createServiceApp, hashApiKey } from '@ratestream/http';
import { bareMetrics, silentLogger, type Metrics } from '@ratestream/observability';
import { createPool, migrate, Outbox, type Pool } from '@ratestream/postgres';
import { isolated } from '@ratestream/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { makeBulk } from '../src/bulk/make-bulk.js';
import { makeDerived, type DerivedParts } from '../src/derived/make-derived.js';
import { CatalogModule } from '../src/catalog.module.js';
import { CatalogState } from '../src/commands/catalog-state.js';
import { CommandHandler } from '../src/commands/command-handler.js';
import { RowPublisher } from '../src/commands/row-publisher.js';
import { BuyTables } from '../src/offers/buy-routes.js';
import { CatalogQueries } from '../src/queries/catalog-queries.js';
import { takeSheets } from '../src/http/take-sheets.js';
import { makeNotices } from '../src/notices/make-notices.js';
import { makeFx } from '../src/fx/make-fx.js';
import { makeImports } from '../src/imports/make-imports.js';
import { makeTraffic } from '../src/what-if/make-traffic.js';
import { makeWhatIfs } from '../src/what-if/make-what-ifs.js';
import { UploadSlots } from '../src/upload/upload-slots.js';

export const ADMIN_SECRET = 'rs_the-admin-of-this-test';
const serde = <T>(codec: { encode(value: T): Buffer; decode(buf: Buffer): T }) => ({
  schemaId: 1,
  encode: (value: T) => codec.encode(value),
  decode: (buf: Buffer) => codec.decode(buf),
});
export const serdes = { CatalogEvent: serde(codecs.CatalogEvent), RateChunk: serde(codecs.RateChunk) };

/** One process of the catalog: its own view on the shared database. */
export interface Process {
  state: CatalogState;
  commands: CommandHandler;
}

export async function emptyDatabase(): Promise<Pool> {
  const corner = await isolated({ services: ['catalog'], topics: false });
  const pool = createPool(corner.databaseUrl('catalog'), { maxConnections: 12 });
  await migrate(pool, join(import.meta.dirname, '..', 'migrations'), 'catalog');
  return pool;
}

export function startProcess(pool: Pool, options: { clock?: () => number; serdes?: typeof serdes } = {}): Process {
  const state = new CatalogState();
  const commands = new CommandHandler({
    pool,
    outbox: new Outbox('catalog'),
    serdes: options.serdes ?? serdes,
    state,
    metrics: bareMetrics(),
    settings: { currency: 'EUR', partitions: 6 },
    clock: options.clock ?? (() => Date.now() * 1_000),
    onCommitted: () => undefined,
  });
  return { state, commands };
}

/** The service's HTTP side over real PostgreSQL, without Kafka behind it. */
export async function startApp(
  pool: Pool,
  maxBytes = 50_000_000,
  options: {
    clickHouse?: { url: string; database: string };
    whatIfWaitMs?: number;
    whatIfMaxRows?: number;
    /** false: a process that dies right after each publication. */
    issueNotices?: boolean;
    bulkWaitMs?: number;
    /** Is pulled only when it is asked to. */
    fxFeedUrl?: string;
    /** Of exchange rates. */
    metrics?: Metrics;
    /** Of commands and exchange rates. */
    clock?: () => number;
  } = {},
): Promise<Process & { app: NestFastifyApplication; derived: DerivedParts }> {
  const process = startProcess(pool, options.clock === undefined ? {} : { clock: options.clock });
  const { state, commands } = process;
  await state.catchUp(pool);
  const publisher = new RowPublisher(commands, state, pool);
  const slots = new UploadSlots(2);
  const clock = (): number => Date.now() * 1_000;
  const notices = makeNotices({
    pool,
    state,
    commands,
    logger: silentLogger(),
    metrics: bareMetrics(),
    clock,
    intervalMs: 60_000,
  });
  if (options.issueNotices === false) await notices.issuer.stop();
  const queries = new CatalogQueries(state.view, pool);
  const traffic = makeTraffic({
    pool,
    view: state.view,
    currency: 'EUR',
    clickHouse: options.clickHouse ?? null,
    clock: () => Date.now() * 1_000,
  });
  const imports = makeImports({
    pool,
    view: state.view,
    logger: silentLogger(),
    metrics: bareMetrics(),
    publisher,
    notices: notices.desk,
    traffic: traffic.margin,
    slots,
    clock,
    maxRows: 200_000,
    maxBytes,
    secondApprover: true,
    waitMs: 60_000,
  });
  const derived = makeDerived({
    pool,
    state,
    runner: imports.runner,
    exchange: traffic.exchange,
    logger: silentLogger(),
    clock,
    intervalMs: 60_000,
  });
  const app = await createServiceApp({
    name: 'catalog',
    module: CatalogModule.with({
      commands,
      queries,
      rows: {
        publisher,
        pool,
        metrics: bareMetrics(),
        slots,
        limits: { maxBytes, maxRows: 200_000 },
      },
      imports,
      derived,
      offers: {
        pool,
        view: state.view,
        runner: imports.runner,
        tables: new BuyTables(state.view, pool, 1_000_000),
        exchange: traffic.exchange,
        currency: 'EUR',
        clock,
      },
      bulk: makeBulk({
        pool,
        view: state.view,
        runner: imports.runner,
        logger: silentLogger(),
        clock,
        maxRates: 200_000,
        publisher,
        notices: notices.desk,
        secondApprover: true,
        waitMs: options.bulkWaitMs ?? 60_000,
      }),
      whatIfs: makeWhatIfs({
        pool,
        view: state.view,
        queries,
        logger: silentLogger(),
        settings: { currency: 'EUR', partitions: 6 },
        limits: { maxBytes, maxRows: 200_000 },
        traffic,
        waitMs: options.whatIfWaitMs ?? 60_000,
        timeoutMs: 120_000,
        maxConcurrent: 2,
        maxRows: options.whatIfMaxRows ?? 10_000_000,
        clock: () => Date.now() * 1_000,
      }),
      notices,
      fx: makeFx({
        pool,
        state,
        commands,
        settings: { currency: 'EUR', partitions: 6 },
        logger: silentLogger(),
        metrics: options.metrics ?? bareMetrics(),
        clock: options.clock ?? (() => Date.now() * 1_000),
        secondApprover: true,
        feed: { url: options.fxFeedUrl, intervalSec: 3_600, timeoutMs: 500, maxBytes: 5_000_000 },
      }),
      apiKeys: {
        find: (hash) => state.view.apiKeyByHash(hash),
        isWithin: (id, scope) => state.view.isWithin(id, scope),
      },
    }),
    logger: silentLogger(),
    metrics: bareMetrics(),
    configure: takeSheets(maxBytes),
  });
  if (!state.view.apiKeys.has('admin'))
    await issueKey(process, 'admin', { secret: ADMIN_SECRET, scope: OPERATOR, permissions: ['admin'] });
  return { ...process, app, derived };
}

export async function issueKey(
  { commands }: Process,
  id: string,
  key: Pick<ApiKey, 'scope' | 'permissions'> & { secret: string; person?: string },
): Promise<void> {
  const { secret, scope, permissions, person = id } = key;
  const result = await commands.execute({
    command: {
      type: 'IssueApiKey',
      id,
      hash: hashApiKey(secret),
      issuer: null,
      body: { name: id, scope, permissions, person, expiresAt: null },
    },
    authority: { scope: OPERATOR, permissions: ['admin'] },
    actor: 'test',
    expectedVersion: null,
    idempotency: null,
  });
  if (result.outcome !== 'done') throw new Error(JSON.stringify(result));
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, never>;
  text: string;
}

/** Calls routes of an app without a socket, with one key. */
export function caller(app: NestFastifyApplication, secret: string | null = ADMIN_SECRET) {
  return async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    const answer = await app.inject({
      method,
      url: `/api/catalog/v1${path}`,
      headers: {
        ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
        ...(body === undefined ? {} : { 'content-type': raw ? 'text/csv' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: raw ? body : JSON.stringify(body) }),
    });
    const json = /json/.test(String(answer.headers['content-type'])) && answer.body !== '';
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: (json ? JSON.parse(answer.body) : {}) as Record<string, never>,
    };
  };
}
