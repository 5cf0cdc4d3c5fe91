import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, groupNeeds, httpClient, type HttpClient } from '@ratestream/testing';
import { chromium, type Browser } from 'playwright-core';
import {
  deleteTopics,
  forgetFolder,
  repositoryRoot,
  SERVICES,
  startStack,
  type PortMap,
  type Stack,
} from '../src/index.js';
import { freePortMap } from './free-port-map.js';
import { living, processesOf, startSupervisor, type SupervisorProcess } from './supervisor-process.js';

const CHROMIUM = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path): path is string => path !== undefined && existsSync(path));

interface Live {
  totals: { messages: number; rated: number };
}
interface Margin {
  lines: { group: { account: string }; currency: string; revenue: string; cost: string; margin: string }[];
}
interface Accounts {
  items: { id: string; balance: string; held: string }[];
  nextCursor: string | null;
}

/** The chapters build on each other: one installation that is started, looked at, stopped and started again. */
describe('npm start', () => {
  const folder = mkdtempSync(join(process.env['RATESTREAM_TEST_FOLDER'] ?? tmpdir(), 'ratestream-start-'));
  const keyFile = join(folder, 'secrets', 'admin.key');
  let ports: PortMap;
  let release: () => void;
  let supervisor: SupervisorProcess | undefined;
  let http: HttpClient;

  const start = async (...args: string[]): Promise<number> => {
    const from = Date.now();
    supervisor = startSupervisor(folder, ports, args);
    await supervisor.says('Ratestream is up');
    http = httpClient(`http://127.0.0.1:${ports.entry}`, readFileSync(keyFile, 'utf8').trim());
    return (Date.now() - from) / 1000;
  };
  const stop = async (): Promise<number | null | undefined> => {
    supervisor?.process.kill('SIGINT');
    const code = await supervisor?.ended;
    supervisor = undefined;
    return code;
  };

  beforeAll(async () => {
    ({ ports, release } = await freePortMap());
  });
  afterAll(async () => {
    await stop();
    release();
    forgetFolder(folder);
    if (process.env['RATESTREAM_TEST_FOLDER'] === undefined) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('within a minute of being up, messages are rated, balances move and there is margin', async () => {
    await start();
    const balancesAtFirst = await balances(http);
    await eventually(
      async () => {
        const { body } = await http.get<Live>('/api/analytics/v1/live');
        expect(body.totals.rated).toBeGreaterThan(50);
        const lines = (await margin(http)).filter((line) => line.margin !== '0');
        expect(lines.length).toBeGreaterThan(0);
        expect(await balances(http)).not.toEqual(balancesAtFirst);
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
    expect(supervisor?.output()).not.toMatch(/ ended \(/);
  }, 240_000);

  groupNeeds(CHROMIUM, 'there is no Chromium; apt-get install chromium, or set CHROMIUM_PATH')('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: CHROMIUM ?? '',
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
      });
    });
    afterAll(() => browser.close());

    test('the address that it prints opens the live page with its figures and messages', async () => {
      const address = /Live page +(\S+)/.exec(supervisor?.output() ?? '')?.[1] ?? '';
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
      const screenshot = join(repositoryRoot, '.test-results', 'npm-start.png');
      try {
        await page.goto(address);
        for (const figure of ['rate', 'money-EUR', 'message']) {
          await page.getByTestId(figure).first().waitFor({ timeout: 30_000 });
        }
      } finally {
        await page.screenshot({ path: screenshot, fullPage: true });
        await page.close();
      }
    }, 150_000);
  });

  test('Ctrl-C stops it whole, and a second start takes less than 40 seconds and goes on', async () => {
    const rated = (await http.get<Live>('/api/analytics/v1/live')).body.totals.rated;
    const started = processesOf(folder);
    expect(await stop()).toBe(0);
    expect(living(started)).toEqual([]);

    expect(await start('--no-demo')).toBeLessThan(40);
    await eventually(async () => {
      const { body } = await http.get<Live>('/api/analytics/v1/live');
      expect(body.totals.rated).toBeGreaterThanOrEqual(rated);
    });
  }, 240_000);

  describe('with services that write checkpoints every second', () => {
    let stack: Stack | undefined;
    const startServices = async (): Promise<void> => {
      const serviceEnv = { rating: { CHECKPOINT_INTERVAL_MS: '1000' } };
      stack = await startStack({ folder, ports, services: SERVICES, serviceEnv });
    };
    const stopServices = async (): Promise<void> => {
      await stack?.stop();
      stack = undefined;
    };
    beforeAll(stop, 60_000);
    afterAll(stopServices, 60_000);

    test('deleting every local state folder changes nothing', async () => {
      await startServices();
      const before = await settled(http);
      expect(before.margin.length).toBeGreaterThan(3);
      await stopServices();
      expect(readdirSync(join(folder, 'state', 'rating'))).not.toEqual([]);
      rmSync(join(folder, 'state'), { recursive: true });
      await startServices();
      expect(await settled(http)).toEqual(before);
    }, 240_000);

    test('deleting the checkpoints changes nothing either', async () => {
      const before = await settled(http);
      await stopServices();
      // There is none to delete where nothing was rated since the last test, for then no checkpoint was due.
      rmSync(join(folder, 'state'), { recursive: true, force: true });
      const kafka = await startStack({ folder, ports, parts: ['kafka'] });
      expect(await deleteTopics(kafka.addresses.kafkaBrokers, 'rating.checkpoints')).toEqual(['rating.checkpoints']);
      await kafka.stop();
      await startServices();
      expect(await settled(http)).toEqual(before);
    }, 240_000);
  });
});

async function margin(http: HttpClient): Promise<Margin['lines']> {
  const day = (shift: number): string => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
  const { body, status } = await http.get<Margin>(
    `/api/analytics/v1/margin?groupBy=account&from=${day(-1)}&to=${day(1)}`,
  );
  expect(status).toBe(200);
  return body.lines;
}

async function balances(http: HttpClient): Promise<Accounts['items']> {
  const items: Accounts['items'] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await http.get<Accounts>(`/api/balance/v1/accounts?limit=100${at}`);
    items.push(...body.items.map(({ id, balance, held }) => ({ id, balance, held })));
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

/** All money there is, once nothing moves any more: the same three times, two seconds apart. */
async function settled(http: HttpClient): Promise<{ margin: Margin['lines']; balances: Accounts['items'] }> {
  let seen = '';
  for (let same = 0; same < 3;) {
    await sleep(2_000);
    const now = JSON.stringify([await margin(http), await balances(http)]);
    same = now === seen ? same + 1 : 0;
    seen = now;
  }
  return { margin: await margin(http), balances: await balances(http) };
}
