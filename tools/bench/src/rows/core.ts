import type { Measurement, Row } from '../row.js';
import { median, timed } from '../timing.js';
import { coreEvents, corePricing, rateAll } from './core-world.js';

const GOAL = 400_000;

/** The pure core on one thread: two sell levels and a buy leg, cards of 100 000 rates, decide and fold. */
export const core: Measurement = {
  ids: ['core', 'core-growth'],
  run: (options, wanted) => {
    const messages = options.quick ? 5_000 : 40_000;
    const rounds = options.quick ? 3 : 7;
    const zipf = coreEvents(messages, 'zipf');
    const rows: Row[] = [];
    if (wanted.has('core')) {
      const pricing = corePricing(100_000);
      const uniform = coreEvents(messages, 'uniform');
      const perSecond = { zipf: speed(zipf, pricing, rounds), uniform: speed(uniform, pricing, rounds) };
      const value = Math.round(Math.min(perSecond.zipf, perSecond.uniform));
      rows.push({
        id: 'core',
        value,
        unit: 'usage events/s',
        baseline: null,
        ratio: null,
        goal: `≥ ${GOAL}`,
        met: value >= GOAL,
        note: `100 000 rates a card, 3 cards; Zipf ${Math.round(perSecond.zipf)}, uniform ${Math.round(perSecond.uniform)}; no tiers`,
      });
    }
    if (wanted.has('core-growth')) {
      const sizes = options.quick ? [1_000, 100_000] : [1_000, 100_000, 1_000_000];
      const speeds = sizes.map((rates) => Math.round(speed(zipf, corePricing(rates), rounds)));
      const ratio = Math.min(...speeds) / Math.max(...speeds);
      rows.push({
        id: 'core-growth',
        value: Math.min(...speeds),
        unit: 'usage events/s',
        baseline: Math.max(...speeds),
        ratio,
        goal: '≥ 1/1.5',
        met: ratio >= 1 / 1.5,
        note: sizes.map((rates, i) => `${rates} rates: ${speeds[i] ?? 0}`).join(', '),
      });
    }
    return Promise.resolve(rows);
  },
};

function speed(events: Parameters<typeof rateAll>[0], pricing: Parameters<typeof rateAll>[1], rounds: number): number {
  rateAll(events, pricing);
  return median(Array.from({ length: rounds }, () => events.length / timed(() => rateAll(events, pricing))));
}
