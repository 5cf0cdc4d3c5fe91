import { Health, bareMetrics, createLogger, hideUrlPasswords, startAdminServer } from '../src/index.js';

function lines(): { written: Record<string, unknown>[]; destination: { write(line: string): void } } {
  const written: Record<string, unknown>[] = [];
  return { written, destination: { write: (line) => void written.push(JSON.parse(line) as Record<string, unknown>) } };
}

test('a log line carries service, level and time, and no key, text or number', () => {
  const { written, destination } = lines();
  createLogger({ service: 'rating', destination }).info(
    {
      req: { headers: { authorization: 'Bearer rs_secret' } },
      cdr: { text: 'meet me', recipient: '447700900123' },
      password: 'p',
    },
    'seen',
  );
  expect(written[0]).toMatchObject({ service: 'rating', level: 'info', msg: 'seen' });
  expect(JSON.stringify(written)).not.toMatch(/rs_secret|meet me|447700900123|"p"/);
});

test('an error is logged with its causes and without the password of a connection URL', () => {
  const { written, destination } = lines();
  const cause = new Error('connect postgres://user:hunter2@db:5432/x failed');
  createLogger({ service: 'balance', destination }).error({ err: new Error('cannot start', { cause }) }, 'stop');
  expect(JSON.stringify(written)).not.toContain('hunter2');
  expect(written[0]).toMatchObject({ err: { message: 'cannot start', cause: { type: 'Error' } } });
});

test.each([
  ['postgres://u:p@h/db', 'postgres://u:[hidden]@h/db'],
  ['http://h:8123/path?x=a@b', 'http://h:8123/path?x=a@b'],
  ['no url', 'no url'],
])('passwords are cut from %s', (given, expected) => {
  expect(hideUrlPasswords(given)).toBe(expected);
});

test('a metric asked for twice under one name is one metric', async () => {
  const metrics = bareMetrics();
  metrics.counter('seen_total', 'Things seen', ['kind']).inc({ kind: 'a' });
  metrics.counter('seen_total', 'Things seen', ['kind']).inc({ kind: 'a' });
  expect(await metrics.registry.metrics()).toContain('ratestream_seen_total{kind="a"} 2');
});

describe('health', () => {
  test('a failing check makes the service not ready; only one that a restart mends makes it not live', async () => {
    const health = new Health();
    health.register('postgres', () => ({ ok: false, detail: 'away' }));
    expect((await health.ready()).ok).toBe(false);
    expect((await health.live()).ok).toBe(true);
    health.register('tasks', () => ({ ok: false, detail: 'no progress for 40 s' }), { restartHelps: true });
    expect((await health.live()).checks).toEqual({ tasks: { ok: false, detail: 'no progress for 40 s' } });
  });

  test('a check that throws has failed', async () => {
    const health = new Health();
    health.register('x', () => {
      throw new Error('broken');
    });
    expect(await health.ready()).toEqual({ ok: false, checks: { x: { ok: false, detail: 'broken' } } });
  });

  test('a draining service is not ready and still live', async () => {
    const health = new Health();
    health.startDraining();
    expect((await health.ready()).ok).toBe(false);
    expect((await health.live()).ok).toBe(true);
  });

  test('the admin port answers health with 200 or 503, and metrics as text', async () => {
    const health = new Health();
    const metrics = bareMetrics();
    metrics.gauge('lag', 'Records behind').set(3);
    const admin = await startAdminServer({ port: 0, host: '127.0.0.1', metrics, health });
    try {
      const base = `http://127.0.0.1:${admin.port}`;
      expect((await fetch(`${base}/health/ready`)).status).toBe(200);
      health.register('kafka', () => ({ ok: false }));
      expect((await fetch(`${base}/health/ready`)).status).toBe(503);
      expect((await fetch(`${base}/health/live`)).status).toBe(200);
      expect(await (await fetch(`${base}/metrics`)).text()).toContain('ratestream_lag 3');
    } finally {
      await admin.close();
    }
  });
});
