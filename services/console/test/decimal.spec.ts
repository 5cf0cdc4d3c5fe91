import { formatAmount, formatChange, formatExact, formatShare, parseDecimal, signOf } from '../src/web/decimal.js';

test.each([
  ['1234567.125', 2, '1,234,567.12'], // half to even
  ['1234567.135', 2, '1,234,567.14'],
  ['1234567.1251', 2, '1,234,567.13'],
  ['999.999', 2, '1,000.00'],
  ['-0.005', 2, '0.00'],
  ['-1204.901', 4, '−1,204.9010'],
  ['0', 0, '0'],
  ['90071992547409931234567890.1', 2, '90,071,992,547,409,931,234,567,890.10'], // no float holds this
  ['n/a', 2, 'n/a'],
])('%s to %d places is %s', (text, places, expected) => {
  expect(formatAmount(text, places)).toBe(expected);
});

test.each([
  ['0.0045', '0.0045'],
  ['3', '3.00'],
  ['12.500000000', '12.50'],
  ['-0.000000001', '−0.000000001'],
])('%s in full is %s', (text, expected) => {
  expect(formatExact(text)).toBe(expected);
});

test.each([
  ['10', '10.00', 4, null],
  ['10', '9.9955', 4, '−0.0045'],
  ['10', '9.99996', 4, null],
  ['0.1', '0.3', 2, '+0.20'],
])('from %s to %s with %d places is %s', (before, now, places, expected) => {
  expect(formatChange(before, now, places)).toBe(expected);
});

test.each([
  ['6336.21415', '38214.11825', '16.6 %'],
  ['-1', '3', '−33.3 %'],
  ['1', '0', '—'],
])('%s of %s is %s', (part, whole, expected) => {
  expect(formatShare(part, whole)).toBe(expected);
});

test('what is no decimal is no number', () => {
  for (const text of ['', '1e3', '.5', '1.', '0x10', 'NaN']) expect(parseDecimal(text)).toBeNull();
  expect([signOf('-0.1'), signOf('0.000'), signOf('2')]).toEqual([-1, 0, 1]);
});
