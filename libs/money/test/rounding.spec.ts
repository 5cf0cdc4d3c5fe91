import { formatMoney, parseMoney, roundTo, type RoundingMode } from '../src/index.js';

test.each([
  //  amount, places, half_up, half_even, up, down
  ['1.005', 2, '1.01', '1', '1.01', '1'],
  ['1.015', 2, '1.02', '1.02', '1.02', '1.01'],
  ['1.0149', 2, '1.01', '1.01', '1.02', '1.01'],
  ['1.000000001', 2, '1', '1', '1.01', '1'],
  ['-1.005', 2, '-1.01', '-1', '-1.01', '-1'],
  ['0.5', 0, '1', '0', '1', '0'],
  ['1.25', 2, '1.25', '1.25', '1.25', '1.25'],
] as const)('%s to %i places', (amount, places, ...expected) => {
  const modes: RoundingMode[] = ['half_up', 'half_even', 'up', 'down'];
  expect(modes.map((mode) => formatMoney(roundTo(parseMoney(amount), 1n, { mode, places })))).toEqual(expected);
});

test('a fraction is rounded once, whatever the sign of its denominator', () => {
  expect(roundTo(200_000_000n, 3n, { mode: 'half_even', places: 9 })).toBe(66_666_667n);
  expect(roundTo(-200_000_000n, -3n, { mode: 'down', places: 2 })).toBe(60_000_000n);
  // 0.0449999995 is below the half, although nine places would make it 0.045.
  expect(roundTo(89_999_999n, 2n, { mode: 'half_up', places: 2 })).toBe(40_000_000n);
});

test('places that no amount has are our bug', () => {
  expect(() => roundTo(1n, 1n, { mode: 'down', places: 10 })).toThrow(RangeError);
  expect(() => roundTo(1n, 0n, { mode: 'down', places: 2 })).toThrow(RangeError);
});
