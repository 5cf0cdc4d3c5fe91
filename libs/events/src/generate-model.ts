import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A field's type, as far as our schemas use Avro; anything else is refused by the generator. */
export type Shape =
  | { kind: 'string'; unique: boolean; values: readonly string[] | null }
  | { kind: 'int' | 'long' | 'boolean' | 'bytes' | 'decimal' }
  | { kind: 'array'; items: Shape }
  | { kind: 'record'; name: string }
  | { kind: 'nullable'; nullIndex: 0 | 1; inner: Shape };

export interface Field {
  readonly name: string;
  readonly doc: string | null;
  readonly shape: Shape;
  /** Named after record and field where the shape is a closed list of strings. */
  readonly union: string | null;
}

export interface RecordType {
  readonly name: string;
  readonly doc: string | null;
  readonly fields: readonly Field[];
  readonly source: Json;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Schema = { [key: string]: Json };

const NAMESPACE = 'ratestream.v1';

/**
 * Fields whose strings are rarely seen twice: reading them past the cache is faster. A hint, never about correctness;
 * every `uuid` is taken as unique by itself.
 */
const UNIQUE = new Set([
  'hash',
  'sourceRecordId',
  'gatewayMessageId',
  'clientRef',
  'authorizationId',
  'recipient',
  'recipientHash',
  'raw',
  'normalised',
  'textHash',
  'correctsRatedId',
  'data',
  'message',
  'key',
  'keys',
]);

/** Reads every .avsc under a folder. Out: records by name, those that others use first. */
export function readSchemas(folder: string): Map<string, RecordType> {
  const sources = new Map<string, Schema>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.avsc')) continue;
    const schema = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema;
    const name = schema['name'];
    if (schema['type'] !== 'record' || typeof name !== 'string') throw new Error(`${file} is no named record`);
    if (schema['namespace'] !== NAMESPACE) throw new Error(`${file}: namespace must be ${NAMESPACE}`);
    if (sources.has(name)) throw new Error(`${name} is declared twice, the second time in ${file}`);
    sources.set(name, schema);
  }
  const records = new Map<string, RecordType>();
  const open = new Set<string>();
  const visit = (name: string): void => {
    if (records.has(name)) return;
    if (open.has(name)) throw new Error(`${name} contains itself: a decoder could not be bounded`);
    const source = sources.get(name);
    if (source === undefined) throw new Error(`${name} is used and nowhere declared`);
    open.add(name);
    const fields = (source['fields'] as Schema[]).map((field) => toField(name, field));
    if (fields.length === 0) throw new Error(`${name} has no fields`);
    for (const field of fields) for (const used of namesIn(field.shape)) visit(used);
    open.delete(name);
    records.set(name, { name, doc: (source['doc'] as string | undefined) ?? null, fields, source });
  };
  for (const name of sources.keys()) visit(name);
  return records;
}

/** The schema with each named type inlined at its first use and named after that. */
export function selfContained(records: ReadonlyMap<string, RecordType>, name: string): Json {
  const seen = new Set<string>();
  const inline = (json: Json): Json => {
    if (typeof json === 'string') {
      const record = records.get(json);
      return record === undefined ? json : inlineRecord(record);
    }
    if (Array.isArray(json)) return json.map(inline);
    if (json === null || typeof json !== 'object') return json;
    return { ...json, ...(json['items'] === undefined ? {} : { items: inline(json['items']) }) };
  };
  const inlineRecord = (record: RecordType): Json => {
    if (seen.has(record.name)) return `${NAMESPACE}.${record.name}`;
    seen.add(record.name);
    const source = record.source as Schema;
    const fields = (source['fields'] as Schema[]).map((field) => ({ ...field, type: inline(field['type'] as Json) }));
    return { ...source, fields };
  };
  return inlineRecord(get(records, name));
}

/** Fewest bytes a value can take; at least 1, so that an array's count is bounded by the bytes that are left. */
export function leastBytes(records: ReadonlyMap<string, RecordType>, shape: Shape): number {
  if (shape.kind === 'record') {
    return get(records, shape.name).fields.reduce((bytes, field) => bytes + leastBytes(records, field.shape), 0);
  }
  return shape.kind === 'decimal' ? 2 : 1;
}

function get(records: ReadonlyMap<string, RecordType>, name: string): RecordType {
  const record = records.get(name);
  if (record === undefined) throw new Error(`${name} is nowhere declared`);
  return record;
}

function toField(record: string, field: Schema): Field {
  const name = field['name'] as string;
  const shape = toShape(field['type'] as Json, UNIQUE.has(name), `${record}.${name}`);
  const plain = shape.kind === 'nullable' ? shape.inner : shape;
  const closed = plain.kind === 'string' && plain.values !== null;
  const union = closed ? `${record}${name[0]?.toUpperCase()}${name.slice(1)}` : null;
  return { name, doc: (field['doc'] as string | undefined) ?? null, shape, union };
}

function toShape(json: Json, unique: boolean, where: string): Shape {
  if (Array.isArray(json)) {
    const nullIndex = json.indexOf('null');
    const inner = json[1 - nullIndex];
    if (json.length !== 2 || nullIndex < 0 || inner === undefined) throw new Error(`${where}: only null or one type`);
    return { kind: 'nullable', nullIndex: nullIndex === 0 ? 0 : 1, inner: toShape(inner, unique, where) };
  }
  if (typeof json === 'string') {
    if (json === 'int' || json === 'long' || json === 'boolean' || json === 'bytes') return { kind: json };
    if (json === 'string') return { kind: 'string', unique, values: null };
    if (/^[A-Z]/.test(json)) return { kind: 'record', name: json };
    throw new Error(`${where}: ${json} is not among the types we write`);
  }
  const type = (json as Schema)['type'] as Json;
  const logical = (json as Schema)['logicalType'];
  if (type === 'bytes' && logical === 'decimal') {
    if ((json as Schema)['scale'] !== 9 || (json as Schema)['precision'] !== 38) {
      throw new Error(`${where}: a decimal must be decimal(38,9)`);
    }
    return { kind: 'decimal' };
  }
  if (type === 'string') {
    const values = ((json as Schema)['values'] as string[] | undefined) ?? null;
    return { kind: 'string', unique: unique || logical === 'uuid', values };
  }
  if (type === 'array') return { kind: 'array', items: toShape((json as Schema)['items'] as Json, unique, where) };
  return toShape(type, unique, where);
}

function namesIn(shape: Shape): string[] {
  if (shape.kind === 'record') return [shape.name];
  if (shape.kind === 'array') return namesIn(shape.items);
  return shape.kind === 'nullable' ? namesIn(shape.inner) : [];
}
