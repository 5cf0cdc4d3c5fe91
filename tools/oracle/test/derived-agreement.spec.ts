import type { Derivation, Markup } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { deriveRates, NetworkList } from '@ratestream/rate-sheets';
import { derivedPrice, Exact, fromNano } from '../src/index.js';
import { CASES, SEED } from './cases.js';
import { Dice } from './dice.js';
import { randomFxTerms } from './random-fx.js';
import { randomRates } from './random-rates.js';
import { COUNTRIES, MNCS, randomScene } from './scene.js';

/** Networks of the random world: 338 is in two countries, and one of its MNCs in only one of them. */
const NETWORKS = [
  ...COUNTRIES.slice(0, 2).flatMap(({ country, mccs }) =>
    mccs.flatMap((mcc) => MNCS.map((mnc) => ({ countries: [country], mcc, mnc, names: [] }))),
  ),
  { countries: ['AG'], mcc: '338', mnc: '01', names: [] },
  { countries: ['AG', 'LC'], mcc: '338', mnc: '010', names: [] },
  { countries: ['LC', 'AG'], mcc: '338', mnc: '050', names: [] },
];

/** Where a row's destination lies, told from the list above by looking at all of it. */
function countriesOf({ country, mcc, mnc, prefix }: RateRow): string[] {
  if (country !== null) return [country];
  if (prefix !== null) return COUNTRIES.filter(({ code }) => prefix.startsWith(code)).map((one) => one.country);
  const networks = NETWORKS.filter((network) => network.mcc === mcc && (mnc === null || network.mnc === mnc));
  return [...new Set(networks.flatMap(({ countries }) => countries))];
}

function randomMarkup(dice: Dice): Markup {
  const [floor, ceiling] = [dice.int(0, 9_999), dice.int(10_000, 99_999_999)].map((nano) =>
    fromNano(BigInt(nano) * 1_000n),
  );
  return {
    percent: dice.pick(['0', '12.5', '33.333333', '-7', '-100', '250']),
    fixed: dice.pick(['0', '0.001', '0.000000001', '-0.002']),
    floor: dice.chance(0.5) ? (floor?.toFixed() ?? null) : null,
    ceiling: dice.chance(0.5) ? (ceiling?.toFixed() ?? null) : null,
  };
}

function randomDerivation(dice: Dice): Derivation {
  const groups = Array.from({ length: dice.int(0, 3) }, (_, number) => ({
    name: `group ${number}`,
    countries: dice.shuffle(COUNTRIES.map(({ country }) => country)).slice(0, dice.int(1, 3)),
    markup: randomMarkup(dice),
  }));
  const rounding = { mode: dice.pick(['half_up', 'half_even', 'up', 'down'] as const), places: dice.int(0, 9) };
  return { fromCardId: 'b1', markup: randomMarkup(dice), groups, rounding, fx: randomFxTerms(dice) };
}

function disagreements(seed: number): { found: string[]; rows: number } {
  const dice = new Dice(seed);
  const rows = randomRates(dice, randomScene(dice));
  const derivation = randomDerivation(dice);
  const [n, d] = dice.chance(0.4) ? [1n, 1n] : [BigInt(dice.int(1, 1e9)), BigInt(dice.int(1e8, 1e9))];
  const factor = { numerator: new Exact(n.toString()), denominator: new Exact(d.toString()) };
  const derived = deriveRates(rows, {
    derivation,
    factor: { n, d },
    networks: new NetworkList(NETWORKS),
    base: new Map(),
  });
  const prices = new Map(derived.rates.map(({ rateId, price }) => [rateId, fromNano(price).toFixed()]));
  const found: string[] = [];
  for (const row of rows) {
    const must = derivedPrice(row, derivation, factor, countriesOf(row));
    const expected = must.isNegative() && !must.isZero() ? 'none' : must.toFixed();
    const actual = prices.get(row.rateId) ?? 'none';
    if (actual !== expected && !new Exact(actual === 'none' ? -1 : actual).equals(must))
      found.push(
        `seed ${seed} row ${row.rateId} of ${fromNano(row.price).toFixed()} × ${n}/${d} in ${countriesOf(row).join(' ')}: ` +
          `is ${actual}, must be ${expected}\n${JSON.stringify(derivation)}`,
      );
  }
  return { found, rows: rows.length };
}

test('derived cards have the prices that the oracle makes of their buy cards', () => {
  const found: string[] = [];
  for (let seed = SEED * 1_000_000, rows = 0; rows < CASES && found.length < 20; seed++) {
    const card = disagreements(seed);
    rows += card.rows;
    found.push(...card.found);
  }
  expect(found.slice(0, 5).join('\n\n')).toBe('');
}, 36_000_000);
