import { randomUUID } from 'node:crypto';
import type { CatalogEvent } from '@ratestream/events';
import type { Serdes } from '@ratestream/kafka';
import type { OutboxRecord } from '@ratestream/postgres';

/** A record that carries the last published position and takes none: a reader sees that its view is fresh, or has a gap. */
export function heartbeatRecord(serdes: Pick<Serdes, 'CatalogEvent'>, position: number, now: number): OutboxRecord {
  const event: CatalogEvent = {
    position,
    type: 'Heartbeat',
    eventId: randomUUID(),
    aggregate: 'catalog',
    aggregateId: 'catalog',
    aggregateVersion: 0,
    occurredAt: now,
    actor: 'catalog',
    data: '{}',
  };
  return { topic: 'catalog', partition: 0, key: 'catalog', value: serdes.CatalogEvent.encode(event) };
}
