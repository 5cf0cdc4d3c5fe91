import { InputBuffer } from '../src/input-buffer.js';
import type { InRecord } from '../src/types.js';

const record = (offset: number): InRecord => ({
  topic: 'usage',
  partition: 0,
  offset,
  appendedAt: offset,
  key: null,
  value: null,
  headers: {},
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => record(from + i));
const delivery = (records: InRecord[], nextOffset: number, end = nextOffset, askedAt = 0, stable = end) => ({
  records,
  nextOffset,
  highWatermark: end,
  lastStableOffset: stable,
  askedAt,
  bytes: records.length * 100,
});
const buffer = (from = 0) => new InputBuffer('usage', from, 100, 1 << 20);
const offsets = (records: InRecord[] | undefined) => records?.map((r) => r.offset);

test('chunks are at most as long as asked for, in order, over as many fetches as wait', () => {
  const b = buffer();
  b.put(delivery(range(0, 5), 5));
  b.put(delivery(range(5, 7), 7));
  expect(offsets(b.take(3)?.records)).toEqual([0, 1, 2]);
  expect(offsets(b.take(3)?.records)).toEqual([3, 4, 5]);
  expect(offsets(b.take(3)?.records)).toEqual([6]);
  expect(b.take(3)).toBeNull();
});

test('bytes are given free with the fetch that they belong to, also while others keep coming', () => {
  const b = new InputBuffer('usage', 0, 1000, 1000);
  b.put(delivery(range(0, 8), 8)); // 800 bytes
  b.put(delivery(range(8, 12), 12)); // 400
  expect(b.full).toBe(true);
  b.take(9);
  expect([b.full, b.wanting]).toEqual([false, true]);
});

test('a chunk commits what follows its last record; the last one also the control records behind it', () => {
  const b = buffer();
  b.put(delivery(range(0, 4), 6)); // two control records at 4 and 5
  expect(b.take(3)?.next).toBe(3);
  expect(b.take(3)?.next).toBe(6);
});

test('only a committed chunk moves the position', () => {
  const b = buffer(10);
  b.put(delivery(range(10, 12), 12));
  const chunk = b.take(10)!;
  expect(b.position).toBe(10);
  b.put(delivery([], 14)); // control records, while the step is on its way
  expect(b.position).toBe(10);
  b.commit(chunk);
  expect(b.position).toBe(14);
});

test('caught up means up to the moment when the reached end was asked for', () => {
  const b = buffer();
  b.put(delivery(range(0, 2), 2, 2, 1000));
  expect(b.caughtUpAt).toBeNull();
  const chunk = b.take(10)!;
  b.put(delivery(range(2, 3), 3, 3, 1100));
  b.commit(chunk);
  expect(b.caughtUpAt).toBe(1000);
  b.commit(b.take(10)!);
  b.put(delivery([], 3, 3, 1200));
  expect(b.caughtUpAt).toBe(1200);
});

test('an open transaction holds the caught-up time back, and is not being behind', () => {
  const b = buffer();
  b.put(delivery([], 5, 9, 1000, 5)); // 5 … 8 lie in a transaction nobody has ended
  expect(b.caughtUpAt).toBeNull();
  expect(b.behind).toBe(false);
  expect(b.lag).toBe(4);
  b.put(delivery([], 9, 9, 2000)); // it was aborted
  expect(b.caughtUpAt).toBe(1000);
  expect(b.lag).toBe(0);
});

test('fetching pauses when full and goes on before the steps run dry', () => {
  const b = buffer();
  b.put(delivery(range(0, 100), 100));
  expect([b.full, b.wanting]).toEqual([true, false]);
  b.take(60);
  expect([b.full, b.wanting]).toEqual([false, true]);
});
