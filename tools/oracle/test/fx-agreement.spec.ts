import { FxBook } from '@ratestream/fx';
import { convert, emptyCatalog, exchangeFor, expectedFx, fromNano, fxOf } from '../src/index.js';
import type { ExchangeQuestion } from '../src/index.js';
import { CASES, SEED } from './cases.js';
import { Dice } from './dice.js';
import { randomFxRates, randomFxTerms } from './random-fx.js';
import { CURRENCIES, DAY, randomScene, ZONES } from './scene.js';
import type { Scene } from './scene.js';

const QUESTIONS_PER_CASE = 40;

function randomQuestion(dice: Dice, scene: Scene): ExchangeQuestion {
  const [from = '', to = ''] = dice.shuffle(CURRENCIES);
  return {
    from,
    to,
    terms: randomFxTerms(dice),
    billingTime: scene.anchor + dice.pick([-DAY, -1, 0, 1, DAY]) + dice.pick([-1, 0, 0, 1]),
    timeZone: dice.pick(ZONES),
    knownAt: dice.pick(scene.ratedAt) + dice.pick([-1, 0, 0, 1]),
  };
}

/** One history of publications with its questions; answers every disagreement, explained. */
function disagreements(seed: number): string[] {
  const dice = new Dice(seed);
  const scene = randomScene(dice);
  const catalog = { ...emptyCatalog(), fxRates: randomFxRates(dice, scene) };
  const book = new FxBook();
  for (const rates of catalog.fxRates) book.publish(rates);
  const found: string[] = [];
  for (let i = 0; i < QUESTIONS_PER_CASE; i++) {
    const question = randomQuestion(dice, scene);
    const amount = BigInt(dice.int(0, 999_999_999)) * dice.pick([1n, 1_000_000n]);
    const { from, to, terms, billingTime, timeZone, knownAt } = question;
    const actual = book.convert({ from, to, terms, at: billingTime, timeZone, knownAt });
    const expected = exchangeFor(question, catalog);
    const must = `${expectedFx(expected?.evidence ?? null)} → ${expected === null ? 'no rate' : convert(fromNano(amount), expected).toFixed()}`;
    const is = `${fxOf(actual?.fx ?? null, expected?.evidence ?? null)} → ${actual === null ? 'no rate' : fromNano(actual.apply(amount)).toFixed()}`;
    if (is !== must)
      found.push(
        [
          `seed ${seed}: ${fromNano(amount).toFixed()} of ${JSON.stringify(question)}`,
          `  must be ${must}`,
          `  is      ${is}`,
        ].join('\n') + catalog.fxRates.map((rates) => `\n  ${JSON.stringify(rates)}`).join(''),
      );
  }
  return found;
}

test('the exchange rates of libs/fx and those of the oracle are the same, by every rule and both times', () => {
  const found: string[] = [];
  const cases = Math.ceil(CASES / QUESTIONS_PER_CASE);
  for (let i = 0; i < cases && found.length < 20; i++) found.push(...disagreements(SEED * 1_000_000 + i));
  expect(found.slice(0, 3).join('\n\n')).toBe('');
}, 600_000);
