import { sampleLeg, sampleRated, type Fx } from '@ratestream/events';
import { bareMetrics } from '@ratestream/observability';
import { RatingMetrics } from '../src/task/rating.metrics.js';

const fx: Fx = {
  ...{ from: 'EUR', to: 'USD', rate: '1.1684', rateDate: '2026-04-13', source: 'ecb', rule: 'event', base: 'EUR' },
  ...{ fromPerBase: '1', toPerBase: '1.1684', spreadPercent: null, provisional: false },
};
const billed = (at: string, change: Partial<Fx> | null = {}) =>
  sampleLeg({ fx: change === null ? null : { ...fx, ...change }, billingTime: Date.parse(at) * 1_000 });

test('legs converted by a rate older than five days are counted by source', async () => {
  const metrics = bareMetrics();
  const tally = new RatingMetrics(metrics).tally();
  tally.event(
    sampleRated({
      legs: [
        billed('2026-04-18T23:59:59Z'),
        billed('2026-04-19T00:00:00Z'),
        billed('2026-06-01T00:00:00Z', { source: 'manual' }),
        billed('2026-06-01T00:00:00Z', { rateDate: '', rule: 'fixed' }),
        billed('2026-06-01T00:00:00Z', null),
      ],
    }),
  );
  tally.committed();
  const lines = (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line.includes('stale_rate_legs_total{'));
  expect(lines).toEqual([
    'ratestream_rating_stale_rate_legs_total{source="ecb"} 1',
    'ratestream_rating_stale_rate_legs_total{source="manual"} 1',
  ]);
});
