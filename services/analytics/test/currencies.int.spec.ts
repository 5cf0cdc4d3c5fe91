import { jest } from '@jest/globals';
import { sampleLeg, sampleRated } from '@ratestream/events';
import type { Fx, Leg, RatedEvent } from '@ratestream/events';
import { BatchFold } from '@ratestream/ledger';
import { clickHouseBlocks } from '../src/conservation/clickhouse-blocks.js';
import { compareBlocks } from '../src/conservation/compare-blocks.js';
import { foldBlocks } from '../src/fold/block-totals.js';
import { marginQuery } from '../src/margin/margin.query.js';
import type { MarginRequest, MoneyOf } from '../src/margin/margin.query.js';
import { marginLine } from '../src/margin/margin.view.js';
import type { MarginRow } from '../src/margin/margin.view.js';
import { createIntentStore } from '../src/sink/intent.store.js';
import { PartitionSink } from '../src/sink/partition-sink.js';
import { sinkRecord } from '../src/sink/rated-sink.js';
import { createWarehouse } from '../src/sink/warehouse.js';
import { openStores } from './support/stores.js';
import type { Stores } from './support/stores.js';

// The machine may be busy with other suites.
jest.setTimeout(60_000);

const NOON = Date.parse('2026-04-14T12:00:00Z') * 1_000;

function ecb(from: string, to: string, fromPerBase: string, toPerBase: string, rate: string): Fx {
  const published = { source: 'ecb', rateDate: '2026-04-13', base: 'EUR', fromPerBase, toPerBase };
  return { from, to, rate, rule: 'event', spreadPercent: null, provisional: false, ...published };
}
const toDollar = ecb('EUR', 'USD', '1', '1.1684', '1.1684');
const dollarToSterling = ecb('USD', 'GBP', '1.1684', '0.87058', '0.745104416296');
const dollarToEuro = ecb('USD', 'EUR', '1.1684', '1', '0.855871277');

const terms = { level: 0, billingTime: NOON, heldAmount: 0n, heldAmountFreed: 0n, quantity: 1 } as const;
/** A customer in USD on a card in EUR, the supplier in GBP on a card in USD; reports are in EUR. */
const sold = (change: Partial<Leg> = {}): Leg =>
  sampleLeg({
    ...{ ...terms, side: 'sell', payer: 'dollar', payee: 'operator', currency: 'EUR', amount: 10_000_000n },
    ...{ accountCurrency: 'USD', accountAmount: 11_684_000n, fx: toDollar, reporting: null, ...change },
  });
const bought = (change: Partial<Leg> = {}): Leg =>
  sampleLeg({
    ...{ ...terms, side: 'buy', payer: 'operator', payee: 's1', supplierId: 's1', currency: 'USD', amount: 7_000_000n },
    ...{ accountCurrency: 'GBP', accountAmount: 5_215_731n, fx: dollarToSterling },
    ...{ reporting: { amount: 5_991_099n, currency: 'EUR', fx: dollarToEuro }, ...change },
  });
const unknownRate = sold({ currency: 'XOF', amount: 3_000_000_000n, fx: { ...toDollar, from: 'XOF' } });
const hold = bought({
  ...{ action: 'hold', amount: 0n, accountAmount: 0n, heldAmount: 5_215_731n },
  reporting: { amount: 0n, currency: 'EUR', fx: dollarToEuro },
});

let stores: Stores;
let events: [number, RatedEvent][];
beforeAll(async () => {
  stores = await openStores();
  const party = { account: 'dollar', rootPayer: 'dollar', chain: ['dollar'] };
  events = [
    [0, sampleRated({ ...party, legs: [sold(), bought()] })],
    [9_999, sampleRated({ ...party, legs: [sold(), bought()] })],
    [10_000, sampleRated({ ...party, legs: [unknownRate, hold] })],
  ];
  const sink = new PartitionSink(0, createIntentStore(stores.pool), createWarehouse(stores.clickHouse), 1_000);
  await sink.claim();
  await sink.write(events.map(([offset, event]) => sinkRecord(0, offset, event)));
}, 180_000);
afterAll(() => stores.close());

async function margin(money: MoneyOf, change: Partial<MarginRequest> = {}): Promise<string[]> {
  const { sql, parameters } = marginQuery({
    ...{ party: 'operator', partyLevel: -1, subtree: null, groupBy: [], from: '2026-04-14', to: '2026-04-15' },
    ...{ limit: 100, money, ...change },
  });
  const rows = await stores.clickHouse.query<MarginRow>(sql, parameters);
  return rows.map((row) => {
    const line = marginLine(row, change.groupBy ?? []);
    return `${Object.values(line.group).join()} ${line.currency}: ${line.revenue} − ${line.cost} = ${line.margin}, held ${line.heldCost}`;
  });
}

test('margin is in the reporting currency; what has no rate stays in its own and is added to nothing', async () => {
  expect(await margin('reporting')).toEqual([
    // 0.007 USD ÷ 1.1684 = 0.005991099, twice; held 0.005215731 GBP back to 0.007 USD and on to 0.005991099 EUR
    ' EUR: 0.02 − 0.011982198 = 0.008017802, held 0.005991099',
    ' XOF: 3 − 0 = 3, held 0',
  ]);
  expect(await margin('reporting', { groupBy: ['level', 'account'] })).toEqual([
    'operator,dollar EUR: 0.02 − 0.011982198 = 0.008017802, held 0.005991099',
    'operator,dollar XOF: 3 − 0 = 3, held 0',
    '0,dollar EUR: 0 − 0.02 = -0.02, held 0',
    '0,dollar XOF: 0 − 3 = -3, held 0',
  ]);
});

test('in the money of accounts and suppliers every currency is a line', async () => {
  expect(await margin('account')).toEqual([
    ' GBP: 0 − 0.010431462 = -0.010431462, held 0.005215731',
    ' USD: 0.035052 − 0 = 0.035052, held 0',
  ]);
});

test('a customer’s own margin is in its money when it asks so', async () => {
  const mine = { party: 'dollar', partyLevel: 0, subtree: ['dollar'] };
  expect(await margin('account', mine)).toEqual([' USD: 0 − 0.035052 = -0.035052, held 0']);
});

test('evidence of the conversion and of the report is on the row', async () => {
  const [row] = await stores.clickHouse.query<Record<string, unknown>>(
    `SELECT fx_rate, fx_rate_date, fx_source, fx_rule, fx_base, fx_from_per_base, fx_to_per_base, fx_spread_percent,
       fx_provisional, reporting_rate, reporting_rate_date FROM rated_legs WHERE offset = 0 AND side = 'buy'`,
  );
  expect(row).toEqual({
    ...{ fx_rate: '0.745104416296', fx_rate_date: '2026-04-13', fx_source: 'ecb', fx_rule: 'event', fx_base: 'EUR' },
    ...{ fx_from_per_base: '1.1684', fx_to_per_base: '0.87058', fx_spread_percent: '', fx_provisional: false },
    ...{ reporting_rate: '0.855871277', reporting_rate_date: '2026-04-13' },
  });
});

test('ClickHouse, the fold and the ledger agree by the currency that moves', async () => {
  const totals = await clickHouseBlocks(stores.clickHouse, 0, 0, 10_001);
  const ledger = new BatchFold(0);
  for (const [offset, event] of events) ledger.add(offset, event);
  const fold = { position: 10_001, totals: foldBlocks(events) };
  const balance = { position: 10_001, totals: [...ledger.result().blocks] };
  const { lines } = compareBlocks({ clickHouse: { position: 10_001, totals }, fold, balance }, 0);
  expect(
    lines.map(({ block, currency, action, equal, fold: { amount } }) => [block, currency, action, equal, amount]),
  ).toEqual([
    [0, 'GBP', 'settle', true, '0.010431462'],
    [0, 'USD', 'settle', true, '0.023368'],
    [1, 'GBP', 'hold', true, '0'],
    [1, 'USD', 'settle', true, '0.011684'],
  ]);
});
