import { RATE_SHEET } from '../src/upload/upload.js';

test('an upload names at most a hundred surcharges, in however many rows; what is one more is refused by its line', () => {
  const sheet = RATE_SHEET.sheet();
  const row = (country: string, surcharge: string): Record<string, string> => ({ country, surcharge, price: '0.01' });
  for (let n = 0; n < 101; n++) sheet.add(n + 1, row('GB', `fee-${n}`));
  sheet.add(102, row('FR', 'fee-0'));
  sheet.add(103, { country: 'FR', price: '0.05' });
  expect(sheet.rows).toHaveLength(102);
  expect(sheet.refused).toMatchObject([{ line: 101, faults: [{ field: 'surcharge', code: 'too_many_surcharges' }] }]);
});

test('an upload names at most fifty priorities; what is one more is refused by its line', () => {
  const sheet = RATE_SHEET.sheet();
  for (let n = 0; n < 51; n++) sheet.add(n + 1, { prefix: String(4400 + n), priority: String(n), price: '0.01' });
  sheet.add(52, { country: 'FR', priority: '49', price: '0.05' });
  expect(sheet.rows).toHaveLength(51);
  expect(sheet.refused).toMatchObject([{ line: 51, faults: [{ field: 'priority', code: 'too_many_priorities' }] }]);
});
