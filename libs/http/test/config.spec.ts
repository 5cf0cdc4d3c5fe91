import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, baseConfigSchema, envInteger, parseConfig, postgresConfig } from '../src/index.js';

const schema = baseConfigSchema.extend({ ...postgresConfig, batchRecords: envInteger(1, 10_000).default(2_000) });
const good = {
  KAFKA_BROKERS: 'k1:9092, k2:9092',
  REGISTRY_URL: 'http://registry:8081',
  POSTGRES_URL: 'postgres://u:p@db/x',
};

test('defaults and lists', () => {
  expect(parseConfig(schema, { ...good, HTTP_PORT: '8080', KAFKA_TLS: 'yes', LOG_LEVEL: '' })).toMatchObject({
    kafkaBrokers: ['k1:9092', 'k2:9092'],
    kafkaTls: true,
    kafkaTopicPrefix: '',
    httpPort: 8080,
    logLevel: 'info',
    currency: 'EUR',
    batchRecords: 2_000,
  });
});

test('every fault is reported together, by the name of its variable and without its value', () => {
  const parse = () =>
    parseConfig(schema, {
      HTTP_PORT: '80800',
      CURRENCY: 'euro',
      POSTGRES_URL: 'mysql://u:hunter2@db',
      BATCH_RECORDS: '1.5',
    });
  expect(parse).toThrow(ConfigError);
  try {
    parse();
  } catch (error) {
    const { faults } = error as ConfigError;
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'HTTP_PORT',
      'CURRENCY',
      'KAFKA_BROKERS',
      'REGISTRY_URL',
      'POSTGRES_URL',
      'BATCH_RECORDS',
    ]);
    expect(faults).toContain('KAFKA_BROKERS: is missing');
    expect(faults.join()).not.toContain('hunter2');
  }
});

test('a secret may come from a file; one that cannot be read is a fault of its own', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ratestream-')), 'password');
  writeFileSync(file, 'hunter2\n');
  expect(parseConfig(schema, { ...good, KAFKA_SASL_PASSWORD_FILE: file }).kafkaSaslPassword).toBe('hunter2');
  expect(() => parseConfig(schema, { ...good, POSTGRES_URL: '', POSTGRES_URL_FILE: `${file}.no` })).toThrow(
    'POSTGRES_URL_FILE: cannot be read (ENOENT)',
  );
});
