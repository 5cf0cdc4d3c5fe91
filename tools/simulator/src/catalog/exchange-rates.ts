import type { Micros } from '@ratestream/catalog';
import { Random } from '../random.js';

const DAY_MS = 86_400_000;
/** Units for one euro in hundred-thousandths, around which the simulated days move. */
const ANCHORS = { USD: 116_000, GBP: 87_000, CHF: 93_500 } as const;
export type SimulatedCurrency = keyof typeof ANCHORS;
const CURRENCIES = Object.keys(ANCHORS) as SimulatedCurrency[];

/** One euro in the currencies of the demo, roughly: by it price levels are set. In permille. */
export const LEVELS: Readonly<Record<string, number>> = { EUR: 1000, USD: 1160, GBP: 870 };

/**
 * Exchange rates made up by the simulator, in the ECB's history format: nobody's real figures.
 *
 * In      before: days before the one of this instant, working days alone, newest first
 * Out     the same figures for the same seed and date, whatever the span, so that a later run repeats nothing else
 */
export function simulatedEcbHistory(seed: number, before: Micros, days = 45): string {
  const today = Math.floor(before / 1000 / DAY_MS);
  const lines = [`Date,${CURRENCIES.join(',')},`];
  for (let day = today - 1; day > today - 1 - days; day--) {
    const date = new Date(day * DAY_MS);
    if (date.getUTCDay() % 6 === 0) continue;
    lines.push(
      `${date.toISOString().slice(0, 10)},${CURRENCIES.map((code) => simulatedRate(seed, day, code)).join(',')},`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A slow swing of two percent and a daily step of up to half a percent; five places. */
export function simulatedRate(seed: number, day: number, currency: SimulatedCurrency): string {
  const random = new Random(`${seed}/exchange/${currency}/${day}`);
  const swing = Math.round(ANCHORS[currency] * 0.02 * Math.sin(day / 29 + currency.charCodeAt(0)));
  const step = random.int(-Math.round(ANCHORS[currency] / 200), Math.round(ANCHORS[currency] / 200));
  const rate = String(ANCHORS[currency] + swing + step).padStart(6, '0');
  return `${rate.slice(0, -5)}.${rate.slice(-5)}`;
}
