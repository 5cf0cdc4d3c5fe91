import { compare, explainDifference, Oracle, RatedFold } from '../src/index.js';
import { CASES, SEED } from './cases.js';
import { Dice } from './dice.js';
import { PricingUnderTest } from './pricing-under-test.js';
import { randomCatalog } from './random-catalog.js';
import { disturb, randomLife } from './random-life.js';
import { randomScene } from './scene.js';

const MESSAGES_PER_CATALOG = 60;

/** One catalog with its messages; answers every disagreement, explained, and how many usages there were. */
function disagreements(seed: number): { found: string[]; usages: number } {
  const dice = new Dice(seed);
  const scene = randomScene(dice);
  const catalog = randomCatalog(dice, scene);
  const pricing = new PricingUnderTest(catalog, dice.chance(0.3));
  const oracle = new Oracle();
  const fold = new RatedFold();
  let usages = 0;
  for (let number = 0; number < MESSAGES_PER_CATALOG; number++) {
    const life = disturb(dice, randomLife(dice, scene, number));
    // Once a deadline has passed it stays passed: what is opened after it times out at once.
    const timeOutFrom = dice.chance(0.15) ? dice.int(0, life.length - 1) : life.length;
    let moment = 0;
    for (const [index, usage] of life.entries()) {
      const moves = moment < scene.ratedAt.length - 1 && dice.chance(0.3);
      const ratedAt = scene.ratedAt[moves ? ++moment : moment] ?? 0;
      for (const { messageId, identity } of moves ? life.slice(0, index) : []) {
        oracle.retry(messageId, ratedAt);
        for (const event of pricing.retry(messageId, identity.part, ratedAt)) fold.add(event);
      }
      oracle.add(usage, ratedAt);
      usages++;
      for (const event of pricing.feed(usage, ratedAt)) fold.add(event);
      if (index < timeOutFrom) continue;
      for (const { messageId, identity } of life)
        for (const event of pricing.timeOut(messageId, identity.part)) fold.add(event);
    }
  }
  const result = oracle.judge(catalog, fold.timedOut());
  const found = compare(result, fold).map((difference) => `seed ${seed} ${explainDifference(difference, oracle)}`);
  if (fold.repeated > 0) found.push(`seed ${seed}: ${fold.repeated} ratedIds came twice`);
  return { found, usages };
}

test(`the fast path and the oracle agree on ${CASES} random usages over random catalogs`, () => {
  const found: string[] = [];
  for (let seed = SEED * 1_000_000, usages = 0; usages < CASES && found.length < 20; seed++) {
    const catalog = disagreements(seed);
    usages += catalog.usages;
    found.push(...catalog.found);
  }
  expect(found.slice(0, 5).join('\n\n')).toBe('');
}, 36_000_000);
