import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { RecordType } from './generate-model.js';

export interface TopicEntry {
  key: string;
  schema: string | null;
  partitions: { local: number; production: number };
  cleanup: 'delete' | 'compact';
  retentionDays: number;
  owner: string;
  explicitPartition?: boolean;
  eventTypes?: string[];
}

export interface TopicsFile {
  replication: Record<'local' | 'production', { factor: number; minInsync: number }>;
  topics: Record<string, TopicEntry>;
}

const KNOWN = new Set([
  'key',
  'schema',
  'partitions',
  'cleanup',
  'retentionDays',
  'owner',
  'explicitPartition',
  'eventTypes',
]);

/** topics.yaml as it is written. */
export function readTopics(file: string): TopicsFile {
  return parse(readFileSync(file, 'utf8')) as TopicsFile;
}

/** The constant of all topics and the unions of their names and of the catalog's event types. */
export function generateTopics(file: string, records: ReadonlyMap<string, RecordType>): string {
  const { replication, topics } = readTopics(file);
  const entries = Object.entries(topics).map(([name, topic]) => {
    for (const key of Object.keys(topic)) if (!KNOWN.has(key)) throw new Error(`${name}: ${key} is no topic setting`);
    if (topic.schema !== null && !records.has(topic.schema)) throw new Error(`${name}: no schema ${topic.schema}`);
    return [name, { name, ...topic, explicitPartition: topic.explicitPartition ?? false }] as const;
  });
  const types = topics['catalog']?.eventTypes ?? [];
  return [
    "import type { Topic } from '../topic.js';\n",
    '/** Replication of every topic by environment. */',
    `export const replication = ${print(replication)} as const;\n`,
    '/** Every topic by name. */',
    `export const topics = ${print(Object.fromEntries(entries))} as const satisfies Record<string, Topic>;\n`,
    '/** Name of a topic, without the installation’s prefix. */',
    'export type TopicName = keyof typeof topics;\n',
    '/** Type of a catalog event. */',
    `export type CatalogEventType =\n${types.map((type) => `  | '${type}'`).join('\n')};\n`,
  ].join('\n');
}

/** JSON as TypeScript: quotes only where a key needs them. */
function print(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replace(/"(\w+)":/g, '$1:')
    .replace(/"([^"\\']*)"/g, "'$1'");
}
