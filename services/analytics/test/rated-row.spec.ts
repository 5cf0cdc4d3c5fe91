import { sampleLeg, sampleRated } from '@ratestream/events';
import { COLUMNS, NO_LEG, rowsOf } from '../src/sink/rated-row.js';

const named = (row: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(COLUMNS.map((name, i) => [name, row[i]]));

test('a row has a cell for every column', () => {
  for (const event of [sampleRated(), sampleRated({ legs: [] })]) {
    for (const row of rowsOf(event, 3, 7)) expect(row).toHaveLength(COLUMNS.length);
  }
});

test('three legs are three rows; money is decimal text, instants are microseconds', () => {
  const [customer, reseller, supplier] = rowsOf(sampleRated(), 3, 7).map(named);
  expect(customer).toMatchObject({
    partition: 3,
    offset: 7,
    leg: 0,
    side: 'sell',
    level: 1,
    payer: 'acc-customer',
    payee: 'acc-reseller',
    amount: '0.084',
    held_freed: '0.084',
    units: 2,
    billing_time: 1_777_636_800_000_000,
    mcc: '234',
    mnc: '10',
    network_by: 'gateway',
    supplier: 'sup-direct',
    card_id: 'card-customers',
    card_version: 3,
    supplier_message_id: '178611321',
  });
  expect(reseller).toMatchObject({ leg: 1, level: 0, amount: '0.07' });
  expect(supplier).toMatchObject({ leg: 2, side: 'buy', payee: 'sup-direct', amount: '0.056', plan_id: '' });
});

test('an event without legs is one row, dated by the message', () => {
  const [row] = rowsOf(sampleRated({ kind: 'noted', legs: [] }), 0, 1).map(named);
  expect(row).toMatchObject({ leg: NO_LEG, side: '', amount: '0', billing_time: 1_777_636_800_000_000 });
});

test.each([
  ['settle', 2],
  ['reverse', -2],
  ['hold', 0],
  ['release', 0],
  ['unrated', 0],
] as const)('%s of two parts counts %i', (action, units) => {
  expect(named(rowsOf(sampleRated({ legs: [sampleLeg({ action })] }), 0, 1)[0] ?? [])['units']).toBe(units);
});

test('the network is what the gateway reported, else ported, else the range', () => {
  const of = (by: string, mcc: string) => ({ mcc, mnc: '1', country: 'GB', at: null, by });
  const mcc = (network: Parameters<typeof sampleRated>[0]): unknown =>
    named(rowsOf(sampleRated(network), 0, 1)[0] ?? [])['mcc'];
  const [reported, ported, range] = [of('gateway', '1'), of('hlr', '2'), of('plan', '3')];
  expect(mcc({ network: { reported, ported, range } })).toBe('1');
  expect(mcc({ network: { reported: null, ported, range } })).toBe('2');
  expect(mcc({ network: { reported: null, ported: null, range } })).toBe('3');
  expect(mcc({ network: { reported: null, ported: null, range: null } })).toBe('');
});

test('what another card would ask is kept: all evidence, the number’s country, every count, the grade that opened', () => {
  const of = (by: string, mcc: string) => ({ mcc, mnc: '01', country: null, at: null, by });
  const [row] = rowsOf(
    sampleRated({
      country: 'AG',
      network: { reported: of('gateway', '338'), ported: null, range: { ...of('plan', '310'), country: 'LC' } },
      parts: { reported: 2, computed8: 3, computed16: null, assumed: false },
      openingRouteGrade: 'direct',
    }),
    0,
    1,
  ).map(named);
  expect(row).toMatchObject({
    networks: ['reported/338/01/', 'range/310/01/LC'],
    number_country: 'AG',
    parts_reported: 2,
    parts_computed8: 3,
    parts_computed16: -1,
    opening_route_grade: 'direct',
  });
});

test.each([
  ['the record that opened the message', {}, true],
  ['a later step', { event: 'undelivered' }, false],
  ['a timer', { cause: { ...sampleRated().cause, type: 'timer' as const } }, false],
])('%s', (_, change, expected) => {
  const event = sampleRated({ subjectEvent: 'delivered', ...change });
  expect(named(rowsOf(event, 0, 1)[0] ?? [])['first_step']).toBe(expected);
});
