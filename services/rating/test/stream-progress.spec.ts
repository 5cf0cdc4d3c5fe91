import type { InRecord, Serdes } from '@ratestream/kafka';
import { StreamProgress } from '../src/task/stream-progress.js';

/** Broker times in seconds. */
const at = (seconds: number): number => seconds * 1_000_000;
const serdes = {
  IngestProgress: { decode: (bytes: Buffer) => JSON.parse(bytes.toString()) as unknown },
} as unknown as Serdes;
const record = (topic: string, progress: number, written: number): InRecord => ({
  topic: 'ingest.progress',
  partition: 0,
  offset: 0,
  appendedAt: written * 1000,
  key: null,
  value: Buffer.from(JSON.stringify({ topic, partition: 0, progressAt: at(progress) })),
  headers: {},
});

test('the slowest stream counts, and nothing before all have published', () => {
  const progress = new StreamProgress(['cdr.raw|0', 'ingest.correlation|0']);
  expect(progress.passed(at(100))).toBeNull();
  progress.read(serdes, [record('cdr.raw', 50, 51)]);
  expect(progress.passed(at(100))).toBeNull();
  progress.read(serdes, [record('ingest.correlation', 40, 52)]);
  expect(progress.passed(at(100))).toBe(at(40));
});

test('a backlog that ingest has written and this task has not read passes no deadline', () => {
  const progress = new StreamProgress(['cdr.raw|0']);
  progress.read(serdes, [record('cdr.raw', 100, 101)]);
  // Ingest stood still, then wrote raw records of 101 … 900 as usage at 1 000 … 1 005 and said so.
  progress.read(serdes, [record('cdr.raw', 900, 1_005)]);
  expect(progress.passed(at(1_003))).toBe(at(100));
  expect(progress.passed(at(1_005))).toBe(at(900));
});
