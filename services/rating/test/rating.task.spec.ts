import { PLAIN_ACCOUNT, PLAIN_BINDING, PLAIN_CARD, PLAIN_RATE } from '@ratestream/catalog';
import {
  messageIdOf,
  sampleRated,
  sampleUsage,
  usageEventId,
  type RatedEvent,
  type UsageEvent,
} from '@ratestream/events';
import type { InRecord, OutRecord } from '@ratestream/kafka';
import { bareMetrics, silentLogger, type Logger } from '@ratestream/observability';
import { FxBook } from '@ratestream/fx';
import { RateBook, Terms, type CatalogReader, type Pricing } from '@ratestream/pricing';
import type { Checkpointer, Stamp } from '../src/task/checkpointer.js';
import { RatingMetrics } from '../src/task/rating.metrics.js';
import { RatingTask, type RatingPorts } from '../src/task/rating.task.js';
import { Retries } from '../src/task/retries.js';

const NOON = 1_777_636_800_000_000;
const HOUR = 3_600_000_000;

const catalog = {
  position: 1,
  accounts: new Map([
    [
      'acme',
      {
        id: 'acme',
        parentId: null,
        currency: 'EUR',
        planId: 'plan',
        legalEntity: null,
        taxCategory: null,
        ...PLAIN_ACCOUNT,
      },
    ],
  ]),
  suppliers: new Map(),
  connections: new Map(),
  rateGroups: new Map(),
  cards: new Map([
    [
      'sell',
      {
        id: 'sell',
        currency: 'EUR',
        partRule: 'reported',
        networkEvidence: ['reported'],
        noReceiptCountries: [],
        ...PLAIN_CARD,
      },
    ],
  ]),
  plans: new Map([
    [
      'plan',
      {
        id: 'plan',
        version: 1,
        bindings: [{ ...PLAIN_BINDING, cardId: 'sell' }],
        basis: 'delivered',
        timeoutSec: 3600,
        timeoutPolicy: null,
      },
    ],
  ]),
  chain: () => ['acme'],
} as unknown as CatalogReader;

function usage(n: number, catalogPosition = 1): UsageEvent {
  const identity = { source: 'gw', sourceRecordId: `m${n}`, attempt: 0, part: 1, event: 'accepted' };
  const times = {
    accepted: NOON,
    scheduled: null,
    submitted: null,
    done: null,
    ingested: NOON,
    zone: null,
    zoneFlag: null,
  };
  return sampleUsage({
    usageEventId: usageEventId(identity), messageId: `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`, identity, times, catalogPosition,
    account: 'acme', rootPayer: 'acme', chain: ['acme'], udh: null, supplier: null, connection: null, rawAppendedAt: NOON,
  }); // prettier-ignore
}

/** A partition of `rated` that survives its tasks, and the world around one task. */
function setUp({
  replay = false,
  log = [] as RatedEvent[],
  restoredTo = null as number | null,
  logger = silentLogger(),
} = {}) {
  const book = new RateBook();
  const row = {
    rateId: 'r',
    country: null,
    mcc: null,
    mnc: null,
    prefix: null,
    trafficClass: null,
    price: 10_000_000n,
    unit: 'part' as const,
    basis: null,
    timeoutSec: null,
    timeoutPolicy: null,
    ...PLAIN_RATE,
  };
  book.addVersion(
    {
      cardId: 'sell',
      version: 1,
      effectiveFrom: 0,
      knownAt: 0,
      supersedes: null,
      withdrawnAt: null,
      rows: 1,
      chunks: 1,
      sha256: '',
    },
    [row],
  );
  const terms = new Terms(catalog);
  const world = {
    progressAt: null as number | null,
    caughtUpTo: null as number | null,
    catalogReady: true,
    catalogAt: 1,
  };
  const written: RatedEvent[] = [];
  /** Of what checkpoints would hold, tick by tick. */
  const stamps: Stamp[] = [];
  const ports: RatingPorts = {
    decodeUsage: (records) =>
      Promise.resolve(
        records.map(({ value }) => (value === null ? null : (JSON.parse(value.toString()) as UsageEvent))),
      ),
    encodeRated: (event) => {
      written.push(event);
      return Buffer.alloc(0);
    },
    foldRated: (_partition, from, onEvent) => {
      for (const event of log.slice(from)) onEvent(event, (NOON + 2 * HOUR) / 1000);
      return Promise.resolve(log.length);
    },
    waitForCatalog: (position) => Promise.resolve(world.catalogAt >= position),
    catalogReady: () => world.catalogReady,
    pricing: (): Pricing => ({
      terms,
      book,
      fx: new FxBook(),
      reportingCurrency: null,
      catalogPosition: 1,
      hashRecipient: () => ({ hash: 'h', keyId: 'k' }),
      ratedAt: NOON,
    }),
    progress: { passed: () => world.progressAt } as unknown as RatingPorts['progress'],
    retries: (state) => new Retries(state, { amountPerAccount: 0n, maxAge: 0 }),
    checkpointer: () =>
      ({
        load: () =>
          Promise.resolve(restoredTo === null ? null : { ratedOffset: restoredTo, lastUsageOffset: restoredTo }),
        begin: () => undefined,
        next: (_nowMs: number, stamp: Stamp) => (stamps.push({ ...stamp }), null),
        committed: () => undefined,
        end: () => Promise.resolve(),
      }) as unknown as Checkpointer,
    metrics: new RatingMetrics(bareMetrics()),
    logger,
  };
  const context = {
    caughtUpTo: () => world.caughtUpTo,
    brokerTimeMs: () => 0,
    lag: () => 0,
    signal: new AbortController().signal,
  };
  const task = new RatingTask(0, context, ports, { replay, quietMicros: HOUR });
  /** As the runner does: what a step wrote is in the log once it is committed. */
  const commit = (out: readonly OutRecord[] | null): number => {
    const base = log.length;
    log.push(...written.splice(0));
    if (out !== null) task.committed(new Map([['rated-0', base]]));
    return out?.length ?? 0;
  };
  return { task, world, log, commit, stamps };
}

const record = (event: UsageEvent, offset: number): InRecord => ({
  topic: 'usage',
  partition: 0,
  offset,
  appendedAt: NOON / 1000 + offset,
  key: null,
  value: Buffer.from(JSON.stringify(event)),
  headers: {},
});
const committedAt = (offset: number | null) => ({ committed: new Map([['usage' as const, offset]]) });

test('a new task starts after the last usage that rated names, or at the beginning where rated is empty', async () => {
  const first = setUp();
  expect(await first.task.start(committedAt(null))).toEqual(new Map([['usage', 0]]));
  first.commit(await first.task.step('usage', [record(usage(1), 0), record(usage(2), 5)]));
  expect(await setUp({ log: first.log }).task.start(committedAt(null))).toEqual(new Map([['usage', 6]]));
});

test('finished messages are put away while rated is folded, so that a long log needs no more memory than the work', async () => {
  const log = Array.from({ length: 5_000 }, (_, n) =>
    sampleRated({ messageId: messageIdOf('gw', String(n)), subjectEvent: 'submitted', ratedAt: NOON }),
  );
  const said: Record<string, unknown>[] = [];
  const logger = { ...silentLogger(), info: (line: Record<string, unknown>) => said.push(line) } as unknown as Logger;
  await setUp({ log, restoredTo: 0, logger }).task.start(committedAt(null));
  expect(said).toMatchObject([{ folded: 5_000, openParts: 0 }]);
});

test('the committed offset may lie after what rated names, never before it', async () => {
  const { task, log, commit } = setUp();
  await task.start(committedAt(null));
  commit(await task.step('usage', [record(usage(1), 0), record(usage(2), 5)]));
  expect(await setUp({ log }).task.start(committedAt(9))).toEqual(new Map([['usage', 9]]));
  await expect(setUp({ log }).task.start(committedAt(5))).rejects.toThrow(/REPLAY=true/);
  const replayed = setUp({ log, replay: true });
  expect(await replayed.task.start(committedAt(0))).toEqual(new Map([['usage', 0]]));
  expect(replayed.commit(await replayed.task.step('usage', [record(usage(1), 0), record(usage(2), 5)]))).toBe(0);
});

test('a checkpoint of what rated does not hold any more stops the task', async () => {
  await expect(setUp({ restoredTo: 7 }).task.start(committedAt(null))).rejects.toThrow(/ends at 0/);
});

test('a step whose catalog does not come is thrown, not priced by an older one', async () => {
  const { task } = setUp();
  await task.start(committedAt(null));
  await expect(task.step('usage', [record(usage(1, 2), 0)])).rejects.toThrow(/position 2/);
});

test('nothing is timed out before every stream and the usage read here have passed the deadline', async () => {
  const { task, world, commit, log } = setUp();
  await task.start(committedAt(null));
  commit(await task.step('usage', [record(usage(1), 0)]));
  const deadline = NOON + HOUR;
  const tick = (progressAt: number | null, caughtUpTo: number | null): number => {
    Object.assign(world, { progressAt, caughtUpTo: caughtUpTo === null ? null : caughtUpTo / 1000 });
    return commit(task.tick(0));
  };
  expect(tick(null, deadline)).toBe(0); // a stream that has published nothing
  expect(tick(deadline, null)).toBe(0); // usage read only to noon
  expect(tick(deadline - 1, deadline)).toBe(0);
  world.catalogReady = false;
  expect(tick(deadline, deadline)).toBe(0);
  world.catalogReady = true;
  expect(tick(deadline, deadline)).toBe(1);
  expect(log.at(-1)).toMatchObject({
    event: 'timeout',
    cause: { type: 'timer', deadline },
    legs: [{ action: 'release' }],
  });
  expect(tick(deadline + HOUR, deadline + HOUR)).toBe(0);
});

test('what a tick and the step after it write in one transaction is one stretch of rated', async () => {
  const { task, world, commit, log, stamps } = setUp();
  await task.start(committedAt(null));
  commit(await task.step('usage', [record(usage(1), 0)]));
  Object.assign(world, { progressAt: NOON + HOUR, caughtUpTo: (NOON + HOUR) / 1000 });
  const timeouts = task.tick(0) ?? [];
  const rated = await task.step('usage', [record(usage(2), 1), record(usage(3), 2)]);
  expect([timeouts.length, rated.length]).toEqual([1, 2]);
  commit([...timeouts, ...rated]);
  world.progressAt = null;
  task.tick(0);
  expect(stamps.at(-1)).toEqual({ ratedOffset: log.length, lastUsageOffset: 2 });
});
