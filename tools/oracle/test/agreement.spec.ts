import { compare, explainDifference, Oracle, RatedFold } from '../src/index.js';
import { PricingUnderTest } from './pricing-under-test.js';
import { Dice, disturb, randomCatalog, randomLife } from './random-case.js';

const CATALOGS = 1_000;
const MESSAGES_PER_CATALOG = 110;
const SEED = Number(process.env['ORACLE_SEED'] ?? 1);

/** One catalog with its messages; answers every disagreement, explained. */
function disagreements(seed: number): string[] {
  const dice = new Dice(seed);
  const catalog = randomCatalog(dice);
  const pricing = new PricingUnderTest(catalog);
  const oracle = new Oracle();
  const fold = new RatedFold();
  for (let number = 0; number < MESSAGES_PER_CATALOG; number++) {
    const life = disturb(dice, randomLife(dice, number));
    // Once a deadline has passed it stays passed: what is opened after it times out at once.
    const timeOutFrom = dice.chance(0.15) ? dice.int(0, life.length - 1) : life.length;
    for (const [index, usage] of life.entries()) {
      oracle.add(usage);
      for (const event of pricing.feed(usage)) fold.add(event);
      if (index < timeOutFrom) continue;
      for (const { messageId, identity } of life)
        for (const event of pricing.timeOut(messageId, identity.part)) fold.add(event);
    }
  }
  const result = oracle.judge(catalog, fold.timedOut());
  const found = compare(result, fold).map((difference) => `seed ${seed} ${explainDifference(difference, oracle)}`);
  if (fold.repeated > 0) found.push(`seed ${seed}: ${fold.repeated} ratedIds came twice`);
  return found;
}

test(`the fast path and the oracle agree on ${CATALOGS * MESSAGES_PER_CATALOG} random messages in any order`, () => {
  const found: string[] = [];
  for (let i = 0; i < CATALOGS && found.length < 20; i++) found.push(...disagreements(SEED * 1_000_000 + i));
  expect(found.slice(0, 5).join('\n\n')).toBe('');
}, 300_000);
