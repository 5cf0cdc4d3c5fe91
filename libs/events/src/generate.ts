import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateCodecs } from './generate-codecs.js';
import { readSchemas, selfContained } from './generate-model.js';
import { generateTopics } from './generate-topics.js';
import { generateTypes } from './generate-types.js';

const HEADER = '// Generated from schemas/ by `npm run generate`. Do not edit.\n\n';

/**
 * Everything that is derived from schemas/.
 *
 * In      schemas: the folder with topics.yaml and avro/
 * Out     file name in src/generated → content
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
  return new Map([
    ['types.ts', HEADER + generateTypes(records)],
    ['codecs.ts', HEADER + generateCodecs(records)],
    ['schemas.ts', HEADER + schemaFile],
    ['topics.ts', HEADER + generateTopics(join(schemas, 'topics.yaml'), records)],
  ]);
}

/** Names of generated files that are missing or differ from what the schemas say now. */
export function outdated(schemas: string, folder: string): string[] {
  return [...generate(schemas)].filter(([file, content]) => content !== read(join(folder, file))).map(([file]) => file);
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
