import { clientOf } from '../src/client.js';
import { readToEnd, tail, TransactionalPublisher, lastHeader, type Kafka, type OutRecord } from '../src/index.js';
import { TransactionalWriter } from '../src/transactional-writer.js';
import { corner, until, type Corner } from './corner.js';

let place: Corner;
let kafka: Kafka;

beforeAll(async () => {
  place = await corner();
  kafka = place.connect();
}, 180_000);
afterAll(() => place.clean(), 60_000);

const out = (
  topic: OutRecord['topic'],
  partition: number,
  text: string,
  headers?: Record<string, string>,
): OutRecord => ({
  topic,
  partition,
  key: 'k',
  value: Buffer.from(text),
  ...(headers === undefined ? {} : { headers }),
});

async function read(topic: OutRecord['topic'], partition: number, from = 0): Promise<{ texts: string[]; end: number }> {
  const texts: string[] = [];
  const end = await readToEnd(kafka, {
    topic,
    partition,
    from,
    onRecords: (records) => void texts.push(...records.map((r) => r.value!.toString())),
  });
  return { texts, end };
}

test('an empty partition is read to its end at once', async () => {
  expect(await read('usage', 5)).toEqual({ texts: [], end: 0 });
});

test('control records at the end do not make the end unreachable', async () => {
  const writer = new TransactionalWriter(clientOf(kafka), 'tail-test');
  await writer.fence();
  await writer.write([out('usage', 0, 'a'), out('usage', 0, 'b')], null);
  await writer.close();
  await until('the control record', async () => (await kafka.admin().offsets('usage')).get(0)!.high === 3);
  expect(await read('usage', 0)).toEqual({ texts: ['a', 'b'], end: 3 });
  expect(await read('usage', 0, 2)).toEqual({ texts: [], end: 3 });
  expect((await read('usage', 0, 1)).texts).toEqual(['b']);
});

test('a short aborted transaction inside a long aborted one, both inside a committed one', async () => {
  const client = clientOf(kafka).client;
  const producer = async (id: string) => {
    const p = client.producer({ transactionalId: `${kafka.topic('usage')}-${id}`, maxInFlightRequests: 1 });
    await p.connect();
    return { p, tx: await p.transaction() };
  };
  const [long, short, good] = await Promise.all([producer('long'), producer('short'), producer('good')]);
  const send = (t: typeof long, text: string) =>
    t.tx.send({ topic: kafka.topic('usage'), acks: -1, messages: [{ partition: 1, key: 'k', value: text }] });
  await send(good, 'good 1');
  await send(long, 'void 1');
  await send(short, 'void 2');
  await short.tx.abort();
  await send(long, 'void 3');
  await send(good, 'good 2');
  await long.tx.abort();
  await send(good, 'good 3');
  await good.tx.commit();
  await Promise.all([long, short, good].map((t) => t.p.disconnect()));
  expect((await read('usage', 1)).texts).toEqual(['good 1', 'good 2', 'good 3']);
}, 30_000);

test('an error of the handler comes out, and a fold can be called off', async () => {
  await kafka.producer().send([out('usage', 2, 'x')]);
  const fold = (onRecords: () => void, signal?: AbortSignal) =>
    readToEnd(kafka, { topic: 'usage', partition: 2, from: 0, onRecords, ...(signal === undefined ? {} : { signal }) });
  await expect(
    fold(() => {
      throw new Error('mine');
    }),
  ).rejects.toThrow('mine');
  await expect(fold(() => undefined, AbortSignal.abort(new Error('lost')))).rejects.toThrow('lost');
});

test('followers see what comes after, each from where it wanted to start; several on one partition do not hinder one another', async () => {
  const producer = kafka.producer();
  await producer.send([out('usage', 3, 'old 1'), out('usage', 3, 'old 2')]);
  const seen: Record<string, string[]> = { beginning: [], end: [], second: [] };
  const follow = (name: string, from: 'beginning' | 'end' | Map<number, number>) =>
    tail(kafka, {
      topic: 'usage',
      partitions: [3],
      from,
      onRecords: (records) => void seen[name]!.push(...records.map((r) => r.value!.toString())),
    });
  const followers = [
    await follow('beginning', 'beginning'),
    await follow('end', 'end'),
    await follow('second', new Map([[3, 1]])),
  ];
  for (let i = 0; i < 5; i++) await producer.send([out('usage', 3, `new ${i}`)]);
  const news = ['new 0', 'new 1', 'new 2', 'new 3', 'new 4'];
  await until('all seen', () => Object.values(seen).every((s) => s.at(-1) === 'new 4'));
  expect(seen).toEqual({ beginning: ['old 1', 'old 2', ...news], end: news, second: ['old 2', ...news] });
  await Promise.all(followers.map((f) => f.stop()));
  await producer.send([out('usage', 3, 'after')]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(seen['end']!.at(-1)).toBe('new 4');
}, 30_000);

test('a follower whose handler throws stops and says so', async () => {
  let error: Error | null = null;
  await tail(kafka, {
    topic: 'usage',
    partitions: [3],
    from: 'beginning',
    onRecords: () => {
      throw new Error('gap');
    },
    onError: (e) => (error = e),
  });
  await until('the error', () => error !== null);
  expect(error!.message).toBe('gap');
});

describe('a publisher', () => {
  const publish = (p: TransactionalPublisher, ...positions: number[]) =>
    p.publish(positions.map((n) => out('balance.events', n % 3, `event ${n}`, { 'outbox-position': String(n) })));

  test('resumes behind the highest position that the topic holds, and shuts an earlier one out', async () => {
    expect(await lastHeader(kafka, 'balance.events', 'outbox-position')).toBeNull();
    const first = new TransactionalPublisher(kafka, { transactionalId: 'relay' });
    await first.fence();
    await publish(first, 1, 2, 3);
    await publish(first, 4);
    expect(await lastHeader(kafka, 'balance.events', 'outbox-position')).toBe(4);

    const second = new TransactionalPublisher(kafka, { transactionalId: 'relay' });
    await second.fence();
    await expect(publish(first, 5)).rejects.toMatchObject({ name: 'FencedError' });
    expect(await lastHeader(kafka, 'balance.events', 'outbox-position')).toBe(4);
    await publish(second, 5);
    expect(await lastHeader(kafka, 'balance.events', 'outbox-position')).toBe(5);
    await first.close();
    await second.close();
  }, 30_000);

  test('what it left unfinished is not there for the next one', async () => {
    const client = clientOf(kafka);
    const dead = client.client.producer({ transactionalId: client.prefix + 'relay-2', maxInFlightRequests: 1 });
    await dead.connect();
    const tx = await dead.transaction();
    await tx.send({
      topic: kafka.topic('account.status'),
      acks: -1,
      messages: [{ key: 'k', value: 'x', headers: { n: '9' } }],
    });
    const next = new TransactionalPublisher(kafka, { transactionalId: 'relay-2' });
    await next.fence();
    expect(await lastHeader(kafka, 'account.status', 'n')).toBeNull();
    await next.close();
    await dead.disconnect();
  }, 30_000);

  test('what it wrote behind an open transaction of somebody else is waited for and found', async () => {
    const client = clientOf(kafka);
    const foreign = client.client.producer({ transactionalId: `${client.prefix}foreign`, maxInFlightRequests: 1 });
    await foreign.connect();
    const tx = await foreign.transaction();
    const send = (value: string) =>
      tx.send({ topic: kafka.topic('rating.commands'), acks: -1, messages: [{ partition: 0, key: 'k', value }] });
    await send('open');
    const relay = new TransactionalPublisher(kafka, { transactionalId: 'relay-3' });
    await relay.fence();
    await relay.publish([out('rating.commands', 0, 'mine', { n: '8' })]);
    const asked = lastHeader(kafka, 'rating.commands', 'n');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await tx.abort();
    expect(await asked).toBe(8);
    await relay.close();
    await foreign.disconnect();
  }, 30_000);

  test('finds the header however many records without it lie behind', async () => {
    const producer = kafka.producer();
    await producer.send([out('rated', 0, 'first', { n: '7' })]);
    await producer.send(Array.from({ length: 1500 }, (_, i) => out('rated', 0, `plain ${i}`)));
    expect(await lastHeader(kafka, 'rated', 'n')).toBe(7);
  });
});
