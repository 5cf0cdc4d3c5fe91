import { fileURLToPath } from 'node:url';
import { generate, outdated } from '../src/generate.js';
import { schemaJson, topics } from '../src/index.js';

const schemas = fileURLToPath(new URL('../../../schemas', import.meta.url));
const folder = fileURLToPath(new URL('../src/generated', import.meta.url));

test('what is committed is what schemas/ says', () => {
  expect(outdated(schemas, folder)).toEqual([]);
  expect(outdated(schemas, `${folder}/elsewhere`)).toEqual([...generate(schemas).keys()]);
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
