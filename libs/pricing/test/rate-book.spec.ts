import fc from 'fast-check';
import type { RateCardVersion } from '@ratestream/catalog';
import { RateBook, type MatchQuery } from '../src/index.js';
import { NOON, rate } from './world.js';

const QUERY: MatchQuery = {
  country: 'GB',
  mcc: null,
  mnc: null,
  digits: '44770090',
  originCountry: null,
  routeGrade: null,
  trafficClass: 'otp',
  senderType: null,
};
const CARD = { id: 'c', precedence: null };

const version = (number: number, effectiveFrom: number, knownAt = 0): RateCardVersion => ({
  cardId: 'c',
  version: number,
  effectiveFrom,
  knownAt,
  supersedes: null,
  withdrawnAt: null,
  rows: 1,
  chunks: 1,
  sha256: '',
});

function versionAt(book: RateBook, at: number, knownAt?: number): string | number {
  const found = book.find(CARD, at, QUERY, knownAt);
  return typeof found === 'string' ? found : found.version;
}

test('of versions in force the latest counts, of equal instants the highest; a withdrawn one never', () => {
  const book = new RateBook();
  for (const [number, from] of [[1, NOON], [2, NOON + 10], [3, NOON + 10]] as const) book.addVersion(version(number, from), [rate('1')]); // prettier-ignore
  const at = (instant: number) => versionAt(book, instant);
  expect([at(NOON - 1), at(NOON), at(NOON + 9), at(NOON + 10)]).toEqual(['no_version', 1, 1, 3]);
  book.withdrawVersion('c', 3, NOON + 100);
  expect(at(NOON + 10)).toBe(2);
});

test('a version counts from the microsecond it was known, and no longer from that of its withdrawal', () => {
  const book = new RateBook();
  book.addVersion(version(1, NOON, 100), [rate('1')]);
  book.addVersion(version(2, NOON, 200), [rate('2')]);
  book.withdrawVersion('c', 2, 300);
  expect([99, 100, 199, 200, 299, 300, Infinity].map((knownAt) => versionAt(book, NOON, knownAt))).toEqual([
    'no_version', 1, 1, 2, 2, 1, 1,
  ]); // prettier-ignore
});

test('a backdated correction is what counts as corrected, and not as known before', () => {
  const book = new RateBook();
  book.addVersion(version(1, NOON, 0), [rate('1')]);
  book.addVersion(version(2, NOON + 5, NOON + 1_000), [rate('2')]);
  expect([versionAt(book, NOON + 5, NOON + 999), versionAt(book, NOON + 5), versionAt(book, NOON + 4)]).toEqual([1, 2, 1]);
}); // prettier-ignore

test('the book answers what looking at every version answers, by both times', () => {
  const time = fc.integer({ min: 0, max: 12 });
  const drawn = fc.record({
    from: time,
    knownAt: time,
    withdrawnAt: fc.option(time, { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 8 }), time, fc.oneof(time, fc.constant(Infinity)), (all, at, knownAt) => {
      const book = new RateBook();
      all.forEach(({ from, knownAt: known }, i) => book.addVersion(version(i + 1, from, known), [rate('1')]));
      all.forEach(({ withdrawnAt }, i) => {
        if (withdrawnAt !== null) book.withdrawVersion('c', i + 1, withdrawnAt);
      });
      const usable = all
        .map((one, i) => ({ ...one, number: i + 1 }))
        .filter((one) => one.knownAt <= knownAt && (one.withdrawnAt === null || one.withdrawnAt > knownAt))
        .filter(({ from }) => from <= at)
        .sort((a, b) => b.from - a.from || b.number - a.number);
      expect(versionAt(book, at, knownAt)).toBe(usable[0]?.number ?? 'no_version');
    }),
    { numRuns: 2_000 },
  );
});
