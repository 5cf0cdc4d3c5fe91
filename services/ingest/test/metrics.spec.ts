import { bareMetrics } from '@ratestream/observability';
import { IngestMetrics } from '../src/metrics.js';

test('what became of lines is told once, by outcome and detail', async () => {
  const metrics = bareMetrics();
  const ingest = new IngestMetrics(metrics);
  const told = async (): Promise<string[]> =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('ratestream_ingest_records_total{'));
  for (const detail of ['submitted', 'delivered', 'submitted']) ingest.outcome('usage', detail);
  ingest.outcome('rejected', 'malformed');
  expect(await told()).toEqual([]);
  ingest.tell();
  ingest.tell();
  ingest.outcome('usage', 'delivered');
  ingest.tell();
  expect(await told()).toEqual([
    'ratestream_ingest_records_total{outcome="usage",detail="submitted"} 2',
    'ratestream_ingest_records_total{outcome="usage",detail="delivered"} 2',
    'ratestream_ingest_records_total{outcome="rejected",detail="malformed"} 1',
  ]);
});
