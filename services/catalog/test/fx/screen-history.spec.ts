import { CatalogView, OPERATOR } from '@ratestream/catalog';
import { parseEcbHistory } from '@ratestream/fx';
import { screenHistory } from '../../src/fx/screen-history.js';

const now = Date.parse('2026-04-14T09:00:00Z') * 1_000;
const context = {
  view: new CatalogView(),
  settings: { currency: 'EUR', partitions: 6 },
  authority: { scope: OPERATOR, permissions: ['write' as const] },
  now,
};
const screened = (...lines: string[]): { dates: string[]; faults: string[] } => {
  const { days, faults } = screenHistory(parseEcbHistory(['Date,USD,GBP,', ...lines].join('\n')), context);
  return {
    dates: days.map(({ date }) => date),
    faults: faults.map(({ line, column, message }) => `${line} ${column ?? '-'}: ${message}`),
  };
};

test('a day that the catalog would refuse is left out by itself and named by its line, among the faults of the file', () => {
  expect(
    screened(
      '2026-04-16,1.17,0.87,',
      '2026-04-14,1.17,0.87,',
      '2026-04-13,abc,0.87,',
      '1969-12-31,1.17,0.87,',
      '2026-04-10,1.17,0.87,',
    ),
  ).toEqual({
    dates: ['2026-04-10', '2026-04-14'],
    faults: ['2 Date: lies more than a day ahead', '4 USD: "abc" is not a rate', '5 Date: lies before 1970'],
  });
});

test('of many events too, each day for itself', () => {
  const lines = Array.from(
    { length: 700 },
    (_, n) => `${new Date(n * 86_400_000).toISOString().slice(0, 10)},1.1,0.9,`,
  );
  lines[600] = '2026-05-01,1.1,0.9,';
  lines[601] = '2026-05-02,1.1,0.9,';
  const { dates, faults } = screened(...lines);
  expect(dates).toHaveLength(698);
  expect(faults).toEqual(['602 Date: lies more than a day ahead', '603 Date: lies more than a day ahead']);
});
