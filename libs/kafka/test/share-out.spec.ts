import fc from 'fast-check';
import { shareOut, type Claim } from '../src/share-out.js';

const claim = (memberId: string, owned: number[] = [], generation = -1): Claim => ({ memberId, owned, generation });
const shares = (count: number, ...claims: Claim[]) => Object.fromEntries(shareOut(count, claims));

test('a first member gets everything', () => {
  expect(shares(6, claim('a'))).toEqual({ a: [0, 1, 2, 3, 4, 5] });
});

test('a new member gets half, and who was there keeps the rest', () => {
  expect(shares(6, claim('a', [0, 1, 2, 3, 4, 5], 1), claim('b'))).toEqual({ a: [0, 1, 2], b: [3, 4, 5] });
});

test('what a lost member had goes to the others; theirs stay', () => {
  expect(shares(6, claim('a', [0, 1], 2), claim('c', [4, 5], 2))).toEqual({ a: [0, 1, 2], c: [3, 4, 5] });
});

test('of two claims to one number the younger generation has it', () => {
  expect(shares(4, claim('zombie', [0, 1], 3), claim('owner', [0, 1], 4))).toEqual({ owner: [0, 1], zombie: [2, 3] });
});

test('claims to numbers that do not exist are nothing', () => {
  expect(shares(2, claim('a', [7, -1, 1], 1))).toEqual({ a: [0, 1] });
});

test('more members than numbers: some have none', () => {
  expect(Object.values(shares(1, claim('a'), claim('b', [0], 1))).flat()).toEqual([0]);
});

test('always: every number once, shares differ by at most one, the same input the same answer, a second round changes nothing', () => {
  const claims = fc.uniqueArray(
    fc.record({
      memberId: fc.string({ minLength: 1, maxLength: 4 }),
      owned: fc.array(fc.nat(20)),
      generation: fc.integer({ min: -1, max: 5 }),
    }),
    { selector: (c) => c.memberId, minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(fc.nat(20), claims, (count, members) => {
      const first = shareOut(count, members);
      const all = [...first.values()].flat().sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: count }, (_, i) => i));
      const sizes = [...first.values()].map((s) => s.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(shareOut(count, [...members].reverse())).toEqual(first);
      const settled = members.map((m) => ({ ...m, owned: first.get(m.memberId)!, generation: 9 }));
      expect(shareOut(count, settled)).toEqual(first);
    }),
  );
});
