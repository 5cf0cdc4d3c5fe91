import { DEFAULT_FX } from '@ratestream/catalog';
import { FxBook, parseEcbHistory } from '../src/index.js';
import { FOREVER, ecbFile, micros } from './support.js';

const HEAD = 'Date,USD,JPY,BGN,';

test('a day is published at four in the afternoon in Frankfurt, in summer and in winter', () => {
  const { days, faults } = parseEcbHistory(`${HEAD}\n2026-04-13,1.1684,186.75,N/A,\n2026-01-05,1.1664,183.5,1.9558,\n`);
  expect(faults).toEqual([]);
  expect(days).toEqual([
    {
      date: '2026-01-05',
      publishedAt: micros('2026-01-05T15:00:00Z'),
      rates: { USD: '1.1664', JPY: '183.5', BGN: '1.9558' },
    },
    { date: '2026-04-13', publishedAt: micros('2026-04-13T14:00:00Z'), rates: { USD: '1.1684', JPY: '186.75' } },
  ]);
});

test('the daily file, with spaces and a written month, is read too', () => {
  const { days, faults } = parseEcbHistory('Date, USD, JPY, \r\n13 April 2026, 1.1684, 186.75, \r\n');
  expect(faults).toEqual([]);
  expect(days).toMatchObject([{ date: '2026-04-13', rates: { USD: '1.1684', JPY: '186.75' } }]);
});

test('lines with faults are left out whole and named, with every fault', () => {
  const text = [
    HEAD,
    '2026-04-13,1.1684,186.75,N/A,',
    '2026-02-30,1.1684,186.75,N/A,',
    '2026-04-10,"1,17",186.75,N/A,',
    '2026-04-09,1.17,0,-1,',
    '2026-04-08,1.17,186.75,',
    '2026-04-07,1e3,0.0000,N/A,',
    '2026-04-02,N/A,N/A,N/A,',
    '2026-04-13,1.2,186.75,N/A,',
    '',
    '2026-04-01,1.1,1234567890.1234567891,N/A,',
  ].join('\n');
  const { days, faults } = parseEcbHistory(text);
  expect(days.map((day) => day.date)).toEqual(['2026-04-13']);
  expect(faults.map(({ line, column, message }) => `${line} ${column ?? '-'}: ${message}`)).toEqual([
    '3 Date: "2026-02-30" is not a date',
    '4 -: 4 figures for 3 currencies',
    '4 USD: ""1" is not a rate',
    '4 JPY: "17"" is not a rate',
    '5 JPY: "0" is not a rate',
    '5 BGN: "-1" is not a rate',
    '6 -: 2 figures for 3 currencies',
    '7 USD: "1e3" is not a rate',
    '7 JPY: "0.0000" is not a rate',
    '8 -: no currency has a rate',
    '9 Date: 2026-04-13 is in the file twice',
    '11 JPY: "1234567890.1234567891" is not a rate',
  ]);
});

test.each([
  ['', 'must begin with Date'],
  ['<html>not found</html>', 'must begin with Date'],
  ['Date,USD,usd,', '"usd" is not a currency'],
  ['Date,USD,JPY,USD,', 'USD is in the header twice'],
  ['Date,EUR,USD,', 'EUR has no column'],
  ['Date', 'no currency is named'],
])('a header of %j leaves nothing and says why', (header, message) => {
  const { days, faults } = parseEcbHistory(`${header}\n2026-04-13,1,2,3,`);
  expect(days).toEqual([]);
  expect(faults).toEqual(
    expect.arrayContaining([expect.objectContaining({ line: 1, message: expect.stringContaining(message) as string })]),
  );
});

describe('the real history', () => {
  const text = ecbFile();
  const real = text === null ? undefined : parseEcbHistory(text);
  const book = new FxBook();
  if (real !== undefined) book.publish({ source: 'ecb', base: 'EUR', days: real.days, knownAt: 0 });
  const convert = (from: string, to: string, at: string) =>
    book.convert({ from, to, terms: DEFAULT_FX, at: micros(at), timeZone: 'UTC', knownAt: FOREVER })?.fx ?? null;
  const found = (): boolean => {
    if (real === undefined)
      console.log('skipped: no ../shared/data/fx/eurofxref-hist.csv here, and RATESTREAM_DATA names no other place');
    return real !== undefined;
  };

  test('every line is a day', () => {
    if (!found()) return;
    expect(real?.faults).toEqual([]);
    expect(real?.days).toHaveLength((text ?? '').trim().split('\n').length - 1);
    expect(real?.days[0]?.date).toBe('1999-01-04');
  });

  test.each([
    ['USD', 'GBP', '2026-04-13T14:00:00Z', '2026-04-13', '0.745104416296'],
    ['USD', 'GBP', '2026-04-13T13:59:59Z', '2026-04-10', '0.743787891726'],
    ['EUR', 'USD', '2026-04-05T12:00:00Z', '2026-04-02', null], // Easter Sunday
    ['USD', 'EUR', '2025-12-26T12:00:00Z', '2025-12-24', null], // Saint Stephen
    ['GBP', 'USD', '2026-01-01T12:00:00Z', '2025-12-31', null],
    ['DKK', 'EUR', '1999-01-05T00:00:00Z', '1999-01-04', null],
  ])('%s → %s at %s is of %s', (from, to, at, date, rate) => {
    if (!found()) return;
    const fx = convert(from, to, at);
    expect(fx?.rateDate).toBe(date);
    if (rate !== null) expect(fx?.rate).toBe(rate);
  });

  test.each([
    ['HRK', '2022-12-30T15:30:00Z', '2023-01-02T15:30:00Z'],
    ['LTL', '2014-12-31T15:30:00Z', '2015-01-02T15:30:00Z'],
    ['RUB', '2022-03-01T15:30:00Z', '2022-03-02T15:30:00Z'],
  ])('%s had a rate at %s and has none at %s', (currency, before, after) => {
    if (!found()) return;
    expect(convert(currency, 'EUR', before)).not.toBeNull();
    expect(convert(currency, 'EUR', after)).toBeNull();
  });

  test('no gap between days is longer than five days', () => {
    if (!found()) return;
    const dates = real?.days.map((day) => Date.parse(day.date)) ?? [];
    const gaps = dates.slice(1).map((date, index) => (date - (dates[index] as number)) / 86_400_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5);
  });
});

test('a currency that does not exist is left out and named once; each day knows its line', () => {
  const text = 'Date,USD,XYZ,\n2026-04-13,1.1684,7,\n2026-04-10,1.17,8,\n';
  const { days, faults, lines } = parseEcbHistory(text);
  expect(faults).toEqual([{ line: 1, column: 'XYZ', message: '"XYZ" is no currency of ISO 4217' }]);
  expect(days.map(({ rates }) => rates)).toEqual([{ USD: '1.17' }, { USD: '1.1684' }]);
  expect([...lines]).toEqual([
    ['2026-04-13', 2],
    ['2026-04-10', 3],
  ]);
});

test.each([
  ['lines', '\n'.repeat(5_000_000), 26_002, '26000 lines'],
  ['faults', '2026-04-13,a,b,c,\n'.repeat(500_000), 3_337, '10000 faults'],
])('a file with too many %s is read as far as that and no further', (_, rest, line, what) => {
  const { days, faults } = parseEcbHistory(`${HEAD}\n2026-04-14,1.1,160,N/A,\n${rest}`);
  expect(days).toMatchObject([{ date: '2026-04-14' }]);
  expect(faults.length).toBeLessThan(10_010);
  const message = `and what comes after it is left out: the file has more than ${what}`;
  expect(faults.at(-1)).toEqual({ line, column: null, message });
});
