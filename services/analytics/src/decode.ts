import type { RatedEvent } from '@ratestream/events';
import type { InRecord, Serdes } from '@ratestream/kafka';

/** Rated events of a batch by offset. Errors: DecodeError naming the record; only rating writes `rated`, so that is our bug. */
export async function decodeRated(
  serdes: Serdes,
  records: readonly InRecord[],
): Promise<[offset: number, event: RatedEvent][]> {
  const events: [number, RatedEvent][] = [];
  for (const record of records) {
    if (record.value === null) continue;
    await serdes.prepare(record.value);
    try {
      events.push([record.offset, serdes.RatedEvent.decode(record.value)]);
    } catch (error) {
      throw new Error(`rated-${record.partition} offset ${record.offset} cannot be decoded`, { cause: error });
    }
  }
  return events;
}
