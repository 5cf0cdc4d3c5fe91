import type { TopicName } from '@ratestream/events';
import { lastHeader } from '@ratestream/kafka';
import type { Kafka } from '@ratestream/kafka';
import type { Outbox, Pool } from '@ratestream/postgres';

/**
 * A database that was built anew goes on numbering where the topics end, or its first records would look like repeats.
 * Only where this outbox has never taken a position: a database *restored* to an older state still stops the relay.
 */
export async function seedOutbox(
  pool: Pool,
  kafka: Kafka,
  outbox: Outbox,
  topics: readonly TopicName[],
): Promise<void> {
  const { rowCount } = await pool.query('select 1 from outbox_position where outbox = $1', [outbox.name]);
  if (rowCount !== 0) return;
  const found = await Promise.all(topics.map((topic) => lastHeader(kafka, topic, outbox.header)));
  await pool.query(
    `insert into outbox_position (outbox, last_position, sent_position) values ($1, $2, $2) on conflict (outbox) do nothing`,
    [outbox.name, Math.max(0, ...found.map((position) => position ?? 0))],
  );
}
