import type { Installation } from '../src/installation.js';
import { LagWatch } from '../src/lag-watch.js';
import type { Standing } from '../src/lag.js';

/** A watch that never samples by itself: its stores are away. */
function watchWith(samples: readonly [at: number, rating: number][]): LagWatch {
  const watch = new LagWatch({ kafka: { admin: () => { throw new Error('away'); } } } as unknown as Installation, 1); // prettier-ignore
  void watch.stop();
  watch.samples.push(
    ...samples.map(([at, rating]): Standing => ({
      at,
      lag: { ingest: 0, rating, balance: 0, analytics: 0 },
      signature: '',
    })),
  );
  return watch;
}

test('recovered: the first sample after the last one that was behind', () => {
  const watch = watchWith([[0, 10], [1_500, 5_000], [3_000, 800], [4_000, 9_000], [6_000, 900], [7_000, 20]]); // prettier-ignore
  expect(watch.recoverySec(1_000, 10_000)).toBe(5);
});

test('never behind: the first sample tells it', () => {
  expect(watchWith([[0, 0], [1_500, 200]]).recoverySec(1_000, 10_000)).toBe(0.5); // prettier-ignore
});

test('behind until the next fault: not recovered before it', () => {
  expect(watchWith([[0, 0], [1_500, 5_000], [2_500, 4_000]]).recoverySec(1_000, 3_000)).toBeNull(); // prettier-ignore
});
