import { codecs, DecodeError, sampleUsage, schemaJson, topics } from '@ratestream/events';
import { silentLogger } from '@ratestream/observability';
import { isolated, type Isolated } from '@ratestream/testing';
import { createKafka, createSerdes, ensureTopicsAndSchemas, Registry, subjectOf, type Kafka } from '../src/index.js';
import { clientOf } from '../src/client.js';
import { until } from './corner.js';

let corner: Isolated;
let kafka: Kafka;

beforeAll(async () => {
  corner = await isolated({ services: [], topics: false });
  kafka = createKafka({
    brokers: corner.kafkaBrokers.split(','),
    clientId: 'ensure-test',
    logger: silentLogger(),
    topicPrefix: corner.topicPrefix,
  });
}, 180_000);

afterAll(async () => {
  await kafka.close();
  await corner.clean();
}, 60_000);

const ensure = () => ensureTopicsAndSchemas(kafka, corner.registryUrl, 'local');

test('the first run creates every topic and subject, the second does nothing', async () => {
  const first = await ensure();
  expect(first.created.sort()).toEqual(Object.keys(topics).sort());
  expect(first.subjects).toContain(`${corner.topicPrefix}rated-value`);
  expect(first.subjects).toHaveLength(Object.values(topics).filter((t) => t.schema !== null).length);
  expect(await kafka.admin().partitions('usage')).toBe(6);
  expect(await ensure()).toEqual({ created: [], altered: [], grown: [], left: [], subjects: [] });
}, 60_000);

test('a setting that was changed by hand is set back, one that somebody added stays', async () => {
  const admin = await clientOf(kafka).admin().raw();
  const name = kafka.topic('rated');
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: 2,
        name,
        configEntries: [
          { name: 'retention.ms', value: '1000' },
          { name: 'compression.type', value: 'lz4' },
        ],
      },
    ],
  });
  // The controller answers before the broker, which is asked what it has, has heard of it.
  const settings = async (): Promise<Map<string, string>> => {
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name }] });
    return new Map(resources[0]!.configEntries.map((e) => [e.configName, e.configValue]));
  };
  await until('changed by hand', async () => (await settings()).get('retention.ms') === '1000');
  expect((await ensure()).altered).toEqual(['rated']);
  await until('set back', async () => (await settings()).get('retention.ms') !== '1000');
  const now = await settings();
  expect(now.get('retention.ms')).toBe(String(400 * 86_400_000));
  expect(now.get('message.timestamp.type')).toBe('LogAppendTime');
  expect(now.get('compression.type')).toBe('lz4');
}, 60_000);

test('an incompatible schema is refused under FULL_TRANSITIVE', async () => {
  const registry = new Registry(corner.registryUrl);
  const schema = JSON.parse(schemaJson('UsageEvent')) as { fields: { name: string; default?: unknown }[] };
  schema.fields = schema.fields.filter((f) => f.name !== 'messageId');
  await expect(registry.register(subjectOf(kafka, 'usage'), JSON.stringify(schema))).rejects.toMatchObject({
    status: 409,
  });
}, 60_000);

test('a record that a later version of us wrote is read: what we do not know is dropped', async () => {
  const serdes = await createSerdes(kafka, corner.registryUrl);
  const usage = sampleUsage();
  expect(serdes.UsageEvent.decode(serdes.UsageEvent.encode(usage))).toEqual(usage);

  const registry = new Registry(corner.registryUrl);
  const later = JSON.parse(schemaJson('UsageEvent')) as { fields: unknown[] };
  later.fields.push({ name: 'fromTheFuture', type: ['null', 'string'], default: null });
  const id = await registry.register(subjectOf(kafka, 'usage'), JSON.stringify(later));
  const header = Buffer.from([0, 0, 0, 0, 0]);
  header.writeUInt32BE(id, 1);
  const text = Buffer.from('x');
  const record = Buffer.concat([header, codecs.UsageEvent.encode(usage), Buffer.from([2, text.length * 2]), text]);

  expect(() => serdes.UsageEvent.decode(record)).toThrow(`writer schema ${id} is not loaded`);
  await serdes.prepare(record);
  expect(serdes.UsageEvent.decode(record)).toEqual(usage);
}, 60_000);

test('bytes that are no record of ours are a DecodeError, never a hang', async () => {
  const serdes = await createSerdes(kafka, corner.registryUrl);
  for (const bytes of [Buffer.alloc(0), Buffer.from('{"a":1}'), Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1, 2])]) {
    await serdes.prepare(bytes);
    expect(() => serdes.UsageEvent.decode(bytes)).toThrow(DecodeError);
  }
}, 60_000);
