import { StallWatch, type Watched } from '../src/stall-watch.js';

const task = (over: Partial<Watched> = {}): Watched => ({
  partition: 0,
  state: 'running',
  commits: 1,
  behind: true,
  ...over,
});

/** Seconds until the watch gives up on a task that stays like this; null when it never does. */
function givesUpAfter(state: Partial<Watched>, clusterAnswers = true): number | null {
  const watch = new StallWatch(30_000, 5000);
  for (let second = 0; second <= 200; second++) {
    if (watch.check([task(state)], 1000, clusterAnswers) !== null) return second;
  }
  return null;
}

test.each([
  ['input and no commit', {}, true, 30],
  ['restarting again and again, nothing known of its input', { state: 'restarting', behind: null }, true, 30],
  ['fencing that never ends', { state: 'fencing', behind: null }, true, 30],
  ['nothing to do', { behind: false }, true, null],
  ['rebuilding its state', { state: 'starting', behind: null }, true, null],
  ['waiting for the catalog', { state: 'waiting' }, true, null],
  ['the cluster does not answer', {}, false, null],
] as const)('%s: gives up after %s s', (_name, state, answers, seconds) => {
  expect(givesUpAfter(state, answers)).toBe(seconds);
});

test('a commit begins the count anew', () => {
  const watch = new StallWatch(3000, 5000);
  const ticks = [1, 1, 1, 2, 2, 2, 2].map((commits) => watch.check([task({ commits })], 1000, true));
  expect(ticks.map((t) => t?.partition ?? null)).toEqual([null, null, null, null, null, null, 0]);
});

test('time in which this process itself stood still counts little', () => {
  const watch = new StallWatch(30_000, 5000);
  watch.check([task()], 1000, true);
  expect(watch.check([task()], 3_600_000, true)).toBeNull();
});

test('a task that was given away takes its count along', () => {
  const watch = new StallWatch(3000, 5000);
  watch.check([task()], 1000, true);
  watch.check([task()], 2000, true);
  watch.check([], 1000, true);
  expect(watch.check([task()], 2000, true)).toBeNull();
});
