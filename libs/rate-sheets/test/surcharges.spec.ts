import { Readable } from 'node:stream';
import type { SheetMappingInput } from '../src/index.js';
import { diffRates, sheetMappingSchema, sheetWriter } from '../src/index.js';
import { importSheet, prices } from './import-sheet.js';

const mapping: SheetMappingInput = {
  country: { column: 'Country' },
  senderType: { column: 'Sender', values: { 'Long code': 'long_code' } },
  originCountry: { column: 'Origin', values: { Inland: 'domestic', Abroad: 'any' } },
  priority: { column: 'Rank' },
  price: { column: 'Rate', optional: true },
  decimal: ',',
  currency: {},
  surcharges: [
    { name: 'carrier_fee', column: 'Fee', validFrom: { column: 'From', format: 'dd.MM.yyyy', zone: 'Europe/Berlin' } },
    { name: 'setup', fixed: '0.5', unit: 'message', currency: 'EUR', validUntil: '2030-01-01T00:00:00Z' },
  ],
};
const HEADER = 'Country;Sender;Origin;Rank;Rate;Fee;From\n';

test('a fee beside a price is a surcharge of the same key, in the currency of its row, on its own dates', async () => {
  const csv = `${HEADER}Germany;Long code;Inland;7;0,05 €;0,003;01.05.2026\nUnited Kingdom;;Abroad;;€ 0,06;;\n`;
  const { rates } = await importSheet(csv, mapping);
  expect(rates).toMatchObject([
    {
      rateId: 'any:DE;sender=long_code;origin=DE',
      price: 50_000_000n,
      priority: 7,
      surcharge: null,
      validFrom: null,
      validUntil: null,
    },
    {
      rateId: 'any:DE;sender=long_code;origin=DE;fee=carrier_fee@2026-04-30T22:00:00.000Z',
      price: 3_000_000n,
      unit: 'part',
      validFrom: 1_777_586_400_000_000,
      priority: 7,
    },
    { price: 500_000_000n, unit: 'message', surcharge: 'setup', validUntil: 1_893_456_000_000_000 },
    { rateId: 'any:GB', senderType: null, originCountry: null, priority: 0 },
    { rateId: 'any:GB;fee=setup' },
  ]);
});

test('every fault of a row comes with its column', async () => {
  const csv = `${HEADER}Germany;?;Atlantis;1,5;0,05;0.003 €;1 May\n;;Inland;;1 €;=1+1;\n`;
  const { verdicts } = await importSheet(csv, { ...mapping, blankDestination: 'default' });
  expect(
    verdicts.map(({ row, faults }) => [row, faults.map(({ column, code }) => `${column ?? '-'} ${code}`)]),
  ).toEqual([
    [
      2,
      ['B unknown_sender_type', 'C unknown_origin', 'D malformed_priority', 'E missing_currency', 'F malformed_price'],
    ],
    [3, ['C domestic_without_country', 'F formula']],
  ]);
});

test('a price may be blank where the mapping says so and a surcharge is there', async () => {
  const { surcharges: [fee] = [], ...rest } = mapping;
  const only = { ...rest, surcharges: fee === undefined ? [] : [fee] };
  const csv = `${HEADER}Germany;;;;;0,003 €;\nFrance;;;;;;\n`;
  const { rates, verdicts } = await importSheet(csv, only);
  expect(rates.map(({ rateId }) => rateId)).toEqual(['any:DE;fee=carrier_fee']);
  expect(verdicts[1]).toMatchObject({ verdict: 'refused', faults: [{ code: 'no_amount' }] });
  const strict = await importSheet(csv, { ...only, price: { column: 'Rate' } });
  expect(strict.summary.refusedBy).toEqual({ missing_price: 2 });
});

test('zeros: a fee of nothing goes before a wider fee, or adds nothing where the mapping says skip', async () => {
  const csv = 'Country;Rate;Fee\nGermany;1;0,00\n';
  const plain = {
    country: { column: 'Country' },
    price: { column: 'Rate' },
    decimal: ',' as const,
    currency: { fixed: 'EUR' },
  };
  const idsOf = async (zeros: 'keep' | 'skip'): Promise<string[]> =>
    prices(await importSheet(csv, { ...plain, surcharges: [{ name: 'fee', column: 'Fee', zeros }] })).map(([id]) => id);
  expect(await idsOf('keep')).toEqual(['any:DE', 'any:DE;fee=fee']);
  expect(await idsOf('skip')).toEqual(['any:DE']);
});

test('a full sheet of prices keeps the surcharges and says so; one of surcharges keeps the prices', async () => {
  const { rates: base } = await importSheet(`${HEADER}Germany;;;;0,05 €;0,003;\nFrance;;;;0,04 €;;\n`, mapping);
  const { surcharges: _none, ...usage } = mapping;
  const next = await importSheet('Country;Sender;Origin;Rank;Rate\nGermany;;;3;0,05 €\n', usage, { base });
  expect(next.findings.map(({ code, message }) => [code, message])).toEqual([
    ['surcharges_kept', 'the sheet does not speak of carrier_fee, setup: 3 surcharges stay as they are'],
  ]);
  const inForce = new Map(base.map((rate) => [rate.rateId, rate]));
  expect([...diffRates(inForce, next.next)].map(({ rateId, change, terms }) => [rateId, change, terms])).toEqual([
    ['any:DE', 'changed', [{ term: 'priority', before: '0', after: '3' }]],
    ['any:DE;fee=carrier_fee', 'unchanged', []],
    ['any:DE;fee=setup', 'unchanged', []],
    ['any:FR;fee=setup', 'unchanged', []],
    ['any:FR', 'withdrawn', []],
  ]);
  const { price: _price, ...fees } = {
    ...mapping,
    surcharges: [{ name: 'carrier_fee', column: 'Fee', unit: 'message' as const }],
  };
  const fee = await importSheet('Country;Sender;Origin;Rank;Fee\nGermany;;;;0,004 €\n', fees, { base });
  expect(fee.findings.map(({ code }) => code)).toEqual(['surcharges_kept', 'prices_kept']);
  expect(
    [...diffRates(inForce, fee.next)].map(({ rateId, change, percent, terms }) => [rateId, change, percent, terms]),
  ).toEqual([
    ['any:DE;fee=carrier_fee', 'increase', '33.33', [{ term: 'unit', before: 'part', after: 'message' }]],
    ['any:DE', 'unchanged', '0.00', []],
    ['any:DE;fee=setup', 'unchanged', '0.00', []],
    ['any:FR', 'unchanged', '0.00', []],
    ['any:FR;fee=setup', 'unchanged', '0.00', []],
  ]);
});

test('written back, a price and its fees stand in one row, and another fee of the same name in its own', async () => {
  const csv = `${HEADER}Germany;Long code;Inland;7;0,05 €;0,003;01.05.2026\n;;;;;0,004 €;01.06.2026\nFrance;;;;0,06 €;;\n`;
  const fees = (mapping.surcharges ?? []).slice(0, 1);
  const input: SheetMappingInput = { ...mapping, surcharges: fees, blankDestination: 'default' };
  const layout = sheetMappingSchema.parse(input);
  const { rates, summary } = await importSheet(csv, input);
  const writer = sheetWriter({ mapping: layout, header: summary.header, currency: 'EUR', effectiveFrom: 0 });
  const batches = rates.map((rate) => [rate]);
  const written: string[][] = [];
  for await (const rows of writer.rows(Readable.from(batches))) written.push(...rows);
  expect(written).toEqual([
    ['DE', 'Long code', 'DE', '7', '0,05', '0,003', '01.05.2026'],
    ['', '', 'Abroad', '', '', '0,004', '01.06.2026'],
    ['FR', '', 'Abroad', '', '0,06', '', ''],
  ]);
});

test.each([
  [{ price: undefined, surcharges: [] }, /prices, surcharges or both/],
  [{ surcharges: [{ name: 'fee' }] }, /column or a fixed fee/],
  [{ surcharges: [{ name: 'fee', fixed: '0,1' }] }, /decimal/],
  [{ originCountry: { column: 'Origin', values: { Inland: 'home' } } }, /domestic/],
  [{ priority: { fixed: 1.5 } }, /int/],
])('a mapping that cannot be meant is refused: %j', async (change, message) => {
  await expect(importSheet(HEADER, { ...mapping, ...change })).rejects.toThrow(message);
});

test.each([
  ['partial', 47],
  ['full', 50],
] as const)('a card has at most fifty priorities; %s: those that stay count', async (mode, fresh) => {
  const layout: SheetMappingInput = { prefix: 'Prefix', priority: { column: 'Rank' }, price: { column: 'Rate' }, currency: { fixed: 'EUR' }, decimal: '.' };
  const sheet = (from: number, to: number): string =>
    ['Prefix;Rank;Rate', ...Array.from({ length: to - from }, (_, n) => `${4477000 + from + n};${from + n};0.01`)].join('\n');
  const { rates: base } = await importSheet(sheet(0, 3), layout);
  const { verdicts } = await importSheet(sheet(10, 61), layout, { base, mode });
  const refused = verdicts.filter(({ faults }) => faults.length > 0);
  expect(refused).toHaveLength(51 - fresh);
  expect(refused[0]).toMatchObject({ row: fresh + 2, faults: [{ column: 'B', code: 'too_many_priorities' }] });
}); // prettier-ignore

describe('a card has at most a hundred surcharges', () => {
  const fees = (from: number, to: number): SheetMappingInput => ({
    country: { column: 'Country' },
    currency: { fixed: 'EUR' },
    decimal: '.',
    surcharges: Array.from({ length: to - from }, (_, n) => ({ name: `fee_${from + n}`, column: `F${from + n}` })),
  });
  const sheet = (from: number, to: number, rows: string[][]): string => {
    const names = Array.from({ length: to - from }, (_, n) => `F${from + n}`);
    return [['Country', ...names], ...rows].map((row) => row.join(';')).join('\n');
  };
  /** As 98 partial sheets before have left it. */
  const base = Array.from({ length: 5 }, async (_, n) => {
    const [from, to] = [n * 20, Math.min(98, n * 20 + 20)];
    const row = ['Germany', ...Array<string>(to - from).fill('0.01')];
    return (await importSheet(sheet(from, to, [row]), fees(from, to))).rates;
  });

  test.each([
    ['partial', [[2], [3, 'E too_many_surcharges'], [4], [5, 'D too_many_surcharges']]],
    // A full sheet withdraws its own kinds, so one of the 98 does not stay.
    ['full', [[2], [3], [4, 'B too_many_surcharges'], [5]]],
  ] as const)('%s: those that stay count, and the row that brings one more is named', async (mode, expected) => {
    const before = (await Promise.all(base)).flat();
    expect(before).toHaveLength(98);
    const rows = [
      ['Germany', '', '0.01', '', ''],
      ['France', '', '0.01', '0.02', '0.03'],
      ['Spain', '0.01', '', '', '0.04'],
      ['Italy', '', '', '0.02', ''],
    ];
    const { verdicts, next } = await importSheet(sheet(97, 101, rows), fees(97, 101), { base: before, mode });
    expect(
      verdicts.map(({ row, faults }) => [row, ...faults.map(({ column, code }) => `${column ?? '-'} ${code}`)]),
    ).toEqual(expected);
    expect(new Set(next.map(({ surcharge }) => surcharge)).size).toBe(100);
  });
});
