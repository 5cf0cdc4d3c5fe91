import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecs, messageIdOf, sampleRated } from '@ratestream/events';
import type { InRecord, OutRecord } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { RatingState } from '@ratestream/pricing';
import { Checkpointer } from '../src/task/checkpointer.js';
import { LocalCache } from '../src/task/local-cache.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** When the sample message was billed, ms. */
const NOON = 1_777_636_800_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const log: InRecord[] = [];
beforeEach(() => void log.splice(0));

/** One task's life: what it restores, what it folds from the tail, and how it writes its next checkpoint. */
async function life(tail: ReturnType<typeof rated>[]) {
  const state = new RatingState();
  const writer = new Checkpointer(0, state, HOUR, {
    encode: (value) => codecs.RatingCheckpoint.encode(value),
    decode: (bytes) => codecs.RatingCheckpoint.decode(bytes),
    read: (_partition, from, onRecord) => {
      log.filter(({ offset }) => offset >= from).forEach(onRecord);
      return Promise.resolve(log.length);
    },
    cache: new LocalCache(folder),
    logger: silentLogger(),
  });
  await writer.load();
  tail.forEach((event) => state.apply(event));
  writer.begin();
  const checkpoint = async (nowMs: number, ratedOffset: number): Promise<void> => {
    const stamp = { ratedOffset, lastUsageOffset: ratedOffset };
    writer.next(nowMs - HOUR, stamp);
    for (let out = writer.next(nowMs, stamp); out !== null; out = writer.next(nowMs, stamp)) {
      const base = log.length;
      append(out);
      writer.committed(new Map([['rating.checkpoints-0', base]]));
    }
    await writer.end();
  };
  return { state, writer, checkpoint };
}

function append(out: readonly OutRecord[]): void {
  for (const { key, value } of out) {
    log.push({
      topic: 'rating.checkpoints', partition: 0, offset: log.length, appendedAt: 0, key: Buffer.from(key ?? ''), value, headers: {},
    }); // prettier-ignore
  }
}

const usageId = (n: number): string => messageIdOf('usage', String(n));
const rated = (n: number, ratedAt = NOON * 1000, event = 'submitted', legs = sampleRated().legs) => {
  const sample = sampleRated({
    messageId: messageIdOf('gw', String(n)),
    ratedId: messageIdOf('rated', `${n}/${ratedAt}`),
    part: 1,
    subjectEvent: 'accepted',
    ratedAt,
    event,
    legs,
  });
  return {
    ...sample,
    cause: { ...sample.cause, id: messageIdOf('usage', ratedAt === NOON * 1000 ? String(n) : `${n}/${ratedAt}`) },
  };
};

test('ids that a task folded from the tail of rated are in its next checkpoint', async () => {
  const first = await life([rated(0)]);
  await first.checkpoint(NOON, 1);
  const second = await life([rated(1)]);
  second.state.apply(rated(2));
  await second.checkpoint(NOON + HOUR, 3);
  const third = await life([]);
  expect([0, 1, 2].filter((n) => third.state.fingerprintOf(usageId(n)) === undefined)).toEqual([]);
});

test('a part put away on two days is found as it was last, also after a restart', async () => {
  const settled = sampleRated().legs.map((leg) => ({ ...leg, action: 'settle' as const }));
  const reversed = settled.map((leg) => ({ ...leg, action: 'reverse' as const }));
  const first = await life([]);
  first.state.apply(rated(0, NOON * 1000, 'submitted', settled));
  first.state.sweep((NOON + HOUR) * 1000, 1, 10);
  await first.checkpoint(NOON + HOUR, 1);
  expect(first.state.openParts).toBe(0);
  const second = await life([]);
  second.state.apply(rated(0, (NOON + DAY) * 1000, 'rejected', reversed));
  second.state.sweep((NOON + DAY + HOUR) * 1000, 1, 10);
  await second.checkpoint(NOON + DAY + HOUR, 2);
  const third = await life([]);
  expect(third.state.part(messageIdOf('gw', '0'), 1)?.legs.map(({ action }) => action)).toEqual(
    reversed.map(() => 'reverse'),
  );
});

test('a piece that the disk lost the end of is read from Kafka', async () => {
  const first = await life([rated(0)]);
  await first.checkpoint(NOON, 1);
  for (const file of await readdir(folder)) if (file.endsWith('.piece')) await truncate(join(folder, file), 32);
  const second = await life([]);
  expect(second.state.fingerprintOf(usageId(0))).toBeDefined();
  expect(second.state.openParts).toBe(1);
});

test('what an unfinished checkpoint left is taken out of the topic by the next one', async () => {
  const first = await life([rated(0)]);
  first.writer.next(NOON - HOUR, { ratedOffset: 1, lastUsageOffset: 1 });
  append(first.writer.next(NOON, { ratedOffset: 1, lastUsageOffset: 1 }) ?? []);
  const left = log.map(({ key }) => String(key));
  expect(left.length).toBeGreaterThan(0);
  const second = await life([rated(0)]);
  await second.checkpoint(NOON + HOUR, 1);
  const last = new Map(log.map(({ key, value }) => [String(key), value]));
  expect(left.filter((key) => last.get(key) !== null)).toEqual([]);
  expect((await life([])).state.fingerprintOf(usageId(0))).toBeDefined();
});

test('a clock that is ahead of the stream forgets nothing', async () => {
  const { state, writer } = await life([rated(0)]);
  const stamp = { ratedOffset: 1, lastUsageOffset: 1 };
  writer.next(NOON, stamp, NOON);
  writer.next(NOON + 90 * DAY, stamp, NOON);
  expect(state.fingerprintOf(usageId(0))).toBeDefined();
  expect(state.idsFrom).toBeLessThan(NOON * 1000);
});
