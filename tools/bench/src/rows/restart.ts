import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codecs, legId, messageIdOf, ratedId, sampleRated, sampleUsage, usageEventId } from '@ratestream/events';
import type { Identity, Leg, RatedEvent } from '@ratestream/events';
import { createKafka } from '@ratestream/kafka';
import type { Kafka, OutRecord } from '@ratestream/kafka';
import { createLogger } from '@ratestream/observability';
import { startStack } from '@ratestream/stack-local';
import type { Stack } from '@ratestream/stack-local';
import type { BenchOptions, Measurement, Row } from '../row.js';

/** Written as the registry numbers them: the ids are read from what the stack registered. */
const STEPS = ['submitted', 'unknown', 'delivered'] as const;
const BATCH = 2_000;
const HOUR = 3_600_000_000;

/** What a rating task says of its start. */
interface Started {
  ids: number;
  folded: number;
  tookMs: number;
}

/** A rating task whose window holds millions of ids: with its local cache, without it, and from `rated` alone. */
export const restart: Measurement = {
  ids: ['restart'],
  run: async (options, _wanted, done) => {
    const folder = mkdtempSync(join(tmpdir(), 'ratestream-bench-'));
    const stack = await startStack({
      folder,
      ports: 'free',
      services: ['catalog', 'rating'],
      quick: false,
      serviceEnv: { rating: { CHECKPOINT_INTERVAL_MS: '2000', QUIET_MS: '1000' } },
    });
    const kafka = createKafka({
      brokers: stack.addresses.kafkaBrokers.split(','),
      clientId: 'bench',
      logger: createLogger({ service: 'bench', level: 'error' }),
    });
    try {
      done(await measure(stack, kafka, options));
    } finally {
      await kafka.close();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(stack: Stack, kafka: Kafka, { quick, say }: BenchOptions): Promise<Row> {
  const ids = quick ? 60_000 : 5_000_000;
  await stack.halt('rating');
  await writeRated(stack, kafka, ids, say);
  const fromRated = await startRating(stack);
  say(`${fromRated.folded} events folded in ${fromRated.tookMs} ms`);
  await checkpointWritten(kafka);
  await stack.halt('rating');
  const cached = await startRating(stack);
  await stack.halt('rating');
  rmSync(join(stack.folder, 'state', 'rating'), { recursive: true, force: true });
  const bare = await startRating(stack);
  if (cached.ids < ids || bare.ids < ids) throw new Error(`${cached.ids} and ${bare.ids} ids came back of ${ids}`);
  const met = cached.tookMs <= 10_000 && bare.tookMs <= 60_000;
  return {
    id: 'restart',
    value: cached.tookMs / 1_000,
    unit: 's',
    baseline: null,
    ratio: null,
    goal: '5 M ids: ≤ 10 s cached, ≤ 60 s without',
    met,
    note: `${ids} ids of usage, of ${Math.ceil(ids / STEPS.length)} messages; without local cache ${bare.tookMs / 1_000} s, without checkpoints ${fromRated.tookMs / 1_000} s`,
  };
}

/** Closed messages of three steps each, in partition 0, as rating would have written them. */
async function writeRated(stack: Stack, kafka: Kafka, ids: number, say: (text: string) => void): Promise<void> {
  const [ratedHeader, usageHeader] = await Promise.all(['rated', 'usage'].map((topic) => wireHeader(stack, topic)));
  const producer = kafka.producer();
  // The causes point here, so that rating finds its input where it left it.
  await producer.send([
    {
      topic: 'usage',
      partition: 0,
      key: 'acc-reseller',
      value: Buffer.concat([usageHeader as Buffer, codecs.UsageEvent.encode(sampleUsage())]),
    },
  ]);
  const now = Date.now() * 1_000;
  let batch: OutRecord[] = [];
  for (let written = 0; written < ids;) {
    const message = Math.floor(written / STEPS.length);
    const event = stepOf(message, STEPS[written % STEPS.length] as (typeof STEPS)[number], now);
    batch.push({
      topic: 'rated',
      partition: 0,
      key: event.rootPayer,
      value: Buffer.concat([ratedHeader as Buffer, codecs.RatedEvent.encode(event)]),
    });
    if (++written % 1_000_000 === 0) say(`${written} rated events written`);
    if (batch.length < BATCH && written < ids) continue;
    await producer.send(batch);
    batch = [];
  }
  await producer.close();
}

/** Alike as real messages of one account are: ids, hashes and times differ, nearly all else repeats. */
function stepOf(message: number, step: (typeof STEPS)[number], now: number): RatedEvent {
  const base = sampleRated();
  const sourceRecordId = `restart-${message}`;
  const identity: Identity = { source: 'bench', sourceRecordId, attempt: 1, part: 1, event: step };
  const messageId = messageIdOf('bench', sourceRecordId);
  const causeId = usageEventId(identity);
  const hash = causeId.replaceAll('-', '');
  const at = now - HOUR + message * 997;
  const last = step === 'delivered';
  return {
    ...base,
    ratedId: ratedId({ causeKind: 'usage', causeId, messageId, part: 1, fingerprint: hash, index: 0 }),
    kind: last ? 'rated' : 'noted',
    messageId,
    identity,
    fingerprint: { version: 1, hash },
    event: step,
    subjectEvent: 'submitted',
    cause: { ...base.cause, id: causeId, partition: 0, offset: 0 },
    gatewayMessageId: sourceRecordId,
    recipientHash: messageId.replaceAll('-', ''),
    times: { ...base.times, accepted: at, submitted: at + 120_011, done: at + 2_400_017, ingested: at + 2_500_021 },
    rawAppendedAt: at,
    ratedAt: at,
    legs: last ? base.legs.map((leg) => ({ ...leg, legId: legIdOf(messageId, leg), billingTime: at })) : [],
  };
}

function legIdOf(messageId: string, { attempt, side, payer, payee }: Leg): string {
  return legId({ messageId, part: 1, attempt, side, payer, payee, rerateRunId: null });
}

async function wireHeader({ addresses }: Stack, topic: string): Promise<Buffer> {
  const response = await fetch(`${addresses.registryUrl}/subjects/${topic}-value/versions/latest`);
  const { id } = (await response.json()) as { id: number };
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return header;
}

/** Starts rating and answers what the task of partition 0 said of it. */
async function startRating(stack: Stack): Promise<Started> {
  const log = stack.logOf('rating');
  const before = readFileSync(log, 'utf8').length;
  void stack.start('rating').catch(() => undefined);
  for (const startedAt = Date.now(); Date.now() - startedAt < 600_000; await sleep(200)) {
    const lines = readFileSync(log, 'utf8').slice(before).split('\n');
    const line = lines.find((text) => text.includes('"task started"') && text.includes('"partition":0'));
    if (line === undefined) continue;
    await stack.waitReady('rating', 120_000);
    return JSON.parse(line) as Started;
  }
  throw new Error('the rating task did not start within ten minutes');
}

/** Until a checkpoint lies in the topic and nothing is added to it any more. */
async function checkpointWritten(kafka: Kafka): Promise<void> {
  for (let before = -1, still = 0; still < 6; await sleep(1_000)) {
    const end = (await kafka.admin().offsets('rating.checkpoints')).get(0)?.high ?? 0;
    still = end === before && end > 0 ? still + 1 : 0;
    before = end;
  }
}
