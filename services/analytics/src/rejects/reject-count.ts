import { runReader } from '@ratestream/kafka';
import type { InRecord, Kafka, Reader, Serdes } from '@ratestream/kafka';
import type { Logger, Metrics } from '@ratestream/observability';
import { advanceOffset, readOffset, transaction } from '@ratestream/postgres';
import type { Pool } from '@ratestream/postgres';

const CONSUMER = 'analytics.rejects';
const MICROS_PER_DAY = 86_400_000_000;

export interface RejectCountOptions {
  readonly pool: Pool;
  readonly serdes: Serdes;
  readonly logger: Logger;
  readonly metrics: Metrics;
  onFatal(error: Error): void;
}

/** Counts `cdr.rejected` by UTC day, source and reason; offset and counts move in one transaction. */
export function startRejectCount(
  kafka: Kafka,
  { pool, serdes, logger, metrics, onFatal }: RejectCountOptions,
): Promise<Reader> {
  const topic = 'cdr.rejected';
  const positions = new Map<number, number | null>();
  return runReader(kafka, {
    group: 'analytics-rejects',
    topic,
    logger,
    metrics,
    onFatal,
    async position(partition) {
      const position = await readOffset(pool, { consumer: CONSUMER, topic, partition });
      positions.set(partition, position);
      return position;
    },
    async onBatch(partition, records) {
      const from = positions.get(partition) ?? null;
      const fresh = records.filter((record) => record.offset >= (from ?? 0));
      const last = fresh.at(-1);
      if (last === undefined) return;
      const counts = await countRejects(serdes, fresh);
      const to = last.offset + 1;
      await transaction(pool, async (tx) => {
        await advanceOffset(tx, { consumer: CONSUMER, topic, partition, from, to });
        for (const { day, source, reason, records: count } of counts) {
          await tx.query(
            `insert into reject_count (day, source, reason, records) values ($1, $2, $3, $4)
             on conflict (day, source, reason) do update set records = reject_count.records + excluded.records`,
            [day, source, reason, count],
          );
        }
      });
      positions.set(partition, to);
    },
  });
}

interface RejectCount {
  day: string;
  source: string;
  reason: string;
  records: number;
}

async function countRejects(serdes: Serdes, records: readonly InRecord[]): Promise<RejectCount[]> {
  const counts = new Map<string, RejectCount>();
  for (const { value } of records) {
    if (value === null) continue;
    await serdes.prepare(value);
    const { rejectedAt, source, reason } = serdes.RejectedCdr.decode(value);
    const day = dayOf(rejectedAt);
    const key = JSON.stringify([day, source, reason]);
    const count = counts.get(key) ?? { day, source, reason, records: 0 };
    count.records += 1;
    counts.set(key, count);
  }
  // One order of rows for all partitions, or two of them could wait for each other.
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/** UTC day of an instant in microseconds. Example 1_777_636_800_000_000 → '2026-05-01'. */
export function dayOf(micros: number): string {
  return new Date(Math.floor(micros / MICROS_PER_DAY) * (MICROS_PER_DAY / 1_000)).toISOString().slice(0, 10);
}

/** Records rejected on a UTC day, by reason. */
export async function rejectedOn(pool: Pool, day: string): Promise<{ reason: string; records: number }[]> {
  const { rows } = await pool.query<{ reason: string; records: string }>(
    'select reason, sum(records) as records from reject_count where day = $1 group by reason order by 2 desc, 1',
    [day],
  );
  return rows.map(({ reason, records }) => ({ reason, records: Number(records) }));
}
