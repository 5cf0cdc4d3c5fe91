import { Health, bareMetrics, silentLogger } from '@ratestream/observability';
import { bootstrapService, drainInSteps } from '../src/index.js';
import { as, sampleOptions } from './sample-app.js';

const start = (onShutdown: { name: string; run(): void | Promise<void> }[] = []) =>
  bootstrapService({
    ...sampleOptions({ metrics: bareMetrics() }),
    config: { httpHost: '127.0.0.1', httpPort: 0, adminPort: 0, drainTimeoutMs: 3_000 },
    health: new Health(),
    handleSignals: false,
    onShutdown,
  });

test('an open request is answered, new ones are refused, then the hooks run in reverse', async () => {
  const order: string[] = [];
  const service = await start([
    { name: 'pool', run: () => void order.push('pool') },
    { name: 'tasks', run: () => void order.push('tasks') },
  ]);
  service.onShutdown({ name: 'timer', run: () => void order.push('timer') });
  const open = fetch(`${service.url}/api/sample/v1/accounts/slow/now`, { headers: as('r1') });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const drained = service.drain('test');
  await expect(fetch(`${service.url}/api/sample/v1/accounts/r1`, { headers: as('r1') })).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(order).toEqual([]); // the request is still open
  expect((await open).status).toBe(200);
  expect(await drained).toBe(true);
  expect(order).toEqual(['timer', 'tasks', 'pool']);
});

test('a hook that hangs or throws keeps no other from running, within the bound', async () => {
  const ran: string[] = [];
  const started = Date.now();
  const clean = await drainInSteps(
    [
      { name: 'hangs', run: () => new Promise<void>(() => undefined) },
      { name: 'throws', run: () => Promise.reject(new Error('no')) },
      { name: 'works', run: () => void ran.push('works') },
    ],
    400,
    silentLogger(),
  );
  expect(clean).toBe(false);
  expect(ran).toEqual(['works']);
  expect(Date.now() - started).toBeLessThan(600);
});

test('the admin port needs no key and has no API; the API port has no metrics', async () => {
  const service = await start();
  try {
    const admin = `http://127.0.0.1:${service.adminPort}`;
    expect((await fetch(`${admin}/health/ready`)).status).toBe(200);
    expect((await fetch(`${admin}/metrics`)).status).toBe(200);
    expect((await fetch(`${admin}/api/sample/v1/accounts/r1`, { headers: as('r1') })).status).toBe(404);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(401);
  } finally {
    await service.drain('test');
  }
});
