import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generate, outdated } from '../src/generate.js';
import { schemaJson, topics } from '../src/index.js';

const schemas = fileURLToPath(new URL('../../../schemas', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

test('what is committed is what schemas/ says', () => {
  expect(outdated(schemas, root)).toEqual([]);
  expect(outdated(schemas, `${root}/elsewhere`)).toEqual([...generate(schemas).keys()]);
});

test('the AsyncAPI document has a channel for every topic', () => {
  const document = JSON.parse(readFileSync(`${schemas}/asyncapi.json`, 'utf8')) as {
    channels: Record<string, { address: string; messages: { value: { $ref: string } } }>;
    components: { messages: Record<string, object> };
  };
  expect(Object.keys(document.channels)).toEqual(Object.keys(topics));
  for (const { messages } of Object.values(document.channels))
    expect(Object.keys(document.components.messages)).toContain(messages.value.$ref.split('/').at(-1));
});

test('a registered schema needs no other', () => {
  const text = schemaJson('CorrelationRecord');
  expect(text.match(/"name":"NetworkRef"/g)).toHaveLength(1);
  expect(text).toContain('"type":["null","ratestream.v1.NetworkRef"]');
});

test('partitions that are stored on the root payer are as many in every topic they are written to', () => {
  const explicit = Object.values(topics).filter((topic) => topic.explicitPartition);
  expect(new Set(explicit.map((topic) => JSON.stringify(topic.partitions)))).toHaveProperty('size', 1);
  expect(explicit.map((topic) => topic.name)).toEqual(['usage', 'rating.commands', 'rated', 'rating.checkpoints']);
});
