import { readSchemas, selfContained, type Json } from './generate-model.js';
import { readTopics, type TopicEntry } from './generate-topics.js';

/**
 * The AsyncAPI 3 document of every topic, for those who produce to and consume from Kafka without our libraries.
 *
 * In   avro: the folder of schemas; topics: topics.yaml
 * Out  JSON; a channel per topic, a message per record, payloads as Avro in the Confluent wire format
 */
export function generateAsyncApi(avro: string, topics: string): string {
  const records = readSchemas(avro);
  const { topics: entries } = readTopics(topics);
  const used = [...new Set(Object.values(entries).flatMap(({ schema }) => (schema === null ? [] : [schema])))].sort();
  const messages: Record<string, Json> = { RawCdr: RAW_CDR };
  for (const name of used) messages[name] = messageOf(name, records.get(name)?.doc ?? '', selfContained(records, name));
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Ratestream topics',
      version: '1',
      description:
        'Consumers of every topic but cdr.raw set isolation.level=read_committed. Values are Avro in the Confluent wire format, ' +
        'subjects <topic>-value, compatibility FULL_TRANSITIVE. Money is decimal(38,9), times are microseconds UTC.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/vnd.apache.avro',
    servers: { kafka: { host: 'localhost:9092', protocol: 'kafka-secure', security: [{ type: 'scramSha512' }] } },
    channels: Object.fromEntries(Object.entries(entries).map(([name, topic]) => [name, channelOf(name, topic)])),
    operations: Object.fromEntries(Object.entries(entries).map(([name, topic]) => [name, operationOf(name, topic)])),
    components: { messages },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const RAW_CDR: Json = {
  name: 'RawCdr',
  summary: 'A record as the gateway wrote it',
  contentType: 'application/octet-stream',
  headers: {
    type: 'object',
    required: ['source'],
    properties: {
      source: { type: 'string', description: 'a configured source' },
      format: { type: 'string', description: 'instead of the format of the source' },
    },
  },
  payload: { type: 'string', format: 'binary' },
};

function messageOf(name: string, doc: string, schema: Json): Json {
  return {
    name,
    summary: doc,
    contentType: 'application/vnd.apache.avro',
    payload: { schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema },
  };
}

function channelOf(
  address: string,
  { schema, key, partitions, cleanup, retentionDays, explicitPartition }: TopicEntry,
) {
  const partitioning = explicitPartition === true ? 'explicit partition, stored on the root payer' : 'by key';
  const kept =
    cleanup === 'compact' ? 'the newest of each key' : retentionDays < 0 ? 'for ever' : `${retentionDays} days`;
  return {
    address,
    description: `Key: ${key}; ${partitioning}. Kept: ${kept}.`,
    messages: { value: { $ref: `#/components/messages/${schema ?? 'RawCdr'}` } },
    bindings: { kafka: { topic: address, partitions: partitions.production, bindingVersion: '0.5.0' } },
  };
}

/** What the installation does: it reads what gateways write, and writes what others read. */
function operationOf(name: string, { owner }: TopicEntry) {
  const action = name === 'cdr.raw' ? 'receive' : 'send';
  return { action, channel: { $ref: `#/channels/${name}` }, summary: `by ${owner}` };
}
