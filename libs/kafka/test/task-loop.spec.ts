import { bareMetrics, silentLogger } from '@ratestream/observability';
import { BrokerClock } from '../src/broker-clock.js';
import type { KafkaClient } from '../src/client.js';
import type { Delivery, Fetcher, SubscribeOptions } from '../src/fetcher.js';
import { TaskLoop } from '../src/task-loop.js';
import { taskMetrics } from '../src/task-metrics.js';
import { FatalTaskError, type InRecord, type OutRecord, type Task, type TaskContext } from '../src/types.js';

const until = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 2000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

const record = (offset: number): InRecord => ({
  topic: 'usage',
  partition: 2,
  offset,
  appendedAt: offset,
  key: null,
  value: Buffer.from(`v${offset}`),
  headers: {},
});
const out = (text: string): OutRecord => ({ topic: 'rated', partition: 2, key: 'k', value: Buffer.from(text) });

/** A loop over a faked client; `log` is everything that happened, in order. */
class Bench {
  readonly log: string[] = [];
  readonly fatal: Error[] = [];
  committedOffset: number | null = 100;
  high = 1000;
  /** Calls of the client that fail, by name, once each. */
  readonly failing: string[] = [];
  readonly subscriptions: SubscribeOptions[] = [];
  owner: () => Promise<void> = () => Promise.resolve();
  loop!: TaskLoop;
  private base = 5000;

  run(task: Partial<Task>, options: { tickMs?: number; stepTimeoutMs?: number } = {}): TaskLoop {
    this.loop = new TaskLoop(
      {
        kafka: this.kafka(),
        fetcher: this.fetcher(),
        group: 'g',
        partition: 2,
        inputs: ['usage'],
        maxBatch: 10,
        tickMs: options.tickMs ?? 5,
        stepTimeoutMs: options.stepTimeoutMs ?? 1000,
        createTask: (partition, context) => this.task(task, context),
        metrics: taskMetrics(bareMetrics()),
        logger: silentLogger(),
        stillOwner: (fenced) => {
          this.log.push(`still owner? fenced=${fenced}`);
          return this.owner();
        },
        onFatal: (error) => void this.fatal.push(error),
      },
      Promise.resolve(),
    );
    return this.loop;
  }

  deliver(from: number, to: number): void {
    const records = Array.from({ length: to - from }, (_, i) => record(from + i));
    const delivery: Delivery = {
      records,
      nextOffset: to,
      highWatermark: to,
      lastStableOffset: to,
      askedAt: 1,
      bytes: 1,
    };
    this.subscriptions.at(-1)!.deliver(delivery);
  }

  /** The log from the n-th fencing on (1-based), without what repeats by the clock. */
  life(n: number): string[] {
    const starts = this.log.flatMap((line, i) => (line === 'connect' ? [i] : []));
    return this.log.slice(starts[n - 1], starts[n]);
  }

  private task(task: Partial<Task>, context: TaskContext): Task {
    const { log } = this;
    return {
      start: (fenced) => {
        log.push(`start committed=${fenced.committed.get('usage')}`);
        return task.start?.(fenced) ?? Promise.resolve();
      },
      step: (topic, records) => {
        log.push(`step ${records[0]!.offset}–${records.at(-1)!.offset}`);
        return task.step?.(topic, records) ?? [];
      },
      tick: (now) => task.tick?.(now) ?? null,
      committed: (written) => {
        log.push(`committed ${JSON.stringify([...written])}`);
        task.committed?.(written);
      },
      ready: () => task.ready?.() ?? true,
      stop: () => {
        log.push('stop');
        void context;
        return Promise.resolve();
      },
    };
  }

  private call(name: string, detail = ''): Promise<void> {
    this.log.push(name + detail);
    const at = this.failing.indexOf(name);
    if (at < 0) return Promise.resolve();
    this.failing.splice(at, 1);
    return Promise.reject(new Error(`${name} failed`));
  }

  private kafka(): KafkaClient {
    const transaction = {
      sendBatch: async ({ topicMessages }: { topicMessages: { topic: string; messages: { value: Buffer }[] }[] }) => {
        await this.call(
          'send',
          ` ${topicMessages.flatMap((t) => t.messages.map((m) => m.value.toString())).join(' ')}`,
        );
        const baseOffset = String(this.base);
        this.base += 100;
        return topicMessages.map((t) => ({ topicName: t.topic, partition: 2, errorCode: 0, baseOffset }));
      },
      sendOffsets: async ({ topics }: { topics: { partitions: { offset: string }[] }[] }) => {
        const offset = Number(topics[0]!.partitions[0]!.offset);
        await this.call('offsets', ` ${offset}`);
        this.pendingOffset = offset;
      },
      commit: async () => {
        await this.call('commit');
        if (this.pendingOffset !== null) this.committedOffset = this.pendingOffset;
        this.pendingOffset = null;
      },
    };
    let begun = 0;
    const client = {
      producer: () => {
        begun = 0;
        return {
          connect: () => this.call('connect'),
          transaction: async () => {
            if (begun++ === 0) await this.call('fence');
            this.pendingOffset = null;
            return transaction;
          },
          disconnect: () => this.call('disconnect'),
        };
      },
    };
    const admin = {
      committed: async () => {
        await this.call('read offsets');
        return new Map([['usage', new Map(this.committedOffset === null ? [] : [[2, this.committedOffset]])]]);
      },
      offsets: () => Promise.resolve(new Map([[2, { low: 0, high: this.high }]])),
    };
    return {
      client,
      admin: () => admin,
      prefix: '',
      topic: (t: string) => t,
      nameOf: (t: string) => t,
      clock: new BrokerClock(),
    } as unknown as KafkaClient;
  }

  private pendingOffset: number | null = null;

  private fetcher(): Fetcher {
    return {
      subscribe: (options: SubscribeOptions) => {
        this.log.push(`read from ${options.from}`);
        this.subscriptions.push(options);
        return {
          partition: 2,
          position: options.from,
          pause: () => undefined,
          resume: () => undefined,
          close: () => void this.log.push('unsubscribe'),
        };
      },
    } as unknown as Fetcher;
  }
}

test('start: connect, fence, only then offsets, then the task, then input', async () => {
  const bench = new Bench();
  const loop = bench.run({});
  await until(() => loop.state === 'running');
  expect(bench.log).toEqual(['connect', 'fence', 'read offsets', 'start committed=100', 'read from 100']);
  await loop.stop();
  expect(bench.log.slice(5)).toEqual(['unsubscribe', 'disconnect', 'stop']);
});

test('a step: decide, send, offsets, commit, and only then the overlay is merged, with the offsets written', async () => {
  const bench = new Bench();
  const loop = bench.run({ step: (_topic, records) => records.map((r) => out(`out${r.offset}`)) });
  await until(() => loop.state === 'running');
  bench.deliver(100, 102);
  await until(() => loop.commits === 1);
  expect(bench.log.slice(5)).toEqual([
    'step 100–101',
    'send out100 out101',
    'offsets 102',
    'commit',
    'committed [["rated-2",5000]]',
  ]);
  await loop.stop();
});

test('a step that writes nothing still commits its input', async () => {
  const bench = new Bench();
  const loop = bench.run({});
  await until(() => loop.state === 'running');
  bench.deliver(100, 101);
  await until(() => loop.commits === 1);
  expect(bench.log.slice(5)).toEqual(['step 100–100', 'offsets 101', 'commit', 'committed []']);
  await loop.stop();
});

test('without input a tick writes, without offsets', async () => {
  const bench = new Bench();
  let due = false;
  const loop = bench.run({ tick: () => (due ? ((due = false), [out('timer')]) : null) });
  await until(() => loop.state === 'running');
  due = true;
  await until(() => loop.commits === 1);
  expect(bench.log.slice(5)).toEqual(['send timer', 'commit', 'committed [["rated-2",5000]]']);
  await loop.stop();
});

test('what a tick has to write goes before what the step writes, in its transaction', async () => {
  const bench = new Bench();
  let due = false;
  const loop = bench.run(
    { tick: () => (due ? ((due = false), [out('timer')]) : null), step: () => [out('step')] },
    { tickMs: 1_000_000 },
  );
  await until(() => loop.state === 'running');
  due = true;
  bench.deliver(100, 101);
  await until(() => loop.commits === 1);
  const log = bench.log.slice(5);
  await loop.stop();
  expect(log).toEqual(['step 100–100', 'send timer step', 'offsets 101', 'commit', 'committed [["rated-2",5000]]']);
});

test('ticks come between the chunks of a busy input', async () => {
  const bench = new Bench();
  let ticks = 0;
  const seen: number[] = [];
  const loop = bench.run(
    {
      tick: () => (ticks++, null),
      step: () => (seen.push(ticks), []),
    },
    { tickMs: 1_000_000 },
  );
  await until(() => loop.state === 'running');
  bench.deliver(100, 150);
  await until(() => loop.commits === 5);
  expect(seen).toEqual([...new Set(seen)]);
  await loop.stop();
});

test('not ready: nothing is stepped, ticks go on, and it continues where it was', async () => {
  const bench = new Bench();
  let ready = false;
  let ticks = 0;
  const loop = bench.run({ ready: () => ready, tick: () => (ticks++, null) });
  await until(() => loop.state === 'waiting');
  bench.deliver(100, 102);
  const before = ticks;
  await until(() => ticks > before + 3);
  expect(bench.log.some((l) => l.startsWith('step'))).toBe(false);
  ready = true;
  await until(() => loop.commits === 1);
  expect(bench.committedOffset).toBe(102);
  await loop.stop();
});

test.each(['send', 'offsets', 'commit'])(
  '%s fails: producer and task are thrown away, all begins anew with the fencing',
  async (call) => {
    const bench = new Bench();
    bench.failing.push(call);
    const loop = bench.run({ step: () => [out('x')] });
    await until(() => loop.state === 'running');
    bench.deliver(100, 102);
    await until(() => bench.subscriptions.length === 2);
    expect(bench.life(1).slice(-4)).toEqual(['unsubscribe', 'disconnect', 'stop', 'still owner? fenced=false']);
    expect(bench.life(1).filter((l) => l === 'commit')).toHaveLength(call === 'commit' ? 1 : 0);
    expect(bench.life(1).some((l) => l.startsWith('committed'))).toBe(false);
    expect(bench.life(2)).toEqual(['connect', 'fence', 'read offsets', 'start committed=100', 'read from 100']);
    await loop.stop();
  },
);

test('the lost commit had succeeded after all: what it did is not done again', async () => {
  const bench = new Bench();
  bench.failing.push('commit');
  const loop = bench.run({});
  await until(() => loop.state === 'running');
  bench.deliver(100, 102);
  await until(() => bench.log.includes('stop'));
  bench.committedOffset = 102; // what the fencing brings to light
  await until(() => bench.subscriptions.length === 2);
  expect(bench.subscriptions[1]!.from).toBe(102);
  await loop.stop();
});

test('a throw of the task starts it over; what it holds is given up', async () => {
  const bench = new Bench();
  let faults = 1;
  const loop = bench.run({
    step: () => {
      if (faults-- > 0) throw new TypeError('ours');
      return [];
    },
  });
  await until(() => loop.state === 'running');
  bench.deliver(100, 101);
  await until(() => bench.subscriptions.length === 2);
  bench.deliver(100, 101);
  await until(() => loop.commits === 1);
  expect(bench.log.filter((l) => l === 'fence')).toHaveLength(2);
  await loop.stop();
});

test('a step that hangs is given up by the watchdog', async () => {
  const bench = new Bench();
  let hang = true;
  const loop = bench.run(
    { step: () => (hang ? ((hang = false), new Promise(() => undefined)) : []) },
    { stepTimeoutMs: 20 },
  );
  await until(() => loop.state === 'running');
  bench.deliver(100, 101);
  await until(() => bench.subscriptions.length === 2);
  expect(loop.lastError?.message).toBe('step: no answer within 20 ms');
  await loop.stop();
});

test('a FatalTaskError ends the process and is not tried again', async () => {
  const bench = new Bench();
  const loop = bench.run({
    start: () => Promise.reject(new FatalTaskError('the offset lies before what was written')),
  });
  await loop.finished;
  expect(bench.fatal.map((e) => e.message)).toEqual(['the offset lies before what was written']);
  expect(bench.log.filter((l) => l === 'fence')).toHaveLength(1);
});

test('after an error nobody is fenced before it is known that the partition is still ours', async () => {
  const bench = new Bench();
  let known: () => void = () => undefined;
  bench.owner = () => new Promise((resolve) => (known = resolve));
  bench.failing.push('commit');
  const loop = bench.run({});
  await until(() => loop.state === 'running');
  bench.deliver(100, 101);
  await until(() => bench.log.includes('still owner? fenced=false'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(bench.log.filter((l) => l === 'fence')).toHaveLength(1);
  known();
  await until(() => bench.log.filter((l) => l === 'fence').length === 2);
  await loop.stop();
});

test('where the task says so it starts elsewhere than at the committed offset', async () => {
  const bench = new Bench();
  const loop = bench.run({ start: () => Promise.resolve(new Map([['usage', 40]] as const)) });
  await until(() => loop.state === 'running');
  expect(bench.subscriptions[0]!.from).toBe(40);
  await loop.stop();
});

test('stop waits for the step in hand and begins no other', async () => {
  const bench = new Bench();
  let finish: () => void = () => undefined;
  const loop = bench.run({ step: () => new Promise<OutRecord[]>((resolve) => (finish = () => resolve([]))) });
  await until(() => loop.state === 'running');
  bench.deliver(100, 120);
  await until(() => bench.log.includes('step 100–109'));
  const stopped = loop.stop();
  finish();
  await stopped;
  expect(bench.committedOffset).toBe(110);
  expect(bench.log.filter((l) => l.startsWith('step'))).toHaveLength(1);
});

test('a fetch that cannot go on starts the task over', async () => {
  const bench = new Bench();
  const loop = bench.run({});
  await until(() => loop.state === 'running');
  bench.subscriptions[0]!.fail(new Error('out of range'));
  await until(() => bench.subscriptions.length === 2);
  await loop.stop();
});
