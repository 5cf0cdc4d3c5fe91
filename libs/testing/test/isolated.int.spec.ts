import { createKafka, type Kafka } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { createPool } from '@ratestream/postgres';
import { createClickHouse } from '@ratestream/clickhouse';
import { isolated, type Isolated } from '../src/index.js';

describe('two corners of the same stores', () => {
  let one: Isolated;
  let other: Isolated;
  const kafkas: Kafka[] = [];
  const kafkaOf = (corner: Isolated): Kafka => {
    const brokers = corner.kafkaBrokers.split(',');
    const kafka = createKafka({ brokers, clientId: 'test', logger: silentLogger(), topicPrefix: corner.topicPrefix });
    kafkas.push(kafka);
    return kafka;
  };

  beforeAll(async () => {
    [one, other] = await Promise.all([isolated({ services: ['balance'] }), isolated({ services: ['balance'] })]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(kafkas.map((kafka) => kafka.close()));
    await Promise.all([one.clean(), other.clean()]);
  });

  test('are on the same stores under names of their own', () => {
    expect(one.kafkaBrokers).toBe(other.kafkaBrokers);
    expect(one.topicPrefix).not.toBe(other.topicPrefix);
    expect(one.databaseUrl('balance')).not.toBe(other.databaseUrl('balance'));
    expect(one.environmentOf('balance')).toMatchObject({ KAFKA_TOPIC_PREFIX: one.topicPrefix, CURRENCY: 'EUR' });
  });

  test('a record in one topic is not in the other', async () => {
    await kafkaOf(one)
      .producer()
      .send([{ topic: 'cdr.raw', partition: 0, key: null, value: Buffer.from('x') }]);
    const ends = async (corner: Isolated): Promise<number | undefined> =>
      (await kafkaOf(corner).admin().offsets('cdr.raw')).get(0)?.high;
    expect(await ends(one)).toBe(1);
    expect(await ends(other)).toBe(0);
  });

  test('a table in one database is not in the other', async () => {
    const pools = [one, other].map((corner) => createPool(corner.databaseUrl('balance')));
    for (const pool of pools) await pool.query('create table mine (n int)'); // the second would fail in a shared one
    await Promise.all(pools.map((pool) => pool.end()));
    for (const { clickhouseUrl: url, clickhouseDatabase: database } of [one, other]) {
      const clickhouse = createClickHouse({ url, database });
      expect(
        await clickhouse.query('SELECT count() AS n FROM system.tables WHERE database = currentDatabase()'),
      ).toEqual([{ n: '0' }]);
      await clickhouse.close();
    }
  });
});
