import fc from 'fast-check';
import { versionInForce, versionsAsKnown, type RateCardVersion } from '../src/index.js';
import { fxRates } from './commands.js';
import { NOW, TestCatalog } from './given.js';

const version = (number: number, times: Partial<RateCardVersion>): RateCardVersion => ({
  cardId: 'card',
  version: number,
  effectiveFrom: 0,
  knownAt: 0,
  supersedes: null,
  withdrawnAt: null,
  rows: 1,
  chunks: 1,
  sha256: '',
  ...times,
});

/** A notice for 100, superseded by one for 200 before it counted, which is published again at 250. */
const NOTICES = [
  version(1, { effectiveFrom: 0, knownAt: 10 }),
  version(2, { effectiveFrom: 100, knownAt: 20, withdrawnAt: 30 }),
  version(3, { effectiveFrom: 200, knownAt: 30 }),
  version(4, { effectiveFrom: 200, knownAt: 250 }),
];

test.each([
  [99, 1_000, 1],
  [100, 29, 2],
  [100, 30, 1],
  [199, 1_000, 1],
  [200, 29, 2],
  [200, 30, 3],
  [200, 249, 3],
  [200, 250, 4],
  [199, 19, 1],
  [1_000, 9, null],
  [-1, 1_000, null],
])('billed at %d, as known at %d', (asOf, knownAt, expected) => {
  expect(versionInForce(NOTICES, { asOf, knownAt })?.version ?? null).toBe(expected);
});

test('what was known: later publications are not there, later withdrawals have not happened', () => {
  const known = (at: number): unknown => versionsAsKnown(NOTICES, at).map((one) => [one.version, one.withdrawnAt]);
  expect(known(29)).toEqual([
    [1, null],
    [2, null],
  ]);
  expect(known(30)).toEqual([
    [1, null],
    [2, 30],
    [3, null],
  ]);
});

test('it is always a usable one, and no usable one is better', () => {
  const instant = fc.nat(5);
  const some = fc.array(fc.tuple(instant, instant, fc.option(instant)), { maxLength: 8 });
  fc.assert(
    fc.property(some, instant, instant, (times, asOf, knownAt) => {
      const all = times.map(([effectiveFrom, known, withdrawnAt], index) =>
        version(index + 1, { effectiveFrom, knownAt: known, withdrawnAt }),
      );
      const usable = all.filter(
        (one) =>
          one.effectiveFrom <= asOf &&
          one.knownAt <= knownAt &&
          (one.withdrawnAt === null || one.withdrawnAt > knownAt),
      );
      const found = versionInForce(all, { asOf, knownAt });
      expect(found === null).toBe(usable.length === 0);
      for (const one of usable)
        expect([one.effectiveFrom, one.version] <= [found?.effectiveFrom ?? -1, found?.version ?? -1]).toBe(true);
    }),
  );
});

test('a view hands each publication of exchange rates over once, and knows what was said last', () => {
  const day = { date: '2026-04-30', publishedAt: NOW, rates: { USD: '1.1' } };
  const catalog = new TestCatalog().given(fxRates('ecb', [day]));
  expect(catalog.view.fxDigests.baseOf('ecb')).toBe('EUR');
  expect(catalog.view.fxDigests.has('ecb', { rates: { USD: '1.1' }, publishedAt: NOW, date: '2026-04-30' })).toBe(true);
  expect(catalog.view.fxDigests.has('ecb', { ...day, rates: { USD: '1.10' } })).toBe(false);
  expect(catalog.view.fxDigests.has('other', day)).toBe(false);
});
