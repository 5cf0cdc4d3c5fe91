import { leastBytes } from './generate-model.js';
import type { RecordType, Shape } from './generate-model.js';

type Records = ReadonlyMap<string, RecordType>;

/** One writer and one reader per record, every field unrolled, and the codecs of all records. */
export function generateCodecs(records: Records): string {
  const names = [...records.keys()];
  const head = [
    "import { createCodec } from '../codec.js';",
    "import type { Reader } from '../reader.js';",
    "import { writeBoolean, writeBytes, writeDecimal, writeInt, writeLong, writeString } from '../writer.js';",
    `import type {\n${names.map((name) => `  ${name},\n`).join('')}} from './types.js';\n`,
  ].join('\n');
  const functions = [...records.values()].map((record) => `${writer(record)}\n${reader(records, record)}`);
  const codecs = names.map((name) => `  ${name}: createCodec<${name}>('${name}', write${name}, read${name}),\n`);
  return `${head}\n${functions.join('\n')}\n/** Codecs of all records by name. */\nexport const codecs = {\n${codecs.join('')}} as const;\n`;
}

function writer(record: RecordType): string {
  const lines = record.fields.map((field) => write(field.shape, `v.${field.name}`, '  '));
  return `function write${record.name}(b: Buffer, p: number, v: ${record.name}): number {\n${lines.join('')}  return p;\n}\n`;
}

function write(shape: Shape, value: string, indent: string): string {
  if (shape.kind === 'nullable') {
    const local = value.replace(/\W/g, '_');
    const inner = write(shape.inner, local, `${indent}  `);
    // == so that a field added later may be absent from values built before it: its default is null.
    const here = shape.nullIndex === 0 ? 0 : 2;
    return (
      `${indent}const ${local} = ${value};\n${indent}if (${local} == null) b[p++] = ${here};\n` +
      `${indent}else {\n${indent}  b[p++] = ${2 - here};\n${inner}${indent}}\n`
    );
  }
  if (shape.kind === 'array') {
    const list = `${value.replace(/\W/g, '_')}s`;
    return (
      `${indent}const ${list} = ${value};\n${indent}if (${list}.length > 0) {\n` +
      `${indent}  p = writeInt(b, p, ${list}.length);\n` +
      `${indent}  for (const item of ${list}) {\n${write(shape.items, 'item', `${indent}    `)}${indent}  }\n` +
      `${indent}}\n${indent}b[p++] = 0;\n`
    );
  }
  const name = shape.kind === 'record' ? shape.name : `${shape.kind[0]?.toUpperCase()}${shape.kind.slice(1)}`;
  return `${indent}p = write${name}(b, p, ${value});\n`;
}

function reader(records: Records, record: RecordType): string {
  const arrays = record.fields.filter((field) => field.shape.kind === 'array');
  const fields = record.fields.map(
    (field) => `    ${field.name}: ${read(record, field.name, field.shape, field.union)},\n`,
  );
  const lists = arrays.map((field) => {
    const shape = field.shape as Shape & { kind: 'array' };
    const { kind } = shape.items;
    const type = kind === 'record' ? shape.items.name : kind === 'int' || kind === 'long' ? 'number' : 'string';
    const least = leastBytes(records, shape.items);
    return (
      `function read${record.name}_${field.name}(r: Reader): ${type}[] {\n  const items: ${type}[] = [];\n` +
      `  for (let count = r.block(${least}); count !== 0; count = r.block(${least})) {\n` +
      `    while (count-- > 0) items.push(${read(record, field.name, shape.items, null)});\n  }\n  return items;\n}\n`
    );
  });
  return `${lists.join('')}function read${record.name}(r: Reader): ${record.name} {\n  return {\n${fields.join('')}  };\n}\n`;
}

/** Object literals are evaluated in the order they are written, which is the order of the schema. */
function read(record: RecordType, field: string, shape: Shape, union: string | null): string {
  switch (shape.kind) {
    case 'nullable':
      return `r.present(${shape.nullIndex}) ? ${read(record, field, shape.inner, union)} : null`;
    case 'array':
      return `read${record.name}_${field}(r)`;
    case 'record':
      return `read${shape.name}(r)`;
    case 'string':
      return `r.${shape.unique ? 'unique' : 'string'}()${union === null ? '' : ` as ${record.name}['${field}'] & string`}`;
    default:
      return `r.${shape.kind}()`;
  }
}
