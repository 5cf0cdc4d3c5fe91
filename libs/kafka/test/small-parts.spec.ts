import type { TopicMessages } from 'kafkajs';
import groupMessagesPerPartition from 'kafkajs/src/producer/groupMessagesPerPartition.js';
import { BrokerClock } from '../src/broker-clock.js';
import { committedBatches } from '../src/committed-only.js';
import { kafkaConfigFromEnv } from '../src/config.js';
import type { RecordBatch } from '../src/record-batch.js';
import { sendsOf } from '../src/send.js';
import { startOffset } from '../src/start-offset.js';
import { FatalTaskError } from '../src/types.js';
import { silentLogger } from '@ratestream/observability';

describe('where an input starts', () => {
  const range = { low: 100, high: 200 };
  const from = (committed: number | null, wanted?: number) =>
    startOffset({ topic: 'usage', partition: 3, range, committed, wanted });
  test.each([
    ['the task says', 150, 120, 120],
    ['nothing is committed', null, undefined, 100],
    ['at the committed offset', 150, undefined, 150],
    ['at the very end', 200, undefined, 200],
    ['at the first that exists', 100, undefined, 100],
  ])('%s', (_name, committed, wanted, expected) => {
    expect(from(committed, wanted)).toBe(expected);
  });
  test('records deleted unread end the process', () => {
    expect(() => from(99)).toThrow(FatalTaskError);
  });
  test('so does a topic that ends before the offset', () => {
    expect(() => from(201)).toThrow(/ends at 200/);
  });
});

describe('committed batches', () => {
  const data = (producerId: number, baseOffset: number, lastOffset: number): RecordBatch => ({
    baseOffset,
    lastOffset,
    producerId: BigInt(producerId),
    transactional: true,
    control: null,
    appendTimeMs: 0,
    records: [],
  });
  const end = (producerId: number, offset: number, control: 'commit' | 'abort'): RecordBatch => ({
    ...data(producerId, offset, offset),
    control,
  });
  const kept = (batches: RecordBatch[], aborted: [number, number][]) =>
    committedBatches(
      batches,
      aborted.map(([id, firstOffset]) => ({ producerId: BigInt(id), firstOffset })),
    ).map((b) => b.baseOffset);

  test('an aborted transaction inside a longer aborted one: the broker names the one that ended first, first', () => {
    const log = [
      data(1, 0, 4),
      data(2, 5, 9),
      end(2, 10, 'abort'),
      data(1, 11, 14),
      end(1, 15, 'abort'),
      data(1, 16, 20),
      end(1, 21, 'commit'),
    ];
    expect(
      kept(log, [
        [2, 5],
        [1, 0],
      ]),
    ).toEqual([16]);
  });
  test('records of others between those of an aborted one stay', () => {
    expect(kept([data(1, 0, 4), data(2, 5, 9), end(2, 10, 'commit'), end(1, 11, 'abort')], [[1, 0]])).toEqual([5]);
  });
  test('a record without transaction stays whatever its producer', () => {
    expect(kept([{ ...data(1, 0, 4), transactional: false }, end(1, 5, 'abort')], [[1, 0]])).toEqual([0]);
  });
  test('a fetch that begins inside an aborted transaction', () => {
    expect(kept([data(1, 7, 9), end(1, 10, 'abort'), data(1, 11, 12)], [[1, 3]])).toEqual([11]);
  });
  test('control batches never come through', () => {
    expect(kept([data(1, 0, 0), end(1, 1, 'commit')], [])).toEqual([0]);
  });
});

describe('splitting into sends', () => {
  const record = (bytes: number, topic: 'rated' | 'usage' = 'rated') => ({
    topic,
    partition: 0,
    key: 'k',
    value: Buffer.alloc(bytes),
  });
  const sizes = (sends: TopicMessages[][]) => sends.map((topics) => topics.map((t) => [t.topic, t.messages.length]));
  test('nothing is no send', () => expect(sendsOf([], (t) => t)).toEqual([]));
  test('small ones go together, by topic, in order', () => {
    expect(sizes(sendsOf([record(10), record(10, 'usage'), record(10)], (t) => t))).toEqual([
      [
        ['rated', 2],
        ['usage', 1],
      ],
    ]);
  });
  test('a send ends before it is too large, and one too large travels alone', () => {
    expect(sizes(sendsOf([record(500_000), record(500_000), record(2_000_000), record(1)], (t) => t))).toEqual([
      [['rated', 1]],
      [['rated', 1]],
      [['rated', 1]],
      [['rated', 1]],
    ]);
  });
});

describe('grouping by partition', () => {
  const group = (partitions: (number | undefined)[]) => {
    const records = partitions.map((p, i) => ({
      topic: 'rated' as const,
      key: 'k',
      value: Buffer.from([i]),
      ...(p === undefined ? {} : { partition: p }),
    }));
    const { topic, messages } = sendsOf(records, (t) => t)[0]![0]!;
    const partitionMetadata = Array.from({ length: 4 }, (_, partitionId) => ({ partitionId })) as never;
    return groupMessagesPerPartition({
      topic,
      messages,
      partitionMetadata,
      partitioner: ({ message }) => message.partition ?? 0,
    });
  };
  const values = (groups: Record<number, { value: Buffer }[]>) =>
    Object.fromEntries(Object.entries(groups).map(([p, messages]) => [p, messages.map((m) => m.value[0])]));

  test('what the client gets is what it would have made itself', () => {
    expect(values(group([2, 0, 2, 1]))).toEqual({ 0: [1], 1: [3], 2: [0, 2] });
    expect(values(group([2, undefined, 2]))).toEqual({ 0: [1], 2: [0, 2] });
  });
});

describe('the broker clock', () => {
  let monotonic = 0;
  let wall = 1_000_000;
  const clock = () =>
    new BrokerClock(
      () => monotonic,
      () => wall,
    );
  test('runs on elapsed time from the latest append seen, whatever this machine thinks the time is', () => {
    const c = clock();
    c.saw(5_000_000);
    monotonic += 700;
    wall -= 3_600_000;
    expect(c.nowMs()).toBe(5_000_700);
    c.saw(5_000_600); // seen late: tells nothing new
    expect(c.nowMs()).toBe(5_000_700);
    c.saw(5_000_900);
    expect(c.nowMs()).toBe(5_000_900);
  });
  test('before any record the machine has to do', () => {
    expect(clock().nowMs()).toBe(wall);
  });
});

describe('configuration', () => {
  const parse = (env: Record<string, string>) => kafkaConfigFromEnv(env, 'test', silentLogger());
  test('every fault is named at once', () => {
    expect(() => parse({ KAFKA_TLS: 'yes', KAFKA_SASL_MECHANISM: 'plain' })).toThrow(
      /KAFKA_BROKERS is missing; KAFKA_TLS is neither true nor false; KAFKA_SASL_MECHANISM needs/,
    );
  });
  test('a whole one', () => {
    const config = parse({
      KAFKA_BROKERS: 'a:1, b:2',
      KAFKA_TLS: 'true',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
    });
    expect(config).toMatchObject({
      brokers: ['a:1', 'b:2'],
      tls: true,
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    });
  });
});
