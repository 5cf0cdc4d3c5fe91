import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecs, messageIdOf, sampleRated } from '@ratestream/events';
import type { InRecord, OutRecord } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { RatingState } from '@ratestream/pricing';
import { Checkpointer } from '../src/task/checkpointer.js';
import { LocalCache } from '../src/task/local-cache.js';

const HOUR = 3_600_000;
/** When the sample message was billed, ms: ids older than 45 days are dropped. */
const NOON = 1_777_636_800_000;

/** A compacted partition: the last value of each key, at the offset it was written. */
class Log {
  readonly records: InRecord[] = [];
  readFrom: number[] = [];

  write(out: readonly OutRecord[]): Map<string, number> {
    const base = this.records.length;
    for (const { key, value } of out) {
      this.records.push({
        topic: 'rating.checkpoints',
        partition: 0,
        offset: this.records.length,
        appendedAt: 0,
        key: Buffer.from(key ?? ''),
        value,
        headers: {},
      });
    }
    return new Map([['rating.checkpoints-0', base]]);
  }

  compacted(): InRecord[] {
    const last = new Map(this.records.map((record) => [record.key?.toString(), record]));
    return this.records.filter((record) => last.get(record.key?.toString()) === record);
  }
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function checkpointer(log: Log, state: RatingState): Checkpointer {
  return new Checkpointer(0, state, HOUR, {
    encode: (value) => codecs.RatingCheckpoint.encode(value),
    decode: (bytes) => codecs.RatingCheckpoint.decode(bytes),
    read: async (_partition, from, onRecord) => {
      log.readFrom.push(from);
      log
        .compacted()
        .filter(({ offset }) => offset >= from)
        .forEach(onRecord);
      return log.records.length;
    },
    cache: new LocalCache(folder),
    logger: silentLogger(),
  });
}

const rated = (n: number) => {
  const event = sampleRated({ messageId: messageIdOf('gw', String(n)), ratedId: messageIdOf('rated', String(n)) });
  return { ...event, cause: { ...event.cause, id: messageIdOf('usage', String(n)) } };
};

/** Ticks until the checkpoint under way is out. */
function writeOut(writer: Checkpointer, log: Log, nowMs: number, ratedOffset: number): void {
  for (
    let out = writer.next(nowMs, { ratedOffset, lastUsageOffset: ratedOffset });
    out !== null;
    out = writer.next(nowMs, { ratedOffset, lastUsageOffset: ratedOffset })
  ) {
    writer.committed(log.write(out));
  }
}

function expectHolds(state: RatingState, count: number): void {
  for (let n = 0; n < count; n++) {
    expect(state.fingerprintOf(messageIdOf('usage', String(n)))).toBe(rated(n).fingerprint?.hash.slice(0, 16));
    expect(state.part(messageIdOf('gw', String(n)), rated(n).part)?.legs).toEqual(rated(n).legs);
  }
}

test('what several checkpoints wrote is what a new task reads, closed parts and open ones', async () => {
  const log = new Log();
  const state = new RatingState();
  const writer = checkpointer(log, state);
  await writer.load();
  writer.begin();
  let now = NOON;
  writer.next(now, { ratedOffset: 0, lastUsageOffset: -1 });
  for (let n = 0; n < 30; n++) {
    state.apply(rated(n));
    if (n % 5 === 4) state.sweep(now * 1000 + 1e9, 1, 3);
    if (n % 10 === 9) writeOut(writer, log, (now += HOUR), n + 1);
  }
  await writer.end();
  const restored = new RatingState();
  expect(await checkpointer(log, restored).load()).toMatchObject({ ratedOffset: 30 });
  expectHolds(restored, 30);
  expect(log.readFrom.at(-1)).toBeGreaterThan(0); // the local cache held the rest

  await rm(folder, { recursive: true });
  const fromKafka = new RatingState();
  expect(await checkpointer(log, fromKafka).load()).toMatchObject({ ratedOffset: 30 });
  expectHolds(fromKafka, 30);
});

test('a cache of another log is not believed', async () => {
  const log = new Log();
  const state = new RatingState();
  const writer = checkpointer(log, state);
  await writer.load();
  writer.begin();
  state.apply(rated(0));
  writer.next(NOON, { ratedOffset: 0, lastUsageOffset: -1 });
  writeOut(writer, log, NOON + HOUR, 1);
  await writer.end();
  const other = new RatingState();
  expect(await checkpointer(new Log(), other).load()).toBeNull();
  expect(other.ids.size).toBe(0);
});

test('a checkpoint that was not finished, and a broken cache, are as none', async () => {
  const log = new Log();
  const state = new RatingState();
  const writer = checkpointer(log, state);
  await writer.load();
  writer.begin();
  state.apply(rated(0));
  writer.next(NOON, { ratedOffset: 0, lastUsageOffset: -1 });
  const first = writer.next(NOON + HOUR, { ratedOffset: 1, lastUsageOffset: 0 });
  writer.committed(log.write(first ?? []));
  await writeFile(join(folder, 'manifest.json'), '{"offset": 0, "mani');
  expect(await checkpointer(log, new RatingState()).load()).toBeNull();
});
