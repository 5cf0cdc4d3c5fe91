import { Random, Zipf } from '../src/index.js';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 50 }, () => random.uint32());
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('a fork is its own: drawing from one leaves another as it was', () => {
  const one = new Random(1);
  one.fork('a').next();
  expect(one.fork('b').next()).toBe(new Random(1).fork('b').next());
});

test('numbers fill their range evenly', () => {
  const random = new Random(3);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 20_000; i++) counts[random.int(0, 9)]! += 1;
  for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(250);
});

test('Zipf: the first is drawn about twice as often as the second', () => {
  const random = new Random(5);
  const zipf = new Zipf(100);
  const counts = new Map<number, number>();
  for (let i = 0; i < 30_000; i++) {
    const drawn = zipf.draw(random);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  const ratio = (counts.get(0) ?? 0) / (counts.get(1) ?? 1);
  expect(ratio).toBeGreaterThan(1.8);
  expect(ratio).toBeLessThan(2.2);
  expect(Math.max(...counts.keys())).toBeLessThan(100);
});
