import { createHash } from 'node:crypto';
import type { TopicName } from '@ratestream/events';
import { createKafka, ensureTopicsAndSchemas, readToEnd, type Kafka } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { deleteTopics } from '@ratestream/stack-local';
import { eventually } from '@ratestream/testing';
import { rewindGroup } from '@ratestream/tool-simulator';
import { installation } from './stack.js';

let connected: Kafka | undefined;

/** The installation's Kafka, for looking at topics from the outside. */
export function kafka(): Kafka {
  const { kafkaBrokers, topicPrefix } = installation().corner;
  connected ??= createKafka({
    brokers: kafkaBrokers.split(','),
    clientId: 'journey',
    logger: silentLogger(),
    topicPrefix,
  });
  return connected;
}

export async function closeKafka(): Promise<void> {
  await connected?.close();
  connected = undefined;
}

/** Offsets of a topic's ends, summed: what it has grown by, control records included. */
export async function endOf(topic: TopicName): Promise<number> {
  const offsets = await kafka().admin().offsets(topic);
  return [...offsets.values()].reduce((sum, { high }) => sum + high, 0);
}

const READERS = [
  ['ingest', 'cdr.raw'],
  ['ingest-correlation', 'ingest.correlation'],
  ['rating', 'usage'],
] as const;

/** Partitions that a group has not read to their end, in words; empty when all are. */
export async function unread(): Promise<string[]> {
  const admin = kafka().admin();
  const found = READERS.map(async ([group, topic]) => {
    const committed = (await admin.committed(group, [topic])).get(topic);
    return [...(await admin.offsets(topic))]
      .filter(([partition, { high }]) => (committed?.get(partition) ?? 0) < high)
      .map(
        ([partition, { high }]) =>
          `${group} is at ${committed?.get(partition) ?? 0} of ${high} in ${topic}-${partition}`,
      );
  });
  return (await Promise.all(found)).flat();
}

export interface RatedStream {
  events: number;
  /** Of all events, their places and every byte of them. */
  sha256: string;
  /** Next offset after the last event, by partition. */
  ends: number[];
}

/** All of `rated`, as any reader of committed records sees it. */
export async function ratedStream(): Promise<RatedStream> {
  const partitions = await kafka().admin().partitions('rated');
  const hash = createHash('sha256');
  const ends: number[] = [];
  let events = 0;
  for (let partition = 0; partition < partitions; partition++) {
    ends.push(0);
    await readToEnd(kafka(), {
      topic: 'rated',
      partition,
      from: 0,
      onRecords: (records) => {
        for (const { offset, value } of records) {
          hash.update(`${partition}:${offset}:`).update(value ?? '');
          ends[partition] = offset + 1;
          events++;
        }
      },
    });
  }
  return { events, sha256: hash.digest('hex'), ends };
}

/** Sets a stopped group back to the first record, as `kafka-consumer-groups --reset-offsets --to-earliest` does. */
export function rewind(group: string, topic: TopicName): Promise<void> {
  const { kafkaBrokers, topicPrefix } = installation().corner;
  return rewindGroup(kafkaBrokers.split(','), topicPrefix + group, topicPrefix + topic);
}

/** Deletes a topic with all that is in it and makes it anew, empty. */
export async function emptyTopic(topic: TopicName): Promise<void> {
  const { kafkaBrokers, registryUrl, topicPrefix } = installation().corner;
  await deleteTopics(kafkaBrokers, topicPrefix + topic);
  // The broker deletes in its own time, and refuses the name until then.
  await eventually(() => ensureTopicsAndSchemas(kafka(), registryUrl, 'local'), { timeoutMs: 60_000, everyMs: 500 });
  expect(await endOf(topic)).toBe(0);
}
