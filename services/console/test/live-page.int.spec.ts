import { groupNeeds } from '@ratestream/testing/needs';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrapService, type RunningService } from '@ratestream/http';
import { Health, bareMetrics, silentLogger } from '@ratestream/observability';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { consoleApp } from '../src/index.js';
import { chromiumPath, keepScreenshot, launchBrowser } from './browser.js';
import { FAKE_KEY, fakeServices, type FakeServices } from './fake-services.js';

const HERE = join(dirname(fileURLToPath(import.meta.url)), '..');
// A build of its own: dist/ may be served by a running stack in this very moment.
const WEB = mkdtempSync(join(tmpdir(), 'ratestream-page-'));
const withBrowser = groupNeeds(chromiumPath, 'there is no Chromium; apt-get install chromium, or set CHROMIUM_PATH');

let fake: FakeServices;
let entry: RunningService;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];

withBrowser('the live page, in front of services that do what the test says', () => {
  beforeAll(async () => {
    const args = ['vite', 'build', '--config', 'src/web/vite.config.mjs', '--logLevel', 'error', '--outDir', WEB];
    execFileSync('npx', args, { cwd: HERE, env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' } });
    fake = await fakeServices();
    entry = await bootstrapService({
      ...consoleApp({
        upstreams: new Map(['analytics', 'balance', 'rating'].map((name) => [name, fake.url])),
        webFolder: WEB,
        logger: silentLogger(),
        metrics: bareMetrics(),
      }),
      config: { httpHost: '127.0.0.1', httpPort: 0, adminPort: 0 },
      health: new Health(),
      handleSignals: false,
    });
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await fake?.close();
    await entry?.drain('test');
    rmSync(WEB, { recursive: true, force: true });
  });
  beforeEach(async () => {
    fake.mood = 'working';
    faults = [];
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    page = await context.newPage();
    page.on('console', (message) => {
      // A refused request is logged by the browser itself; everything else is a fault of the page.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
        faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
  });
  afterEach(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });

  const open = (fragment = `#key=${FAKE_KEY}`) => page.goto(`${entry.url}/${fragment}`);
  const see = (testId: string) => page.getByTestId(testId).first().waitFor({ timeout: 15_000 });

  test('a key in the address opens the page, and leaves the address', async () => {
    await open();
    await see('rate');
    expect(page.url()).not.toContain(FAKE_KEY);
    await page.reload();
    await see('rate');
  });

  test('figures, money, balances and lag are shown, and move', async () => {
    await open();
    await see('money-EUR');
    expect(await page.getByTestId('money-EUR').innerText()).toContain('6,336.21');
    const before = await page.getByTestId('account-acme').innerText();
    await page.waitForTimeout(2_500);
    expect(await page.getByTestId('account-acme').innerText()).not.toBe(before);
    expect(await page.getByTestId('lag-services').innerText()).toMatch(/rating\s*reads usage/i);
    expect(await page.getByTestId('freshness').innerText()).toBe('Live');
    await keepScreenshot(page, 'live-page-light');
  });

  test('in dark colours, switched by keyboard', async () => {
    await open();
    await see('rate');
    await page.getByRole('button', { name: 'Switch to dark colours' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(`document.documentElement.dataset.mantineColorScheme === 'dark'`);
    await page.waitForTimeout(300);
    await keepScreenshot(page, 'live-page-dark');
  });

  test('a message opens with its explanation, by keyboard alone, and closes with Escape', async () => {
    await open();
    await see('message');
    await page
      .getByRole('button', { name: /^Explain message/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await see('explanation-lines');
    const text = await page.getByTestId('explanation').innerText();
    for (const line of ['Surcharge registration', 'How the price was found', 'prefix 4477 is less specific'])
      expect(text).toContain(line);
    expect(text).toContain('ecb of 2026-11-20, rule event');
    await page.waitForTimeout(400);
    await keepScreenshot(page, 'live-page-explanation', false);
    await page.keyboard.press('Escape');
    await page.getByTestId('explanation').waitFor({ state: 'detached' });
  });

  test('without a key it asks for one; a refused key says so', async () => {
    await open('');
    await page.getByLabel('API key', { exact: true }).fill('rs_wrong');
    await keepScreenshot(page, 'live-page-key');
    await page.keyboard.press('Enter');
    await page.getByText('The key was not accepted').waitFor();
    await page.getByLabel('API key', { exact: true }).fill(FAKE_KEY);
    await page.keyboard.press('Enter');
    await see('rate');
  });

  test('while the first answer is on its way it shows where the figures will be', async () => {
    fake.mood = 'slow';
    await open();
    await see('loading');
    await see('rate');
  });

  test('with nothing rated yet it says how to send the first records', async () => {
    fake.mood = 'empty';
    await open();
    await page.getByText('No message has been rated yet').waitFor();
    await keepScreenshot(page, 'live-page-empty');
  });

  test('when the services are away from the start it says which and tries again', async () => {
    fake.mood = 'away';
    await open();
    await see('error');
    await keepScreenshot(page, 'live-page-error');
    fake.mood = 'working';
    await page.getByRole('button', { name: 'Try now' }).click();
    await see('rate');
  });

  test('old figures stay and are called old', async () => {
    await open();
    await see('rate');
    fake.mood = 'away';
    await page.getByTestId('stale').waitFor({ timeout: 20_000 });
    expect(await page.getByTestId('stale').innerText()).toContain('cannot be reached');
    expect(await page.getByTestId('money-EUR').isVisible()).toBe(true);
    await keepScreenshot(page, 'live-page-stale');
    fake.mood = 'working';
    await page.getByTestId('stale').waitFor({ state: 'detached', timeout: 20_000 });
  }, 60_000);

  test('figures that do not move on are called old although answers come', async () => {
    await open();
    await see('rate');
    fake.mood = 'frozen';
    await page.getByText('its figures do not move on').waitFor({ timeout: 20_000 });
  }, 40_000);

  test('it fits a phone without scrolling sideways', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open();
    await see('money-EUR');
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await keepScreenshot(page, 'live-page-phone');
  });
});
