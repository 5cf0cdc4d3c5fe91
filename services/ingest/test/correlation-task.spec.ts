import type { InRecord } from '@ratestream/kafka';
import { CorrelationTask } from '../src/correlation/correlation.task.js';
import { timeRecord, TIME } from '../src/correlation/time-record.js';
import type { SharedParts } from '../src/parts.js';

const written = (offset: number, schemaId: number): InRecord => {
  const value = Buffer.alloc(6);
  value.writeUInt32BE(schemaId, 1);
  return { topic: 'ingest.correlation', partition: 0, offset, appendedAt: 1_000, key: null, value, headers: {} };
};

test('a schema is loaded before its records are read, and asked for again only where another comes', async () => {
  const asked: number[] = [];
  const read: number[] = [];
  let loaded = 0;
  const shared = {
    metrics: { tell: () => undefined, lag: { observe: () => undefined } },
    decodeCorrelation: (value: Buffer) => {
      expect(loaded).toBe(value.readUInt32BE(1));
      read.push(loaded);
      return timeRecord(TIME, 1_000);
    },
  } as unknown as SharedParts;
  const broker = {
    caughtUpTo: () => null,
    brokerTimeMs: () => 2_000,
    lag: () => 0,
    signal: new AbortController().signal,
  };
  const task = new CorrelationTask(0, broker, shared, {
    readBack: () => Promise.resolve(),
    prepare: async (value) => {
      await Promise.resolve();
      loaded = value?.readUInt32BE(1) ?? 0;
      asked.push(loaded);
    },
    onStopped: () => undefined,
  });
  await task.step(
    'ingest.correlation',
    [7, 7, 9, 7].map((schemaId, offset) => written(offset, schemaId)),
  );
  await task.step('ingest.correlation', [written(4, 7)]);
  expect(asked).toEqual([7, 9, 7]);
  expect(read).toEqual([7, 7, 9, 7, 7]);
});
