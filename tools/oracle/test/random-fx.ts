import type { FxDay, FxRates, FxTerms } from '@ratestream/catalog';
import type { Dice } from './dice.js';
import { CURRENCIES, DAY, SECOND } from './scene.js';
import type { Scene } from './scene.js';

const SOURCES: readonly { source: string; base: string }[] = [
  { source: 'ecb', base: 'EUR' },
  { source: 'ecb', base: 'EUR' },
  { source: 'house', base: 'USD' },
];
const OFFSETS = [-34, -31, -30, -29, -3, -2, -1, -1, 0, 0, 1, 2, 3, 29, 30, 31, 32];

/** Days around the anchor: some missing, some late, some corrected, some without a currency, some published at one instant. */
export function randomFxRates(dice: Dice, scene: Scene): FxRates[] {
  const publications: FxRates[] = [];
  for (let i = dice.int(1, 12); i > 0; i--) {
    const { source, base } = dice.pick(SOURCES);
    const days = new Map<string, FxDay>();
    for (let d = dice.int(1, 4); d > 0; d--) {
      const day = randomDay(dice, scene, base);
      days.set(day.date, day);
    }
    const published = Math.max(...[...days.values()].map(({ publishedAt }) => publishedAt));
    const knownAt = dice.chance(0.7)
      ? published + dice.pick([0, 1, SECOND, DAY])
      : dice.pick(scene.ratedAt) + dice.int(-1, 1);
    publications.push({ source, base, days: [...days.values()], knownAt });
  }
  return publications.sort((a, b) => a.knownAt - b.knownAt);
}

function randomDay(dice: Dice, { anchor }: Scene, base: string): FxDay {
  const midnight = Math.floor(anchor / DAY) * DAY + dice.pick(OFFSETS) * DAY;
  const usual = midnight + 14.25 * 3600 * SECOND;
  const publishedAt = dice.chance(0.6)
    ? usual
    : dice.chance(0.5)
      ? usual + dice.pick([DAY, 3 * DAY])
      : anchor + dice.pick([-SECOND, -1, 0, 1, SECOND]);
  const rates: Record<string, string> = {};
  for (const currency of CURRENCIES) if (currency !== base && dice.chance(0.93)) rates[currency] = randomRate(dice);
  return { date: new Date(midnight / 1000).toISOString().slice(0, 10), publishedAt, rates };
}

function randomRate(dice: Dice): string {
  const digits = String(dice.int(1, 999_999_999));
  return dice
    .pick([
      `1.${String(dice.int(0, 9999)).padStart(4, '0')}`,
      `${dice.int(0, 200)}.${digits.padStart(9, '0')}`,
      `0.${digits.padStart(12, '0')}`,
      String(dice.int(1, 3)),
    ])
    .replace(/^0(\.0+)?$/, '1');
}

export function randomFxTerms(dice: Dice): FxTerms {
  const fixed: Record<string, string> = {};
  for (let i = dice.int(2, 9); i > 0; i--) {
    const [from, to] = dice.shuffle(CURRENCIES);
    fixed[`${from ?? ''}/${to ?? ''}`] = randomRate(dice);
  }
  return {
    rule: dice.pick(['event', 'event', 'invoice', 'period_end', 'period_average', 'fixed']),
    source: dice.chance(0.8) ? 'ecb' : dice.pick(['house', 'house', 'house', 'nobody']),
    fallback: dice.pick(['previous', 'next']),
    spreadPercent: dice.maybe(0.4, ['0.5', '2', '0.125', '33.3333', '0']),
    fixed,
  };
}
