import { median, percentile } from '../src/timing.js';
import { throughput } from '../src/pipeline/progress.js';
import { table } from '../src/index.js';

test('a table says value, baseline, ratio and whether the goal is met', () => {
  const text = table([
    {
      id: 'rating',
      value: 41_200,
      unit: 'usage events/s',
      baseline: 52_000,
      ratio: 0.792,
      goal: '≥ 0.7 of it',
      met: true,
      note: '',
    },
    { id: 'codec', value: 5.25, unit: 'µs', baseline: null, ratio: null, goal: '≤ 6 µs', met: true, note: '' },
  ]);
  const [, , rating, codec] = text.split('\n');
  expect(rating).toContain('| 41 200 | usage events/s | 52 000   | 0.79  |');
  expect(codec).toContain('| 5.25   |');
  expect(new Set(text.split('\n').map((line) => line.length)).size).toBe(1);
});

test.each([
  ['below', 0.3, 1],
  ['at the middle', 0.5, 2],
  ['at the end', 1, 3],
])('percentile %s', (_name, share, expected) => expect(percentile([3, 1, 2], share)).toBe(expected));

test('of nothing the median is 0', () => expect(median([])).toBe(0));

test('throughput leaves out the first and the last tenth', async () => {
  const startedAt = performance.now();
  // Slow at both ends, 1 000 records a second between.
  const position = (): Promise<number> => {
    const elapsed = performance.now() - startedAt;
    return Promise.resolve(elapsed < 300 ? elapsed / 3 : Math.min(1_000, 100 + (elapsed - 300)));
  };
  const rate = await throughput(position, 1_000);
  expect(rate).toBeGreaterThan(900);
  expect(rate).toBeLessThan(1_100);
});
