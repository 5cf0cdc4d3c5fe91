import type { Pool } from '@ratestream/postgres';
import { walkRoutes } from '@ratestream/http';
import { bareMetrics, type Metrics } from '@ratestream/observability';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvents } from '../src/store/event-store.js';
import { startFeedServer, zipOf, type FeedServer } from './fx/feed-server.js';
import { caller, emptyDatabase, issueKey, startApp } from './harness.js';

const HEAD = 'Date,USD,GBP,HRK,';
const APRIL = [
  HEAD,
  '2026-04-13,1.1684,0.87058,N/A,',
  '2026-04-10,1.1711,0.87105,N/A,',
  '2026-04-09,1.1685,0.87053,7.5,',
].join('\n');

/** Some kB that become 6 MB. */
const BOMB = zipOf('a.csv', 'x'.repeat(6_000_000));

let pool: Pool;
let app: Awaited<ReturnType<typeof startApp>>;
let feed: FeedServer;
let metrics: Metrics;
/** Microseconds; the day that every test begins with. */
let now: number;
const operator = (...args: Parameters<ReturnType<typeof caller>>) => caller(app.app)(...args);
const second = (...args: Parameters<ReturnType<typeof caller>>) => caller(app.app, 'rs_the-second-person')(...args);

beforeEach(async () => {
  pool = await emptyDatabase();
  feed = await startFeedServer();
  metrics = bareMetrics();
  now = Date.parse('2026-04-14T09:00:00Z') * 1_000;
  app = await startApp(pool, undefined, { fxFeedUrl: feed.url, metrics, clock: () => now });
  await issueKey(app, 'second', { secret: 'rs_the-second-person', scope: 'operator', permissions: ['write', 'read'] });
}, 120_000);
afterEach(async () => {
  await app.app.close();
  await pool.end();
  await feed.close();
});

/** Uploaded by one person, approved by another. */
async function load(text: string): Promise<void> {
  const { body } = await operator('POST', '/fx-rates/ecb', text);
  expect((await second('POST', `/fx-rates/manual/${String(body['id'])}/approve`)).status).toBe(200);
}
const events = async (): Promise<string[]> =>
  (await readEvents(pool, 0, 10_000))
    .filter(({ type }) => type === 'FxRatesPublished')
    .map(({ actor, data }) => {
      const { source, days } = JSON.parse(data) as { source: string; days: { date: string }[] };
      return `${source} by ${actor}: ${days.map(({ date }) => date).join(' ')}`;
    });
const shown = async (name: string): Promise<string> =>
  (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith(`ratestream_${name}`))
    .join('\n');

describe('the file of the ECB', () => {
  test('counts once another person approves it; a repeat is nothing, and only days that changed are news', async () => {
    const first = await operator('POST', '/fx-rates/ecb', APRIL, { 'idempotency-key': 'april' });
    expect([first.status, first.body]).toMatchObject([
      201,
      {
        ...{
          source: 'ecb',
          status: 'staged',
          stagedBy: 'admin',
          daysInFile: 3,
          dayCount: 3,
          unchanged: 0,
          refused: [],
        },
        ...{ firstDate: '2026-04-09', lastDate: '2026-04-13', note: expect.stringMatching(/SHA-256 [0-9a-f]{64}$/) },
      },
    ]);
    const path = `/fx-rates/manual/${String(first.body['id'])}`;
    expect(await events()).toEqual([]);
    expect((await operator('GET', '/fx-rates')).body).toMatchObject({ items: [] });
    expect((await operator('POST', `${path}/approve`)).body).toMatchObject({ code: 'second_approver' });
    const waiting = (await operator('GET', '/fx-rates/manual?status=staged')).body['items'] as unknown as object[];
    expect(waiting).toEqual([expect.not.objectContaining({ days: expect.anything() })]);
    expect((await second('GET', path)).body).toMatchObject({
      days: [{ date: '2026-04-09', rates: { HRK: '7.5' } }, {}, { rates: { USD: '1.1684' } }],
    });
    expect((await second('POST', `${path}/approve`)).body).toMatchObject({ status: 'approved', decidedBy: 'second' });
    const repeated = await operator('POST', '/fx-rates/ecb', APRIL, { 'idempotency-key': 'april' });
    expect(repeated.body).toMatchObject({ id: first.body['id'], status: 'approved' });
    const again = await operator('POST', '/fx-rates/ecb', APRIL);
    expect([again.status, again.body]).toMatchObject([200, { id: null, status: 'unchanged', unchanged: 3 }]);
    const corrected = APRIL.replace('1.1711', '1.1712').replace(HEAD, `${HEAD}\n2026-04-14,1.17,0.871,N/A,`);
    const news = await operator('POST', '/fx-rates/ecb', corrected);
    expect(news.body).toMatchObject({ dayCount: 2, unchanged: 2 });
    await second('POST', `/fx-rates/manual/${String(news.body['id'])}/approve`);
    expect(await events()).toEqual([
      'ecb by second: 2026-04-09 2026-04-10 2026-04-13',
      'ecb by second: 2026-04-10 2026-04-14',
    ]);
  });

  test('with bad lines stages nothing and names them, or the good ones where that is asked for', async () => {
    const broken = `${APRIL}\n2026-04-08,abc,0.87,N/A,\n2026-04-07,1.1,0.87,`;
    const refused = await operator('POST', '/fx-rates/ecb', broken);
    expect([refused.status, refused.body]).toMatchObject([
      422,
      {
        detail: '2 lines are refused, so nothing is staged; partial=accept stages the other 3.',
        errors: [
          { pointer: '/lines/5/USD', detail: '"abc" is not a rate' },
          { pointer: '/lines/6', detail: '2 figures for 3 currencies' },
        ],
      },
    ]);
    expect(await events()).toEqual([]);
    const accepted = await operator('POST', '/fx-rates/ecb?partial=accept', broken);
    expect(accepted.body).toMatchObject({
      status: 'staged',
      dayCount: 3,
      refused: [{ line: 5, column: 'USD' }, { line: 6 }],
    });
  });

  test('a date ahead of its time is refused by its line, and keeps no other day from counting', async () => {
    const ahead = `${APRIL}\n2026-04-16,1.17,0.87,N/A,\n1969-12-31,1.17,0.87,N/A,`;
    expect((await operator('POST', '/fx-rates/ecb', ahead)).body).toMatchObject({
      detail: '2 lines are refused, so nothing is staged; partial=accept stages the other 3.',
      errors: [
        { pointer: '/lines/5/Date', detail: 'lies more than a day ahead' },
        { pointer: '/lines/6/Date', detail: 'lies before 1970' },
      ],
    });
    const accepted = await operator('POST', '/fx-rates/ecb?partial=accept', ahead);
    expect(accepted.body).toMatchObject({ status: 'staged', dayCount: 3, lastDate: '2026-04-13', refused: [{}, {}] });
    // Whoever approves it sees what is missing.
    expect(accepted.body['note']).toMatch(
      /SHA-256 \w+, without line 5: lies more than a day ahead; line 6: lies before 1970$/,
    );
  });

  test.each(['', '<html>busy</html>', 'Date,USD,\n'])('%j is no file of rates', async (text) => {
    expect((await operator('POST', '/fx-rates/ecb?partial=accept', Buffer.from(text))).status).toBe(422);
  });

  test('the whole history is events of at most 250 days', async () => {
    const root = join(import.meta.dirname, '../../..');
    const path = join(process.env['RATESTREAM_DATA'] ?? join(root, '../shared/data'), 'fx/eurofxref-hist.csv');
    if (!existsSync(path)) {
      console.log('skipped: no ../shared/data/fx/eurofxref-hist.csv here, and RATESTREAM_DATA names no other place');
      return;
    }
    const text = readFileSync(path, 'utf8');
    const days = text.trim().split('\n').length - 1;
    await load(text);
    expect((await operator('POST', '/fx-rates/ecb', text)).body).toMatchObject({ id: null, unchanged: days });
    expect(await events()).toHaveLength(Math.ceil(days / 250));
  }, 60_000);
});

describe('what is known', () => {
  beforeEach(() => load(APRIL));

  test('days come newest first, in pages, as known at an instant', async () => {
    now += 3_600_000_000;
    await load(APRIL.replace('1.1711', '1.1712'));
    const page = await operator('GET', '/fx-rates?limit=2');
    expect(page.body).toMatchObject({
      items: [
        { date: '2026-04-13', base: 'EUR', publishedAt: '2026-04-13T14:00:00.000Z', rates: { USD: '1.1684' } },
        { date: '2026-04-10', rates: { USD: '1.1712' } },
      ],
    });
    const rest = await operator('GET', `/fx-rates?limit=2&cursor=${String(page.body['nextCursor'])}`);
    expect(rest.body).toMatchObject({ items: [{ date: '2026-04-09' }], nextCursor: null });
    const before = await operator(
      'GET',
      '/fx-rates?from=2026-04-10&to=2026-04-10&currency=USD&knownAt=2026-04-14T09:30:00Z',
    );
    expect(before.body).toMatchObject({ items: [{ date: '2026-04-10', rates: { USD: '1.1711' } }] });
    expect((await operator('GET', '/fx-rates?knownAt=2026-04-01T00:00:00Z')).body).toMatchObject({ items: [] });
  });

  test('which rule gives which rate for a pair', async () => {
    now += 1_000_000;
    const asked = '/fx-rates/conversion?from=USD&to=GBP&amount=0.0105&asOf=2026-04-13T13:59:59Z';
    const answer = (await operator('GET', asked)).body as unknown as { rules: Record<string, unknown>[] };
    expect(answer.rules.map(({ rule, fallback }) => `${String(rule)} ${String(fallback)}`)).toEqual([
      'event previous',
      'invoice previous',
      'invoice next',
      'period_end previous',
      'period_end next',
      'period_average previous',
    ]);
    expect(answer.rules[0]).toMatchObject({
      fx: { rate: '0.743787891726', rateDate: '2026-04-10', fromPerBase: '1.1711', toPerBase: '0.87105' },
      ageDays: 3,
      // 0.0105 × 0.87105 ÷ 1.1711
      converted: '0.007809773',
    });
    expect(answer.rules[3]).toMatchObject({ fx: { rule: 'period_end', provisional: true } });
    const ended = await operator('GET', '/fx-rates/conversion?from=USD&to=HRK&asOf=2026-04-13T15:00:00Z');
    expect(ended.body).toMatchObject({
      rules: expect.arrayContaining([{ fx: null }].map(expect.objectContaining)) as unknown,
    });
  });

  test.each(['from=USD', 'from=usd&to=GBP', 'from=USD&to=GBP&timeZone=Mars', 'from=USD&to=GBP&amount=x'])(
    '%s is refused',
    async (query) => {
      expect((await operator('GET', `/fx-rates/conversion?${query}`)).status).toBe(400);
    },
  );

  test('the status says how old the newest day is; above five days it is an alarm and not a failure', async () => {
    const at = async (iso: string): Promise<unknown> => {
      now = Date.parse(iso) * 1_000;
      const { sources } = (await operator('GET', '/fx-rates/status')).body as unknown as { sources: object[] };
      return sources;
    };
    expect(await at('2026-04-18T23:59:59Z')).toMatchObject([{ source: 'ecb', ageDays: 5, stale: false, base: 'EUR' }]);
    expect(await shown('fx_')).toContain('ratestream_fx_age_days{source="ecb"} 5');
    expect(await at('2026-04-19T00:00:00Z')).toMatchObject([{ newestDate: '2026-04-13', ageDays: 6, stale: true }]);
    expect(await shown('fx_stale')).toContain('ratestream_fx_stale{source="ecb"} 1');
  });
});

describe('rates by hand', () => {
  const rates = {
    base: 'EUR',
    note: 'agreed by mail',
    days: [{ date: '2026-04-13', publishedAt: '2026-04-13T00:00:00Z', rates: { XOF: '655.957' } }],
  };

  test('count once another person has approved them, once', async () => {
    const staged = await operator('POST', '/fx-rates/manual', rates, { 'idempotency-key': 'stage-1' });
    expect([staged.status, staged.body]).toMatchObject([
      201,
      { source: 'manual', status: 'staged', stagedBy: 'admin' },
    ]);
    const repeated = await operator('POST', '/fx-rates/manual', rates, { 'idempotency-key': 'stage-1' });
    expect(repeated.body['id']).toBe(staged.body['id']);
    const path = `/fx-rates/manual/${String(staged.body['id'])}`;
    expect(await events()).toEqual([]);
    expect((await operator('POST', `${path}/approve`)).status).toBe(403);
    const approved = await second('POST', `${path}/approve`);
    expect([approved.status, approved.body]).toMatchObject([200, { status: 'approved', decidedBy: 'second' }]);
    expect(await events()).toEqual(['manual by second: 2026-04-13']);
    expect((await second('POST', `${path}/approve`)).status).toBe(409);
    expect((await second('POST', `${path}/discard`)).status).toBe(409);
    const found = await operator('GET', '/fx-rates?source=manual');
    expect(found.body).toMatchObject({ items: [{ date: '2026-04-13', rates: { XOF: '655.957' } }] });
    expect((await operator('GET', '/fx-rates/manual?status=approved')).body).toMatchObject({
      items: [{ note: 'agreed by mail' }],
    });
  });

  test('do not take back what was published after they were brought', async () => {
    const { body } = await operator('POST', '/fx-rates/ecb', APRIL);
    const path = `/fx-rates/manual/${String(body['id'])}`;
    now += 1_000_000;
    await load(APRIL.replace('1.1711', '1.1712'));
    expect((await second('POST', `${path}/approve`)).body).toMatchObject({
      code: 'base_changed',
      detail: expect.stringContaining('1 days have been published since with other rates, first 2026-04-10') as string,
    });
    expect((await operator('GET', `${path}`)).body).toMatchObject({ status: 'staged' });
    expect(await events()).toHaveLength(1);
  });

  test('that are discarded never count', async () => {
    const { body } = await operator('POST', '/fx-rates/manual', rates);
    const path = `/fx-rates/manual/${String(body['id'])}`;
    expect((await second('POST', `${path}/discard`)).body).toMatchObject({ status: 'discarded' });
    expect((await second('POST', `${path}/approve`)).status).toBe(409);
    expect(await events()).toEqual([]);
  });

  test('that the catalog would refuse are not staged, and every fault is named', async () => {
    const day = rates.days[0];
    const answer = await operator('POST', '/fx-rates/manual', {
      ...rates,
      days: [{ ...day, rates: { XYZ: '1', EUR: '1' } }, day],
    });
    expect([answer.status, (answer.body as unknown as { errors: unknown[] }).errors.length]).toEqual([422, 3]);
    expect((await operator('POST', '/fx-rates/manual', { ...rates, source: 'ecb' })).status).toBe(422);
    expect(
      (await operator('POST', '/fx-rates/manual', { ...rates, days: [{ ...day, rates: { XOF: 655 } }] })).status,
    ).toBe(422);
    expect((await operator('GET', '/fx-rates/manual')).body).toMatchObject({ items: [] });
    expect((await operator('GET', '/fx-rates/manual/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });
});

describe('the feed', () => {
  const pull = async () => (await operator('POST', '/fx-rates/feed/pull')).body;

  test('asks whether anything changed, and publishes only what did', async () => {
    feed.answer = (request, response) => {
      if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"one"', 'last-modified': 'Mon, 13 Apr 2026 14:05:00 GMT' }).end(APRIL);
    };
    expect(await pull()).toMatchObject({ lastOutcome: 'published', lastError: null, refusedLines: 0 });
    expect(await pull()).toMatchObject({ lastOutcome: 'not_modified' });
    expect(feed.requests[1]).toMatchObject({ 'if-modified-since': 'Mon, 13 Apr 2026 14:05:00 GMT' });
    feed.answer = (_request, response) => response.writeHead(200).end(APRIL);
    expect(await pull()).toMatchObject({ lastOutcome: 'unchanged' });
    expect(await events()).toEqual(['ecb by fx-feed: 2026-04-09 2026-04-10 2026-04-13']);
    expect(await shown('fx_feed_pulls_total{outcome="published"}')).toMatch(/ 1$/);
  });

  test('reads the ZIP that the bank publishes its history in', async () => {
    feed.answer = (_request, response) => response.writeHead(200).end(zipOf('eurofxref-hist.csv', APRIL));
    expect(await pull()).toMatchObject({ lastOutcome: 'published' });
    feed.answer = (_request, response) => response.writeHead(200).end(zipOf('readme.txt', APRIL));
    expect(await pull()).toMatchObject({ lastOutcome: 'failed', lastError: 'the archive holds no CSV' });
  });

  test('shows the user and password of its address to the feed alone', async () => {
    const address = new URL(feed.url);
    [address.username, address.password] = ['bank reader', 's€cret'].map(encodeURIComponent) as [string, string];
    const secured = await startApp(pool, undefined, { fxFeedUrl: address.toString() });
    feed.answer = (_request, response) => response.writeHead(200).end(APRIL);
    const { text, body } = await caller(secured.app)('POST', '/fx-rates/feed/pull');
    expect(body).toMatchObject({ lastOutcome: 'published', lastError: null, url: feed.url });
    expect(text).not.toContain(encodeURIComponent('s€cret'));
    const basic = Buffer.from('bank reader:s€cret').toString('base64');
    expect(feed.requests[0]).toMatchObject({ authorization: `Basic ${basic}` });
    await secured.app.close();
  });

  test('leaves bad lines out, says why, and takes the rest, also of the days after them', async () => {
    let text = `${APRIL}\n2026-04-16,1.17,0.87,N/A,\n2026-04-08,?,0.87,N/A,`;
    feed.answer = (_request, response) => response.writeHead(200, { etag: '"same"' }).end(text);
    const refused = [
      { line: 5, column: 'Date', message: 'lies more than a day ahead' },
      { line: 6, column: 'USD', message: '"?" is not a rate' },
    ];
    expect(await pull()).toMatchObject({ lastOutcome: 'published', refusedLines: 2, refused });
    expect((await operator('GET', '/fx-rates/status')).body).toMatchObject({ feed: { refusedLines: 2, refused } });
    expect(await shown('fx_feed_refused_lines')).toMatch(/ 2$/);
    // The same file: a day that is ahead no more counts.
    now += 2 * 86_400_000_000;
    expect(await pull()).toMatchObject({ lastOutcome: 'published', refusedLines: 1, refused: refused.slice(1) });
    expect(feed.requests[1]).not.toHaveProperty('if-none-match');
    text = text.replace(HEAD, `${HEAD}\n2026-04-15,1.18,0.88,N/A,`);
    expect(await pull()).toMatchObject({ lastOutcome: 'published', refusedLines: 1 });
    expect(await events()).toEqual([
      'ecb by fx-feed: 2026-04-09 2026-04-10 2026-04-13',
      'ecb by fx-feed: 2026-04-16',
      'ecb by fx-feed: 2026-04-15',
    ]);
    text = APRIL;
    expect(await pull()).toMatchObject({ lastOutcome: 'unchanged', refusedLines: 0, refused: [] });
  });

  test.each([
    ['an error', (response: FeedAnswer) => response.writeHead(503).end('busy'), 'the feed answered 503'],
    [
      'a page',
      (response: FeedAnswer) => response.writeHead(200).end('<html>maintenance</html>'),
      'the file holds no rates',
    ],
    [
      'too much',
      (response: FeedAnswer) => response.writeHead(200).end('x'.repeat(5_000_001)),
      'more than 5000000 bytes',
    ],
    ['an archive bomb', (response: FeedAnswer) => response.writeHead(200).end(BOMB), 'more than 5000000 bytes'],
    [
      'a broken archive',
      (response: FeedAnswer) => response.writeHead(200).end(zipOf('a.csv', 'x').subarray(0, 30)),
      'cannot be read',
    ],
    ['nothing', () => undefined, 'no answer in 500 ms'],
    ['a cut connection', (response: FeedAnswer) => response.destroy(), 'cannot be read'],
  ])('that answers %s changes nothing, and is tried again', async (_what, answer, message) => {
    await load(APRIL);
    feed.answer = (_request, response) => void answer(response);
    const status = await pull();
    expect(status).toMatchObject({ lastOutcome: 'failed', lastSuccessAt: null });
    expect(status['lastError']).toContain(message);
    expect((await operator('GET', '/fx-rates')).body).toMatchObject({ items: [{ date: '2026-04-13' }, {}, {}] });
    expect(await shown('fx_feed_pulls_total{outcome="failed"}')).toMatch(/ 1$/);
    feed.answer = (_request, response) => response.writeHead(200).end(APRIL);
    expect(await pull()).toMatchObject({ lastOutcome: 'unchanged', lastError: null });
  });
});

test('without a feed there is nothing to pull', async () => {
  const other = await startApp(pool);
  expect((await caller(other.app)('POST', '/fx-rates/feed/pull')).status).toBe(409);
  expect((await caller(other.app)('GET', '/fx-rates/status')).body).toMatchObject({ sources: [], feed: null });
  await other.app.close();
});

test('a tenant reaches none of it, and a key that reads writes nothing', async () => {
  await operator('POST', '/accounts', { id: 'tenant', name: 'tenant' });
  await issueKey(app, 'tenant', { secret: 'rs_a-tenant-of-this', scope: 'tenant', permissions: ['admin'] });
  await issueKey(app, 'reader', { secret: 'rs_a-reader-of-this', scope: 'operator', permissions: ['read'] });
  const routes = walkRoutes(app.app).filter(({ url }) => url.includes('/fx-rates'));
  expect(routes.length).toBeGreaterThanOrEqual(10);
  for (const { method, url } of routes) {
    const path = url.replace('/api/catalog/v1', '').replace(':ratesId', '00000000-0000-4000-8000-000000000000');
    const body = path.endsWith('/ecb')
      ? APRIL
      : method === 'POST'
        ? {
            base: 'EUR',
            note: 'x',
            days: [{ date: '2026-04-13', publishedAt: '2026-04-13T00:00:00Z', rates: { USD: '1' } }],
          }
        : undefined;
    const query = path.endsWith('/conversion') ? '?from=USD&to=GBP' : '';
    const asTenant = await caller(app.app, 'rs_a-tenant-of-this')(method as 'GET', `${path}${query}`, body);
    expect([method, path, asTenant.status]).toEqual([method, path, 403]);
    if (method !== 'POST') continue;
    const asReader = await caller(app.app, 'rs_a-reader-of-this')(method, `${path}${query}`, body);
    expect([method, path, asReader.status]).toEqual([method, path, 403]);
  }
  expect(await events()).toEqual([]);
});

type FeedAnswer = Parameters<FeedServer['answer']>[1];
