import type { TopicName } from '@ratestream/events';
import { bareMetrics, silentLogger, type Logger } from '@ratestream/observability';
import { groupNeeds, haveOpenssl, testStack } from '@ratestream/testing';
import {
  createKafka,
  ensureTopicsAndSchemas,
  readToEnd,
  runTasks,
  tail,
  TransactionalPublisher,
  type Kafka,
  type KafkaConfig,
  type OutRecord,
} from '../src/index.js';
import { until } from './corner.js';
import { PASSWORD, SESSION_MS, startSecuredBroker, USER, type SecuredBroker } from './secured-broker.js';

let broker: SecuredBroker;
let registryUrl: string;
const open: Kafka[] = [];

function connect(over: Partial<KafkaConfig> = {}): Kafka {
  const kafka = createKafka({
    brokers: [broker.address],
    clientId: 'secured',
    logger: silentLogger(),
    topicPrefix: 'secured-',
    tls: { ca: broker.ca },
    sasl: { mechanism: 'scram-sha-512', username: USER, password: PASSWORD },
    ...over,
  });
  open.push(kafka);
  return kafka;
}
const record = (topic: TopicName, partition: number, text: string): OutRecord => {
  return { topic, partition, key: 'k', value: Buffer.from(text) };
};
async function texts(kafka: Kafka, topic: TopicName, partition: number): Promise<string[]> {
  const found: string[] = [];
  await readToEnd(kafka, {
    ...{ topic, partition, from: 0 },
    onRecords: (records) => void found.push(...records.map(({ value }) => String(value))),
  });
  return found;
}

groupNeeds(haveOpenssl(), 'there is no openssl to make certificates with')('a broker that demands TLS and SASL', () => {
  beforeAll(async () => {
    ({ registryUrl } = await testStack());
    broker = await startSecuredBroker();
    await until(
      'the broker',
      async () =>
        connect()
          .admin()
          .ping()
          .then(
            () => true,
            () => false,
          ),
      90_000,
    );
    await ensureTopicsAndSchemas(connect(), registryUrl, 'local');
  }, 240_000);
  afterAll(async () => {
    await Promise.all(open.map((kafka) => kafka.close()));
    await broker?.stop();
  }, 60_000);

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    '%s: what is published is read',
    async (mechanism) => {
      const kafka = connect({ sasl: { mechanism, username: USER, password: PASSWORD } });
      const publisher = new TransactionalPublisher(kafka, { transactionalId: `by-${mechanism}` });
      await publisher.fence();
      const partition = ['plain', 'scram-sha-256', 'scram-sha-512'].indexOf(mechanism);
      await publisher.publish([record('catalog.rates', 0, mechanism), record('usage', partition, mechanism)]);
      await kafka.producer().send([record('usage', partition, 'and more')]);
      expect(await texts(kafka, 'usage', partition)).toEqual([mechanism, 'and more']);
      await publisher.close();
    },
    60_000,
  );

  test('tasks and followers go on when their sessions end', async () => {
    const kafka = connect();
    const followed: string[] = [];
    const follower = await tail(kafka, {
      ...{ topic: 'rated', partitions: [5], from: 'beginning' },
      onRecords: (records) => void followed.push(...records.map(({ value }) => String(value))),
    });
    const faults: unknown[] = [];
    const runner = await runTasks(kafka, {
      ...{ group: 'copy', inputs: ['usage'], tickMs: 50, sessionTimeoutMs: 6_000 },
      createTask: () => ({
        start: () => Promise.resolve(),
        step: (_topic, records) => records.map(({ partition, value }) => record('rated', partition, String(value))),
        tick: () => null,
        committed: () => undefined,
        ready: () => true,
        stop: () => Promise.resolve(),
      }),
      metrics: bareMetrics(),
      logger: silentLogger(),
      onFatal: (error) => faults.push(error),
    });
    const producer = connect().producer();
    const end = performance.now() + 1.5 * SESSION_MS;
    let sent = 0;
    while (performance.now() < end) {
      await producer.send([record('usage', 5, String((sent += 1)))]);
      await until(`copy of ${sent}`, () => followed.length >= sent);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(followed).toEqual(Array.from({ length: sent }, (_, n) => String(n + 1)));
    expect([runner.health().ok, faults]).toEqual([true, []]);
    await runner.drain();
    await follower.stop();
    expect((await kafka.admin().committed('copy', ['usage'])).get('usage')?.get(5)).toBe(sent);
  }, 120_000);

  test.each([
    ['another password', { sasl: { mechanism: 'scram-sha-512', username: USER, password: 'another' } }],
    ['another mechanism’s user', { sasl: { mechanism: 'plain', username: 'nobody', password: PASSWORD } }],
    ['no user', { sasl: undefined }],
    ['no TLS', { tls: false }],
  ] as [string, Partial<KafkaConfig>][])(
    'with %s nothing is said',
    async (_, over) => {
      await expect(connect(over).admin().ping()).rejects.toThrow();
    },
    60_000,
  );

  test('a certificate of another authority is refused, and the log says so', async () => {
    const said: string[] = [];
    const logger: Logger = Object.assign(silentLogger(), {
      child: () => logger,
      warn: (_: unknown, message: string) => void said.push(message),
    });
    await expect(
      connect({ tls: { ca: broker.otherCa }, logger })
        .admin()
        .ping(),
    ).rejects.toThrow();
    expect(said.join()).toContain('self-signed certificate in certificate chain');
  }, 60_000);
});
