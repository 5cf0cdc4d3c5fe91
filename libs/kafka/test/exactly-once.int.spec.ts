import { silentLogger } from '@ratestream/observability';
import { isolated, type Isolated } from '@ratestream/testing';
import { createKafka, type Kafka } from '../src/index.js';
import { buildChild } from './chaos/build-child.js';
import { Children } from './chaos/children.js';
import { judge, readSteps, readStepsWithBareClient, type Verdict } from './chaos/verify.js';

const RECORDS = Number(process.env['CHAOS_RECORDS'] ?? 20_000);
const KILLS = 10;
const SESSION_MS = 3000;
const EXACT = { missing: 0, doubled: 0, disordered: 0, miscounted: 0 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let script: string;
let corner: Isolated;
let kafka: Kafka;

beforeAll(() => {
  script = buildChild('chaos');
});

beforeEach(async () => {
  corner = await isolated({ services: [] });
  kafka = createKafka({
    brokers: corner.kafkaBrokers.split(','),
    clientId: 'exactly-once-test',
    logger: silentLogger(),
    topicPrefix: corner.topicPrefix,
  });
}, 180_000);

afterEach(async () => {
  await kafka.close();
  await corner.clean();
}, 60_000);

interface Run {
  records?: number;
  kills?: number;
  /** Two processes with set partitions each, instead of a group that shares them out. */
  fixedOwners?: boolean;
  offsetsBeforeFencing?: boolean;
}

/**
 * Feeds records to two processes. Again and again, while both are known to be at work, one is killed and replaced; with
 * fixed owners it is sometimes replaced before it is gone. Once one is frozen until others have its work, then revived.
 */
async function run({ records = RECORDS, kills = KILLS, fixedOwners = false, offsetsBeforeFencing = false }: Run) {
  const children = new Children(script, (place) => ({
    brokers: corner.kafkaBrokers.split(','),
    topicPrefix: corner.topicPrefix,
    group: 'counting',
    sessionTimeoutMs: SESSION_MS,
    maxBatch: 20,
    offsetsBeforeFencing,
    ...(fixedOwners ? { ownPartitions: place === 0 ? [0, 2, 4] : [1, 3, 5] } : {}),
  }));
  const feeder = new Feeder(Math.ceil(records / 6));
  const feeding = feeder.run();
  try {
    children.launch(0);
    children.launch(1);
    for (let kill = 0; kill < kills; kill++) {
      await allMoving();
      await pause(Math.random() * 300);
      const place = kill % 2;
      const old = children.detach(place);
      if (fixedOwners && kill % 3 === 0) {
        children.launch(place);
        await pause(1500);
        old.signal('SIGKILL');
      } else {
        old.signal('SIGKILL');
        children.launch(place);
      }
      if (kill === Math.floor(kills / 2)) await freeze(children, 1 - place, fixedOwners);
    }
    feeder.finish();
    await drained(await feeding);
  } finally {
    feeder.finish();
    await feeding;
    await children.end();
  }
  const perPartition = await feeding;
  return { children, verdict: judge(await readSteps(kafka), Array<number>(6).fill(perPartition)), perPartition };
}

async function freeze(children: Children, place: number, replaced: boolean): Promise<void> {
  await allMoving();
  const zombie = children.detach(place);
  zombie.signal('SIGSTOP');
  if (replaced) children.launch(place);
  await pause(SESSION_MS + 500);
  await allMoving(); // others have its partitions
  zombie.signal('SIGCONT');
  await pause(1500);
}

const committed = async () => (await kafka.admin().committed('counting', ['usage'])).get('usage')!;

/** Until every partition has moved, so that a kill meets transactions and not a group that waits for its members. */
async function allMoving(): Promise<void> {
  const before = await committed();
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    const now = await committed();
    if ([0, 1, 2, 3, 4, 5].every((p) => (now.get(p) ?? 0) > (before.get(p) ?? 0))) return;
    await pause(30);
  }
  throw new Error('a partition has not moved for 20 s');
}

/** Numbers the records of each partition from 0: at an even pace until `finish`, then at once up to `atLeast`. */
class Feeder {
  private finishing = false;

  constructor(private readonly atLeast: number) {}

  finish(): void {
    this.finishing = true;
  }

  /** Out: records per partition. */
  async run(): Promise<number> {
    const producer = kafka.producer();
    let next = 0;
    while (!this.finishing || next < this.atLeast) {
      const share = this.finishing ? Math.min(1000, this.atLeast - next) : 3;
      const records = [];
      for (let partition = 0; partition < 6; partition++) {
        for (let n = next; n < next + share; n++) {
          records.push({ topic: 'usage' as const, partition, key: 'k', value: Buffer.from(String(n).padEnd(100)) });
        }
      }
      await producer.send(records);
      next += share;
      if (!this.finishing) await pause(25);
    }
    return next;
  }
}

/** Until every input offset is committed, at most half a minute. */
async function drained(perPartition: number): Promise<void> {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    const now = await committed();
    if ([0, 1, 2, 3, 4, 5].every((p) => (now.get(p) ?? 0) >= perPartition)) return;
    await pause(200);
  }
}

const wrongs = ({ missing, doubled, disordered, miscounted }: Verdict) => missing + doubled + disordered + miscounted;

test(`${RECORDS} records through ${KILLS} kills and a revived zombie: none missing, none doubled, none out of order`, async () => {
  const { verdict, perPartition, children } = await run({});
  expect({ ...verdict, log: children.logFile }).toMatchObject(EXACT);
  expect(verdict.read).toBe(perPartition * 6);
  const again = await readStepsWithBareClient(corner.kafkaBrokers.split(','), kafka.topic('rated'));
  expect(judge(again, Array<number>(6).fill(perPartition))).toMatchObject(EXACT);
  children.discardLog();
}, 240_000);

test('with fixed owners that overlap: the same, and who was taken over ends itself', async () => {
  const { verdict, children } = await run({ fixedOwners: true });
  expect({ ...verdict, log: children.logFile }).toMatchObject(EXACT);
  expect(children.exits.filter((e) => e.endsWith(' 3'))).not.toEqual([]);
  children.discardLog();
}, 240_000);

test('the check notices: where offsets are read before fencing, records are doubled', async () => {
  const { verdict, children } = await run({ fixedOwners: true, offsetsBeforeFencing: true });
  expect(wrongs(verdict)).toBeGreaterThan(0);
  expect(verdict.doubled).toBeGreaterThan(0);
  children.discardLog();
}, 240_000);
