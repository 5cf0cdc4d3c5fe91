import { rateIdOf } from '@ratestream/catalog';
import fc from 'fast-check';
import type { RateRow } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import {
  diffRates,
  marginLosses,
  nextRates,
  percentOf,
  RateIndex,
  sheetMappingSchema,
  sheetWriter,
  writeCsv,
  writeXlsx,
  type SheetMappingInput,
  type SheetScope,
} from '../src/index.js';
import { importSheet } from './import-sheet.js';

const mapping: SheetMappingInput = {
  country: { column: 'Country' },
  mcc: 'MCC',
  mnc: 'MNC',
  prefix: 'Prefix',
  trafficClass: { column: 'Class', values: { 'One time': 'otp' } },
  senderType: { column: 'Sender' },
  originCountry: { column: 'Origin', values: { Inland: 'domestic', Overseas: 'any' } },
  routeGrade: { column: 'Grade' },
  priority: { column: 'Priority' },
  unit: { column: 'Unit' },
  price: { column: 'Price', optional: true },
  currency: { column: 'Currency' },
  effectiveDate: { column: 'From', zone: 'Asia/Shanghai' },
  blankDestination: 'default',
};

const cell = fc.oneof(
  fc.constantFrom(
    '',
    'GB',
    'DE',
    'Germany',
    '262',
    '01',
    '010',
    '310',
    '410',
    '4477',
    '84',
    '0.05',
    '1',
    '-1',
    'EUR',
    'otp',
    'part',
    '2026-05-01',
    '=1',
    '"',
    ';',
  ),
  fc.string({ maxLength: 12 }),
);

test('whatever the cells hold: rows in = accepted + refused, each refused one with its reasons, no rate twice', async () => {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""').replaceAll('\0', '')}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 16, maxLength: 16 }), { minLength: 1, maxLength: 30 }),
      async (rows) => {
        const wanted = rows.filter((cells) => cells.some((text) => text.replaceAll('\0', '').trim() !== '')).length;
        fc.pre(wanted > 0);
        const header =
          'Country,MCC,MNC,Prefix,Class,Unit,Price,Currency,From,Sender,Origin,Grade,Priority,Fee,Fee from,Setup';
        const csv = [header, ...rows.map((cells) => cells.map(quoted).join(','))].join('\n');
        try {
          const { verdicts, summary, rates } = await importSheet(
            csv,
            { ...mapping, delimiter: ',', surcharges: FEES },
            { effectiveFrom: 1 },
          );
          expect([summary.rowsIn, verdicts.length]).toEqual([wanted, wanted]);
          expect(summary.accepted + summary.refused).toBe(wanted);
          expect(verdicts.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(summary.accepted);
          for (const { verdict, faults, rateIds } of verdicts)
            expect([faults.length > 0, rateIds.length === 0]).toEqual([verdict === 'refused', verdict === 'refused']);
          expect(new Set(rates.map(({ rateId }) => rateId)).size).toBe(rates.length);
        } catch (error) {
          // A row that looks like a second header refuses the sheet as a whole.
          expect(error).toMatchObject({ name: 'SheetError', code: 'two_tables' });
        }
      },
    ),
    { numRuns: 300 },
  );
});

const destination = fc.oneof(
  fc.constantFrom('GB', 'DE', 'US', 'AT').map((country) => ({ country, mcc: null, mnc: null, prefix: null })),
  fc
    .constantFrom(['DE', '262', '01'], ['US', '310', '410'], ['GB', '234', '10'])
    .map(([country = '', mcc = '', mnc = '']) => ({ country, mcc, mnc, prefix: null })),
  fc
    .integer({ min: 4_400, max: 4_499 })
    .map((prefix) => ({ country: null, mcc: null, mnc: null, prefix: String(prefix) })),
  fc.constant({ country: null, mcc: null, mnc: null, prefix: null }),
);
const FEES: SheetMappingInput['surcharges'] = [
  { name: 'carrier_fee', column: 'Fee', validFrom: { column: 'Fee from', zone: 'Asia/Shanghai' } },
  { name: 'setup', column: 'Setup', unit: 'message', validUntil: '2030-01-01T00:00:00Z' },
];
const MAY = 1_777_564_800_000_000; // 2026-05-01 in Shanghai
const kind = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ surcharge: null, validFrom: null, validUntil: null }) },
  {
    weight: 1,
    arbitrary: fc.constant({ surcharge: 'carrier_fee', validFrom: MAY, validUntil: null, unit: 'part' as const }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ surcharge: 'carrier_fee', validFrom: null, validUntil: null, unit: 'part' as const }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      surcharge: 'setup',
      validFrom: null,
      validUntil: 1_893_456_000_000_000, // 2030-01-01
      unit: 'message' as const,
    }),
  },
);
const rate = fc
  .record({
    place: destination,
    trafficClass: fc.constantFrom(null, 'otp', 'promotional'),
    senderType: fc.constantFrom(null, null, 'long_code', 'toll_free'),
    originCountry: fc.constantFrom(null, null, 'DE', 'unknown'),
    routeGrade: fc.constantFrom(null, null, 'direct'),
    priority: fc.constantFrom(0, 0, 0, 7, -1),
    price: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    unit: fc.constantFrom('part' as const, 'message' as const),
    kind,
  })
  .map(({ place, kind: what, ...rest }): RateRow => {
    const row = { ...rest, ...place, basis: null, timeoutSec: null, timeoutPolicy: null, ...what };
    return { rateId: rateIdOf(row), ...row };
  });
const card = fc.uniqueArray(rate, { selector: ({ rateId }) => rateId, minLength: 1, maxLength: 40 });

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

test('what is written comes back as the same rates, as CSV with either decimal sign and as a workbook', async () => {
  await fc.assert(
    fc.asyncProperty(card, fc.constantFrom<'.' | ','>('.', ','), fc.boolean(), async (rates, decimal, asWorkbook) => {
      const layout = sheetMappingSchema.parse({ ...mapping, decimal, surcharges: FEES });
      const writer = sheetWriter({
        mapping: layout,
        header: ['Remark', 'Country'],
        currency: 'EUR',
        effectiveFrom: 1_777_636_800_000_000,
      });
      const chunks: Buffer[] = [];
      const written = asWorkbook ? writeXlsx(writer, once(rates), layout) : writeCsv(writer, once(rates), layout);
      for await (const chunk of written) chunks.push(Buffer.from(chunk as string));
      const back = await importSheet(Buffer.concat(chunks), { ...mapping, decimal, surcharges: FEES });
      const byId = (list: readonly RateRow[]): RateRow[] =>
        [...list].sort((one, two) => (one.rateId < two.rateId ? -1 : 1));
      expect(byId(back.rates)).toEqual(byId(rates));
      expect(back.summary.effectiveFrom).toBe(1_777_636_800_000_000);
    }),
    { numRuns: 60 },
  );
});

const modes = fc.constantFrom<'full' | 'partial'>('full', 'partial');
const scopes = fc.record({
  usage: fc.boolean(),
  surcharges: fc.subarray(['carrier_fee', 'setup']).map((names) => new Set(names)),
});
const speaksOf = (scope: SheetScope, surcharge: string | null): boolean =>
  surcharge === null ? scope.usage : scope.surcharges.has(surcharge);

test('a diff says every rate of both versions once, and a full import of itself changes nothing; what a sheet does not speak of stays', () => {
  fc.assert(
    fc.property(card, card, modes, scopes, (before, all, mode, scope) => {
      const sheet = all.filter(({ surcharge }) => speaksOf(scope, surcharge));
      const base = new Map(before.map((one) => [one.rateId, one]));
      const next = nextRates(base, sheet, mode, scope);
      const diff = [...diffRates(base, next)];
      const ids = new Set([...base.keys(), ...sheet.map(({ rateId }) => rateId)]);
      expect(diff.map(({ rateId }) => rateId).sort()).toEqual([...ids].sort());
      const silent = before.filter(({ surcharge }) => !speaksOf(scope, surcharge)).map(({ rateId }) => rateId);
      expect(diff.filter(({ rateId, change }) => silent.includes(rateId) && change !== 'unchanged')).toEqual([]);
      if (mode === 'partial') expect(diff.filter(({ change }) => change === 'withdrawn')).toEqual([]);
      expect([...diffRates(base, before)].filter(({ change }) => change !== 'unchanged')).toEqual([]);
      for (const { change, before: was, after } of diff)
        if (change === 'withdrawn') expect([was === null, after]).toEqual([false, null]);
    }),
  );
});

test.each([
  [100n, 150n, '50.00'],
  [100n, 99n, '-1.00'],
  [3n, 4n, '33.33'],
  [100_000n, 100_005n, '0.00'],
  [100_000n, 100_015n, '0.02'],
  [0n, 1n, null],
])('%s to %s is %s %%', (before, after, percent) => {
  expect(percentOf(before, after)).toBe(percent);
});

test('no sell rate below its buy rate is missed, whichever side is the narrow one', () => {
  fc.assert(
    fc.property(card, card, (sells, buys) => {
      const side = (cardId: string, rates: RateRow[]) => ({ cardId, before: null, after: new RateIndex(rates), rates });
      const losses = [...marginLosses(side('sell', sells), side('buy', buys))].filter((loss) => loss !== null);
      const buyIndex = new RateIndex(buys);
      for (const sell of sells.filter(({ surcharge }) => surcharge === null)) {
        const buy = buyIndex.find(sell, sell);
        const expected = buy !== undefined && buy.unit === sell.unit && sell.price < buy.price;
        const found = losses.some(
          ({ sellRateId, buyRateId }) => sellRateId === sell.rateId && buyRateId === buy?.rateId,
        );
        if (expected) expect(found).toBe(true);
      }
      const sellIndex = new RateIndex(sells);
      for (const buy of buys.filter((one) => buyIndex.find(one, one) === one)) {
        const sell = sellIndex.find(buy, buy);
        if (sell !== undefined && sell.unit === buy.unit && sell.price < buy.price)
          expect(losses).toContainEqual(
            expect.objectContaining({
              sellRateId: sell.rateId,
              buyRateId: buy.rateId,
              margin: formatMoney(sell.price - buy.price),
            }),
          );
      }
      expect(new Set(losses.map(({ sellRateId, buyRateId }) => `${sellRateId}|${buyRateId}`)).size).toBe(losses.length);
    }),
  );
});
