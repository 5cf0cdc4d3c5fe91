import type { Field, RecordType, Shape } from './generate-model.js';

/** TypeScript of a shape. */
export function typeOf(shape: Shape, union: string | null): string {
  switch (shape.kind) {
    case 'string':
      return union ?? 'string';
    case 'int':
    case 'long':
      return 'number';
    case 'decimal':
      return 'bigint';
    case 'bytes':
      return 'Buffer';
    case 'array': {
      const items = typeOf(shape.items, union);
      return /^\w+$/.test(items) ? `${items}[]` : `(${items})[]`;
    }
    case 'record':
      return shape.name;
    case 'nullable':
      return `${typeOf(shape.inner, union)} | null`;
    default:
      return shape.kind;
  }
}

/** The types of all records, with the unions of their closed string fields. */
export function generateTypes(records: ReadonlyMap<string, RecordType>): string {
  return [...records.values()].map(recordType).join('\n');
}

function recordType(record: RecordType): string {
  const unions = record.fields.filter((field) => field.union !== null).map(unionType);
  const fields = record.fields.map(
    (field) => `${doc(field, '  ')}  ${field.name}: ${typeOf(field.shape, field.union)};\n`,
  );
  return `${unions.join('')}${doc(record, '')}export interface ${record.name} {\n${fields.join('')}}\n`;
}

function unionType(field: Field): string {
  const shape = field.shape.kind === 'nullable' ? field.shape.inner : field.shape;
  const values = shape.kind === 'string' && shape.values !== null ? shape.values : [];
  return `export type ${field.union} = ${values.map((value) => `'${value}'`).join(' | ')};\n`;
}

function doc(of: { doc: string | null; shape?: Shape }, indent: string): string {
  const notes = [of.doc, of.shape === undefined ? null : unitOf(of.shape)].filter((note) => note !== null);
  return notes.length === 0 ? '' : `${indent}/** ${notes.join('; ')} */\n`;
}

function unitOf(shape: Shape): string | null {
  const plain = shape.kind === 'nullable' ? shape.inner : shape;
  return plain.kind === 'decimal' ? 'nano-units' : null;
}
