import type { ApiKey } from '@ratestream/catalog';
import { callEveryRoute, createServiceApp, hashApiKey } from '@ratestream/http';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { OrphanList } from '../src/correlation/orphan-list.js';
import { CdrDoor } from '../src/http/cdr-door.js';
import { IngestModule } from '../src/ingest.module.js';
import { IngestMetrics } from '../src/metrics.js';
import { RejectedIndex } from '../src/reject/rejected-index.js';
import { Replayer } from '../src/reject/replayer.js';
import { processRecord } from '../src/raw/process-record.js';
import { ACCEPTED, APPENDED_MS, context, raw, view } from './world.js';

const key = (
  secret: string,
  scope: string,
  permissions: ApiKey['permissions'],
  more: Partial<ApiKey> = {},
): ApiKey => ({
  id: secret,
  name: secret,
  hash: hashApiKey(secret),
  scope,
  permissions,
  expiresAt: null,
  revoked: false,
  ...more,
});
const KEYS = [
  key('operator', 'operator', ['admin']),
  key('tenant', 'reseller', ['admin']),
  key('reader', 'operator', ['read']),
  key('revoked', 'operator', ['admin'], { revoked: true }),
];

async function routesAs(secret: string | null): Promise<Record<string, number>> {
  const app = await appOf();
  const headers = secret === null ? {} : { authorization: `Bearer ${secret}` };
  const answers = await callEveryRoute(app, { headers });
  await app.close();
  for (const { body, status } of answers) if (status >= 400) expect(body).not.toContain('+447700900123');
  return Object.fromEntries(
    answers.map(({ method, url, status }) => [`${method} ${url.replace('/api/ingest/v1/', '')}`, status]),
  );
}

async function appOf() {
  const catalog = view();
  const rejected = new RejectedIndex();
  const [outcome] = processRecord(
    raw(JSON.stringify({ ...ACCEPTED, account: 'nobody' }), { source: 'platform' }),
    context(),
  );
  if (outcome?.kind === 'rejected') rejected.add(outcome.rejected);
  return createServiceApp({
    name: 'ingest',
    module: IngestModule.with({
      view: {
        apiKeyByHash: (hash) => KEYS.find((k) => k.hash === hash),
        isWithin: (account, scope) => catalog.isWithin(account, scope),
      },
      door: new CdrDoor({
        view: catalog,
        maxInflatedBytes: 1000,
        metrics: new IngestMetrics(bareMetrics()),
        logger: silentLogger(),
        nowMs: () => APPENDED_MS,
        send: async () => undefined,
      }),
      rejected,
      replayer: new Replayer({ readRaw: async () => new Map(), send: async () => undefined }),
      orphans: new OrphanList(),
    }),
    logger: silentLogger(),
    metrics: bareMetrics(),
    rawBodyTypes: ['*'],
    bodyLimitBytes: 2_000,
  });
}

describe('every route', () => {
  test.each([[null], ['nobody'], ['revoked']])('as %s: nothing', async (secret) => {
    const statuses = Object.values(await routesAs(secret));
    expect(statuses.length).toBeGreaterThanOrEqual(5);
    expect(new Set(statuses)).toEqual(new Set([401]));
  });
  test("as a tenant: raw records in, and nobody's rejects or orphans", async () => {
    expect(await routesAs('tenant')).toMatchObject({
      'POST cdrs': 400, // no source in the query
      'GET rejected': 403,
      'GET orphans': 403,
    });
  });
  test('as a reader of the operator: lists, and no way in', async () => {
    expect(await routesAs('reader')).toMatchObject({
      'POST cdrs': 403,
      'GET rejected': 200,
      'POST rejected/replay': 403,
      'GET orphans': 200,
    });
  });
  test('as the operator', async () => {
    expect(await routesAs('operator')).toMatchObject({
      'POST rejected/replay': 422, // no ids in the body
      'GET rejected': 200,
      'GET orphans': 200,
      'GET openapi.json': 200,
    });
  });
});

test('a body beyond the limit of the service is refused before it is read whole', async () => {
  const app = await appOf();
  const answer = await app.inject({
    method: 'POST',
    url: '/api/ingest/v1/cdrs?source=platform',
    headers: { authorization: 'Bearer operator', 'content-type': 'application/x-ndjson' },
    payload: Buffer.alloc(2_001, 32),
  });
  await app.close();
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([413, 'body_too_large']);
});
