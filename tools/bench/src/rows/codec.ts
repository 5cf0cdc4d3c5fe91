import avsc from 'avsc';
import { codecs, sampleRated, sampleUsage, schemaJson } from '@ratestream/events';
import type { Measurement, Row } from '../row.js';
import { median, timed } from '../timing.js';

const GOAL_MICROS = 6;

/** Encode and decode of the two hot records, against avsc with the same schemas. */
export const codec: Measurement = {
  ids: ['codec'],
  run: ({ quick }, _wanted, done) => {
    const times = quick ? 20_000 : 200_000;
    const usage = sampleUsage();
    const rated = sampleRated();
    const usageBytes = codecs.UsageEvent.encode(usage);
    const ratedBytes = codecs.RatedEvent.encode(rated);
    const micros = {
      'usage encode': microsEach(times, () => codecs.UsageEvent.encode(usage)),
      'usage decode': microsEach(times, () => codecs.UsageEvent.decode(usageBytes)),
      'rated encode': microsEach(times, () => codecs.RatedEvent.encode(rated)),
      'rated decode': microsEach(times, () => codecs.RatedEvent.decode(ratedBytes)),
    };
    const worst = Math.max(...Object.values(micros));
    const baseline = microsEach(times / 10, avscRoundTrip(ratedBytes)) / 2;
    const row: Row = {
      id: 'codec',
      value: round(worst),
      unit: 'µs, the slowest of four',
      baseline: round(baseline),
      ratio: round(worst / baseline),
      goal: `≤ ${GOAL_MICROS} µs each`,
      met: worst <= GOAL_MICROS,
      note: `${Object.entries(micros)
        .map(([what, value]) => `${what} ${round(value)}`)
        .join(', ')}; ${usageBytes.length} B and ${ratedBytes.length} B; baseline: avsc, rated, half a round trip`,
    };
    done(row);
    return Promise.resolve();
  },
};

/** avsc reads our bytes and writes them again, decimals and uuids left as it knows them. */
function avscRoundTrip(bytes: Buffer): () => void {
  const type = avsc.Type.forSchema(JSON.parse(schemaJson('RatedEvent')) as avsc.Schema);
  return () => type.toBuffer(type.fromBuffer(bytes));
}

function microsEach(times: number, run: () => unknown): number {
  const round = (): number =>
    (timed(() => {
      for (let i = 0; i < times; i++) run();
    }) /
      times) *
    1e6;
  round();
  return median([round(), round(), round(), round(), round()]);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
