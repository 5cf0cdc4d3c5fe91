import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateAsyncApi } from './generate-asyncapi.js';
import { generateCodecs } from './generate-codecs.js';
import { readSchemas, selfContained } from './generate-model.js';
import { generateTopics } from './generate-topics.js';
import { generateTypes } from './generate-types.js';

const HEADER = '// Generated from schemas/ by `npm run generate`. Do not edit.\n\n';

/**
 * Everything that is derived from schemas/.
 *
 * In      schemas: the folder with topics.yaml and avro/
 * Out     path from the repository's root → content
 * Errors  an Error naming the file or field that is no schema of ours
 */
export function generate(schemas: string): Map<string, string> {
  const records = readSchemas(join(schemas, 'avro'));
  const contained = Object.fromEntries(
    [...records.keys()].map((name) => [name, JSON.stringify(selfContained(records, name))]),
  );
  const schemaFile =
    '/** Each record’s schema with all that it uses inlined, as JSON. */\n' +
    `export const schemaTexts = {\n${Object.entries(contained)
      .map(([name, text]) => `  ${name}:\n    ${quote(text)},\n`)
      .join('')}} as const;\n\n/** Name of a record. */\nexport type SchemaName = keyof typeof schemaTexts;\n`;
  const topics = join(schemas, 'topics.yaml');
  const folder = 'libs/events/src/generated';
  return new Map([
    [`${folder}/types.ts`, HEADER + generateTypes(records)],
    [`${folder}/codecs.ts`, HEADER + generateCodecs(records)],
    [`${folder}/schemas.ts`, HEADER + schemaFile],
    [`${folder}/topics.ts`, HEADER + generateTopics(topics, records)],
    ['schemas/asyncapi.json', generateAsyncApi(join(schemas, 'avro'), topics)],
  ]);
}

/** Generated files under `root` that are missing or differ from what the schemas say now. */
export function outdated(schemas: string, root: string): string[] {
  return [...generate(schemas)].filter(([file, content]) => content !== read(join(root, file))).map(([file]) => file);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function quote(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}
