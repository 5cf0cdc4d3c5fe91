import { bareMetrics, silentLogger } from '@ratestream/observability';
import {
  readToEnd,
  runReader,
  runTasks,
  type InRecord,
  type Kafka,
  type OutRecord,
  type Task,
  type TaskContext,
  type TaskRunner,
} from '../src/index.js';
import { corner, until, type Corner } from './corner.js';

let place: Corner;
let kafka: Kafka;
const running: { drain(): Promise<void> }[] = [];

beforeEach(async () => {
  place = await corner();
  kafka = place.connect();
}, 180_000);
afterEach(async () => {
  await Promise.all(running.splice(0).map((r) => r.drain()));
  await place.clean();
}, 60_000);

const record = (topic: OutRecord['topic'], partition: number, text: string): OutRecord => ({
  topic,
  partition,
  key: 'k',
  value: Buffer.from(text),
});
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Copies usage to rated; the rest as a test wants it. */
function copying(over: Partial<Task> = {}): Task {
  return {
    start: () => Promise.resolve(),
    step: (_topic, records) => records.map((r) => record('rated', r.partition, r.value!.toString())),
    tick: () => null,
    committed: () => undefined,
    ready: () => true,
    stop: () => Promise.resolve(),
    ...over,
  };
}

async function run(
  createTask: (partition: number, context: TaskContext) => Task,
  with_: Partial<Parameters<typeof runTasks>[1]> = {},
  on = kafka,
): Promise<TaskRunner> {
  const runner = await runTasks(on, {
    group: 'copy',
    inputs: ['usage', 'rating.commands'],
    tickMs: 20,
    sessionTimeoutMs: 6000,
    createTask,
    metrics: bareMetrics(),
    logger: silentLogger(),
    onFatal: (error) => {
      throw error;
    },
    ...with_,
  });
  running.push(runner);
  return runner;
}

async function texts(topic: OutRecord['topic'], partition: number): Promise<string[]> {
  const all: string[] = [];
  await readToEnd(kafka, {
    topic,
    partition,
    from: 0,
    onRecords: (r) => void all.push(...r.map((x) => x.value!.toString())),
  });
  return all;
}

test('a task without input starts, ticks, and writes; caught-up times go on', async () => {
  const contexts = new Map<number, TaskContext>();
  const once = new Set<number>();
  const runner = await run((partition, context) => {
    contexts.set(partition, context);
    return copying({
      tick: () => (once.has(partition) ? null : (once.add(partition), [record('rated', partition, 'timer')])),
    });
  });
  await until('every task has ticked', () => once.size === 6);
  expect(runner.partitions()).toEqual([0, 1, 2, 3, 4, 5]);
  await until('healthy', () => runner.health().ok);
  await until('written', async () => (await texts('rated', 4)).length > 0);
  expect(await texts('rated', 4)).toEqual(['timer']);
  await until('caught up', () => (contexts.get(2)!.caughtUpTo('usage') ?? 0) > 0);
  const before = contexts.get(2)!.caughtUpTo('usage')!;
  await pause(500);
  expect(contexts.get(2)!.caughtUpTo('usage')! - before).toBeGreaterThan(300);
  expect(contexts.get(2)!.caughtUpTo('usage')!).toBeLessThanOrEqual(contexts.get(2)!.brokerTimeMs());
  await runner.drain();
}, 60_000);

test('an open transaction of somebody else holds the caught-up time back until it ends', async () => {
  let context: TaskContext | undefined;
  const runner = await run((partition, c) => (partition === 0 ? (context = c) : c, copying()));
  await until('caught up', () => (context?.caughtUpTo('usage') ?? 0) > 0);
  const { clientOf } = await import('../src/client.js');
  const foreign = clientOf(kafka).client.producer({
    transactionalId: `${kafka.topic('usage')}-foreign`,
    maxInFlightRequests: 1,
  });
  await foreign.connect();
  const tx = await foreign.transaction();
  await tx.send({ topic: kafka.topic('usage'), acks: -1, messages: [{ partition: 0, key: 'k', value: 'late' }] });
  await pause(300);
  const held = context!.caughtUpTo('usage')!;
  await pause(700);
  expect(context!.caughtUpTo('usage')! - held).toBeLessThan(100); // only what is newly known of the broker's clock
  expect(runner.health().ok).toBe(true);
  await tx.commit();
  await until('it goes on', () => context!.caughtUpTo('usage')! - held >= 500);
  expect(await texts('rated', 0)).toEqual(['late']);
  await foreign.disconnect();
  await runner.drain();
}, 60_000);

test('while a task is not ready nothing is stepped, the group is not lost, and it goes on where it was', async () => {
  let ready = false;
  let ticks = 0;
  let starts = 0;
  const runner = await run(
    (partition) => {
      starts++;
      return copying({ ready: () => ready, tick: () => (partition === 0 && ticks++, null) });
    },
    { sessionTimeoutMs: 3000, stallMs: 3000 },
  );
  await kafka.producer().send([record('usage', 0, 'a'), record('usage', 0, 'b')]);
  await pause(7000); // more than two sessions
  expect(await texts('rated', 0)).toEqual([]);
  expect(ticks).toBeGreaterThan(10);
  expect(starts).toBe(6);
  ready = true;
  await until('stepped', async () => (await texts('rated', 0)).length === 2);
  await runner.drain();
}, 60_000);

test('a long fold in start keeps the membership', async () => {
  let starts = 0;
  const runner = await run(
    (partition) => copying({ start: async () => (starts++, await pause(partition === 0 ? 7000 : 0)) }),
    { sessionTimeoutMs: 3000 },
  );
  await kafka.producer().send([record('usage', 1, 'meanwhile')]);
  await until('others work meanwhile', async () => (await texts('rated', 1)).length === 1, 5000);
  expect(runner.health().ok).toBe(false);
  await until('started', () => runner.health().ok, 15_000);
  expect(starts).toBe(6);
  await runner.drain();
}, 60_000);

test('a second process gets half at once, and gives it back when it drains; nothing is lost or doubled on the way', async () => {
  const other = place.connect('other');
  const producer = kafka.producer();
  const owners = new Map<number, Set<string>>();
  const note = (who: string) => (partition: number) => {
    owners.set(partition, (owners.get(partition) ?? new Set()).add(who));
    return copying();
  };
  const first = await run(note('first'));
  let sent = 0;
  let feeding = true;
  const feed = (async () => {
    while (feeding) {
      await producer.send([0, 1, 2, 3, 4, 5].map((p) => record('usage', p, String(sent))));
      sent++;
      await pause(5);
    }
  })();
  await until('all six', () => first.partitions().length === 6);
  const second = await run(note('second'), {}, other);
  await until('half each', () => first.partitions().length === 3 && second.partitions().length === 3);
  expect([...first.partitions(), ...second.partitions()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  await pause(500);
  await second.drain();
  await until('all six again', () => first.partitions().length === 6, 10_000);
  feeding = false;
  await feed;
  const expected = Array.from({ length: sent }, (_, i) => String(i));
  for (const p of [0, 1, 2, 3, 4, 5]) {
    await until(`partition ${p}`, async () => (await texts('rated', p)).length >= sent);
    expect(await texts('rated', p)).toEqual(expected);
  }
  await first.drain();
}, 90_000);

test('a task that fails again and again ends the process; its neighbours go on meanwhile', async () => {
  let fatal: Error | null = null;
  const runner = await run(
    (partition) =>
      copying(
        partition === 0
          ? {
              step: () => {
                throw new TypeError('ours');
              },
            }
          : {},
      ),
    { stallMs: 3000, onFatal: (error) => (fatal = error) },
  );
  await kafka.producer().send([record('usage', 0, 'poison'), record('usage', 1, 'fine')]);
  await until('the neighbour', async () => (await texts('rated', 1)).length === 1);
  await until('not healthy', () => !runner.health().ok);
  await until('fatal', () => fatal !== null);
  expect(fatal!.message).toMatch(/task 0 has input and committed nothing for 3 s/);
  expect(await texts('rated', 0)).toEqual([]);
  await runner.drain();
}, 60_000);

test('after a quiet while the control records of the input are committed too', async () => {
  const writer = await run(() => copying()); // writes rated transactionally
  await kafka.producer().send([record('usage', 0, 'x')]);
  const reader = await run(() => copying({ step: () => [] }), { group: 'downstream', inputs: ['rated'] });
  await until(
    'committed to the end',
    async () => {
      const { high } = (await kafka.admin().offsets('rated')).get(0)!;
      const committed = (await kafka.admin().committed('downstream', ['rated'])).get('rated')!.get(0);
      return high > 0 && committed === high;
    },
    15_000,
  );
  await writer.drain();
  await reader.drain();
}, 60_000);

test('a reader keeps its positions itself: a throw reads again from there, a new owner begins there', async () => {
  const stored = new Map<number, number>();
  const seen: string[] = [];
  let faults = 2;
  const events: string[] = [];
  const start = (on: Kafka) =>
    runReader(on, {
      group: 'reader',
      topic: 'rated',
      maxBatch: 2,
      logger: silentLogger(),
      onFatal: (error) => {
        throw error;
      },
      position: (partition) => Promise.resolve(stored.get(partition) ?? null),
      onBatch: (partition, records: InRecord[]) => {
        if (faults-- > 0) return Promise.reject(new Error('the store is away'));
        seen.push(...records.map((r) => r.value!.toString()));
        stored.set(partition, records.at(-1)!.offset + 1);
        return Promise.resolve();
      },
      onAssigned: (p) => void (p === 0 && events.push('assigned')),
      onRevoked: (p) => void (p === 0 && events.push('revoked')),
    });
  await kafka.producer().send(['a', 'b', 'c'].map((t) => record('rated', 0, t)));
  const first = await start(kafka);
  running.push(first);
  await until('read', () => seen.length === 3);
  expect(seen).toEqual(['a', 'b', 'c']);
  await first.drain();
  expect(events).toEqual(['assigned', 'revoked']);
  expect((await kafka.admin().committed('reader', ['rated'])).get('rated')!.size).toBe(0);

  await kafka.producer().send([record('rated', 0, 'd')]);
  const second = await start(place.connect('second'));
  running.push(second);
  await until('read on', () => seen.length === 4);
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
  await second.drain();
}, 60_000);
