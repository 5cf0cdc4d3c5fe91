import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { createClickHouse, statementsOf } from '@ratestream/clickhouse';
import type { ClickHouse } from '@ratestream/clickhouse';
import { isolated } from '@ratestream/testing';
import { clickHouseBlocks } from '../src/conservation/clickhouse-blocks.js';
import { marginQuery } from '../src/margin/margin.query.js';
import type { MarginRow } from '../src/margin/margin.view.js';

// The machine may be busy with other suites.
jest.setTimeout(60_000);

const FILES = join(import.meta.dirname, '../../../schemas/clickhouse');
const CURRENCIES = '005_currencies.sql';

let clickHouse: ClickHouse;
let folder: string;
beforeAll(async () => {
  const corner = await isolated({ services: ['analytics'], topics: false });
  clickHouse = createClickHouse({ url: corner.clickhouseUrl, database: corner.clickhouseDatabase });
  folder = await mkdtemp(join(tmpdir(), 'ratestream-clickhouse-'));
  for (const name of await readdir(FILES)) if (name < CURRENCIES) await cp(join(FILES, name), join(folder, name));
}, 180_000);
afterAll(async () => {
  await clickHouse.close();
  await rm(folder, { recursive: true });
});

test('rows from before currencies keep their money: reports are in the card’s currency, books as they were', async () => {
  await clickHouse.migrate(folder);
  const columns = ['partition', 'offset', 'leg', 'side', 'level', 'payer', 'payee', 'action', 'billing_time', 'units'];
  const money = ['amount', 'currency', 'account_amount', 'account_currency', 'held_amount', 'held_freed', 'rated_at'];
  const at = Date.parse('2026-05-01T12:00:00Z') * 1_000;
  await clickHouse.insert(
    'rated_legs',
    [...columns, ...money],
    [
      [0, 7, 0, 'sell', 0, 'acme', 'operator', 'settle', at, 1, '0.05', 'EUR', '0.05', 'EUR', '0', '0.05', at],
      [0, 7, 1, 'buy', 0, 'operator', 's1', 'settle', at, 1, '0.03', 'EUR', '0.03', 'EUR', '0', '0', at],
      [0, 8, 0, 'sell', 0, 'acme', 'operator', 'hold', at, 0, '0', 'EUR', '0', 'EUR', '0.05', '0', at],
    ],
    { timeoutMs: 10_000 },
  );
  for (const name of await readdir(FILES)) await cp(join(FILES, name), join(folder, name));
  await clickHouse.migrate(folder);
  const { sql, parameters } = marginQuery({
    ...{ party: 'operator', partyLevel: -1, subtree: null, groupBy: [], from: '2026-05-01', to: '2026-05-02' },
    ...{ limit: 10, money: 'reporting' },
  });
  const [line, ...more] = await clickHouse.query<MarginRow>(sql, parameters);
  expect([line, more]).toMatchObject([
    { currency: 'EUR', revenue: '0.05', cost: '0.03', held_revenue: '0', sold_units: '1', bought_units: '1' },
    [],
  ]);
  expect(await clickHouseBlocks(clickHouse, 0, 0, 9)).toMatchObject([
    { currency: 'EUR', action: 'settle', legs: 2, amount: 80_000_000n, heldAmountFreed: 50_000_000n },
    { currency: 'EUR', action: 'hold', legs: 1, amount: 0n, heldAmount: 50_000_000n },
  ]);
  // A process that starts at the same time does it all again, and nothing changes.
  for (const statement of statementsOf(await readFile(join(FILES, CURRENCIES), 'utf8')))
    await clickHouse.command(statement);
  expect(await clickHouse.query<MarginRow>(sql, parameters)).toEqual([line]);
});
