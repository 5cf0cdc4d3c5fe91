import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { wholeStack, type WholeStack } from '@ratestream/testing';
import type { Browser, Page } from 'playwright-core';
import { REPOSITORY_ROOT, chromiumPath, keepScreenshot, launchBrowser } from './browser.js';

const withBrowser = chromiumPath === undefined ? describe.skip : describe;
if (chromiumPath === undefined) {
  console.warn(
    'live-page.e2e.spec.ts is skipped: there is no Chromium (apt-get install chromium, or set CHROMIUM_PATH)',
  );
}

let stack: WholeStack;
let demo: ChildProcess;
let demoOutput = '';
let browser: Browser;
let page: Page;
const faults: string[] = [];

withBrowser('the live page of a running installation with demo traffic', () => {
  beforeAll(async () => {
    [stack, browser] = await Promise.all([wholeStack(), launchBrowser()]);
    demo = startDemo(stack);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await stopDemo();
    await stack?.stop();
  }, 60_000);

  const textOf = (testId: string) => page.getByTestId(testId).innerText();
  const figureOf = async (testId: string): Promise<number> =>
    Number((await textOf(`${testId}-value`)).replaceAll(',', ''));

  /** Waits until something is so, and tells what the page and the simulator said if it never is. */
  async function becomes(what: string, check: () => Promise<boolean>, timeoutMs = 90_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await check().catch(() => false))) {
      if (Date.now() > end) {
        await keepScreenshot(page, 'live-page-failed');
        throw new Error(
          `${what}: not within ${timeoutMs} ms. The page said: ${faults.join()}. The simulator said: ${demoOutput.slice(-1_000)}`,
        );
      }
      await page.waitForTimeout(500);
    }
  }

  test('within a minute of the start it shows messages rated, money and margin, and balances that move', async () => {
    await page.goto(`${stack.services.addresses.entryUrl}/#key=${stack.services.adminKey}`);
    await becomes('the page has figures', () => page.getByTestId('rate').isVisible());
    await becomes('messages are rated', async () => (await figureOf('rated')) > 100);
    await becomes('messages flow', async () => (await figureOf('rate')) > 0);
    await becomes('there is margin', async () => /Margin, EUR\s+−?[\d,]+\.\d\d/.test(await textOf('money-EUR')));
    await becomes('a balance moves', async () => /[+−]\d+\.\d{4}/.test(await textOf('balances')));
    await becomes('lag is shown', async () => /Rating\s*reads usage/i.test(await textOf('lag-services')));
    expect(await textOf('freshness')).toBe('Live');
    await page.waitForTimeout(20_000); // for a chart that shows more than its first seconds
    await keepScreenshot(page, 'console-live');
  }, 240_000);

  test('a message opens as a statement: components, the conversion with its day and source, how the price was found', async () => {
    // Quarry Security pays in dollars, for Germany by a card in euro.
    const rows = ['Quarry Security', 'DE 262', 'accepted'].reduce(
      (found, hasText) => found.filter({ hasText }),
      page.getByTestId('message'),
    );
    await becomes('a converted message is among the last, and opens', async () => {
      await rows.first().getByRole('button').click({ timeout: 2_000 });
      return true;
    });
    await page.getByTestId('explanation-lines').waitFor({ timeout: 30_000 });
    const text = await textOf('explanation-lines');
    expect(text).toMatch(/per (part|message): \d × 0\.\d+ EUR = /);
    expect(text).toContain('How the price was found');
    expect(text).toMatch(/Rate \S+ is for /);
    expect(text).toMatch(/USD for one EUR: ecb of \d{4}-\d\d-\d\d, rule event/);
    await page.waitForTimeout(500);
    await keepScreenshot(page, 'console-live-explanation', false);
    expect(faults).toEqual([]);
  }, 120_000);
});

function startDemo({ services, corner }: WholeStack): ChildProcess {
  const child = spawn(
    process.execPath,
    [join(REPOSITORY_ROOT, 'tools', 'simulator', 'dist', 'main.js'), 'demo', '--entry', services.addresses.entryUrl],
    {
      env: {
        PATH: process.env['PATH'],
        RATESTREAM_KEY: services.adminKey,
        KAFKA_BROKERS: corner.kafkaBrokers,
        KAFKA_TOPIC_PREFIX: corner.topicPrefix,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      demoOutput = (demoOutput + chunk.toString()).slice(-10_000);
    });
  }
  return child;
}

function stopDemo(): Promise<void> {
  if (demo === undefined || demo.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => demo.kill('SIGKILL'), 5_000);
    demo.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    demo.kill('SIGTERM');
  });
}
