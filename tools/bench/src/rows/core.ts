import type { Measurement } from '../row.js';
import { median, timed } from '../timing.js';
import { coreEvents, corePricing, coreSubjects, priceAll, rateAll, type Load } from './core-world.js';

const GOAL = 400_000;
const CARD_ROWS = 100_000;

/**
 * The pure core on one thread. `core`: the whole chain of a message priced, two sell levels and a buy leg. `core-growth`:
 * the same at other sizes of the cards. `core-everything`: the same with all that rates, cards and plans can say. `decide`: all of a rating step that is no I/O, ids, events and the fold included.
 */
export const core: Measurement = {
  ids: ['core', 'core-growth', 'core-everything', 'decide'],
  run: (options, wanted, done) => {
    const messages = options.quick ? 5_000 : 40_000;
    const rounds = options.quick ? 5 : 15;
    const events = { zipf: coreEvents(messages, 'zipf'), uniform: coreEvents(messages, 'uniform') };
    const priced = (rates: number, destinations: 'zipf' | 'uniform', load: Load = 'prices'): number => {
      const pricing = corePricing(rates, load);
      const subjects = coreSubjects(events[destinations], pricing);
      return speed(subjects.length, rounds, () => void priceAll(subjects, pricing));
    };
    if (wanted.has('core')) {
      const zipf = priced(CARD_ROWS, 'zipf');
      const uniform = priced(CARD_ROWS, 'uniform');
      const value = Math.min(zipf, uniform);
      done({
        id: 'core',
        value,
        unit: 'messages/s',
        baseline: null,
        ratio: null,
        goal: `≥ ${GOAL}`,
        met: value >= GOAL,
        note: `three legs a message, 3 cards of ${CARD_ROWS} rates; Zipf ${zipf}, uniform ${uniform}; no tiers yet`,
      });
    }
    if (wanted.has('core-everything')) {
      const sizes = options.quick ? [CARD_ROWS] : [1_000, CARD_ROWS, 1_000_000];
      const speeds = sizes.map((rates) => priced(rates, 'zipf', 'everything'));
      const value = speeds[sizes.indexOf(CARD_ROWS)] ?? 0;
      done({
        id: 'core-everything',
        value,
        unit: 'messages/s',
        baseline: Math.max(...speeds),
        ratio: Math.min(...speeds) / Math.max(...speeds),
        goal: `≥ ${GOAL}`,
        met: value >= GOAL,
        note: `rates that name every dimension, surcharges on two legs, one leg converted; ${sizes.map((rates, i) => `${rates} rates: ${speeds[i] ?? 0}`).join(', ')}`,
      });
    }
    if (wanted.has('core-growth')) {
      const sizes = options.quick ? [1_000, CARD_ROWS] : [1_000, CARD_ROWS, 1_000_000];
      const speeds = sizes.map((rates) => priced(rates, 'zipf'));
      const ratio = Math.min(...speeds) / Math.max(...speeds);
      done({
        id: 'core-growth',
        value: Math.min(...speeds),
        unit: 'messages/s',
        baseline: Math.max(...speeds),
        ratio,
        goal: '≥ 1/1.5',
        met: ratio >= 1 / 1.5,
        note: sizes.map((rates, i) => `${rates} rates: ${speeds[i] ?? 0}`).join(', '),
      });
    }
    if (wanted.has('decide')) {
      const pricing = corePricing(CARD_ROWS, 'everything');
      const value = speed(events.zipf.length, rounds, () => rateAll(events.zipf, pricing));
      done({
        id: 'decide',
        value,
        unit: 'usage events/s',
        baseline: null,
        ratio: null,
        goal: null,
        met: null,
        note: 'decideUsage and the fold of what it answers: ids, events, state; lives of three steps',
      });
    }
    return Promise.resolve();
  },
};

/** Items a second, the median of the rounds after one that warms up. */
function speed(items: number, rounds: number, run: () => void): number {
  run();
  return Math.round(median(Array.from({ length: rounds }, () => items / timed(run))));
}
