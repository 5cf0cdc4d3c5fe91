import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicName } from '@ratestream/events';
import type { Kafka } from '@ratestream/kafka';

/** How much of its input a stage has done, in records. */
export type Position = () => Promise<number>;

export function groupPosition(kafka: Kafka, group: string, topic: TopicName): Position {
  return async () => {
    const committed = (await kafka.admin().committed(group, [topic])).get(topic) ?? new Map<number, number>();
    return [...committed.values()].reduce((sum, offset) => sum + offset, 0);
  };
}

export async function endOf(kafka: Kafka, topic: TopicName): Promise<number> {
  return [...(await kafka.admin().offsets(topic)).values()].reduce((sum, { high }) => sum + high, 0);
}

/**
 * Records per second while a stage works through `total` records, between a tenth and nine tenths of them: neither the
 * start of the process nor the uneven end of the partitions counts.
 *
 * Errors  when nothing moves for a minute
 */
export async function throughput(position: Position, total: number): Promise<number> {
  const samples: { at: number; done: number }[] = [];
  let movedAt = Date.now();
  for (;;) {
    const done = await position();
    const last = samples.at(-1);
    if (last === undefined || done > last.done) movedAt = Date.now();
    samples.push({ at: performance.now(), done });
    // Markers of transactions at the very end are never read.
    if (done >= total * 0.98) break;
    if (Date.now() - movedAt > 60_000) throw new Error(`stands at ${done} of ${total}`);
    await sleep(50);
  }
  const first = samples.find(({ done }) => done >= total * 0.1) ?? samples[0];
  const end = samples.find(({ done }) => done >= total * 0.9) ?? samples.at(-1);
  if (first === undefined || end === undefined || end.at <= first.at) return 0;
  return ((end.done - first.done) / (end.at - first.at)) * 1_000;
}
