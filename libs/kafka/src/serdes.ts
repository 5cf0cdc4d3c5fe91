import {
  codecs,
  DecodeError,
  schemaIdOf,
  schemaJson,
  topics,
  wire,
  type Codec,
  type TopicName,
} from '@ratestream/events';
import type { Kafka } from './client.js';
import { Registry } from './registry.js';
import { transcoder, type Transcode } from './transcode.js';

/** Records that are the value of a topic. */
export type SubjectName = Exclude<(typeof topics)[TopicName]['schema'], null>;
export type ValueOf<N extends SubjectName> = ReturnType<(typeof codecs)[N]['decode']>;

/** Confluent's wire format of one record type: a zero byte, the schema id in four bytes, the Avro body. */
export interface Serde<T> {
  /** Id of our own schema. */
  readonly schemaId: number;
  encode(value: T): Buffer;
  /**
   * Reads what we or another version of us wrote.
   *
   * Errors  DecodeError for damaged bytes and for a writer schema that cannot be read as ours;
   *         UnknownWriterSchemaError (a DecodeError) when `prepare` was not called for it
   */
  decode(buf: Buffer): T;
}

export type Serdes = { readonly [N in SubjectName]: Serde<ValueOf<N>> } & {
  /**
   * Loads the writer schema of a record where it is not ours and not yet known; else returns at once. For bytes that
   * are no record of ours at all it does nothing: `decode` says so.
   *
   * Errors  the registry is away (retriable)
   */
  prepare(buf: Buffer | null): Promise<void>;
};

/** The record names a schema that `prepare` has not loaded. */
export class UnknownWriterSchemaError extends DecodeError {
  constructor(readonly schemaId: number) {
    super(`writer schema ${schemaId} is not loaded`);
    this.name = 'UnknownWriterSchemaError';
  }
}

const HEADER_BYTES = 5;

/** The subject of a topic's values. */
export function subjectOf(kafka: Kafka, topic: TopicName): string {
  return `${kafka.topic(topic)}-value`;
}

/** One topic of each record type; the type's id is looked up under that topic's subject. */
export function topicBySubject(): Map<SubjectName, TopicName> {
  const found = new Map<SubjectName, TopicName>();
  for (const topic of Object.values(topics)) if (topic.schema !== null) found.set(topic.schema, topic.name);
  return found;
}

/**
 * Codecs in wire format for all record types, with the ids that the registry has for our schemas (registered where they
 * are missing).
 *
 * Errors  RegistryError: incompatible with what is registered, or the registry stays away
 */
export async function createSerdes(kafka: Kafka, registryUrl: string): Promise<Serdes> {
  const registry = new Registry(registryUrl);
  const writers = new WriterSchemas(registry);
  const pairs = await Promise.all(
    [...topicBySubject()].map(async ([name, topic]) => {
      const subject = subjectOf(kafka, topic);
      const schema = schemaJson(name);
      const id = (await registry.lookup(subject, schema)) ?? (await registry.register(subject, schema));
      writers.ours.add(id);
      return [name, serdeOf(name, id, writers)] as const;
    }),
  );
  const serdes = Object.fromEntries(pairs) as unknown as { [N in SubjectName]: Serde<ValueOf<N>> };
  return Object.assign(serdes, { prepare: (buf: Buffer | null) => writers.prepare(buf) });
}

function serdeOf(name: SubjectName, schemaId: number, writers: WriterSchemas): Serde<never> {
  const codec = codecs[name] as unknown as Codec<unknown>;
  const { encode } = wire(codec, schemaId);
  const decode = (buf: Buffer): unknown => {
    const writer = schemaIdOf(buf);
    if (writer === schemaId) return codec.decode(buf, HEADER_BYTES);
    return codec.decode(writers.asOurs(name, writer, buf.subarray(HEADER_BYTES)));
  };
  return { schemaId, encode, decode } as Serde<never>;
}

/** Schemas of other writers, by id. */
class WriterSchemas {
  /** Ids of our own schemas. A record may still bear one that belongs to another type of ours. */
  readonly ours = new Set<number>();
  private readonly schemas = new Map<number, string>();
  private readonly loading = new Map<number, Promise<void>>();
  private readonly transcoders = new Map<string, Transcode>();

  constructor(private readonly registry: Registry) {}

  prepare(buf: Buffer | null): Promise<void> {
    if (buf === null || buf.length < HEADER_BYTES || buf[0] !== 0) return Promise.resolve();
    const id = buf.readUInt32BE(1);
    if (this.ours.has(id) || this.schemas.has(id)) return Promise.resolve();
    let loading = this.loading.get(id);
    if (loading === undefined) {
      loading = this.load(id).finally(() => this.loading.delete(id));
      this.loading.set(id, loading);
    }
    return loading;
  }

  private async load(id: number): Promise<void> {
    try {
      this.schemas.set(id, await this.registry.schema(id));
    } catch (error) {
      // A made-up id is a fault of the record, and `decode` reports it; only a registry that is away throws here.
      if ((error as { status?: number }).status !== 404) throw error;
    }
  }

  asOurs(name: SubjectName, writer: number, body: Buffer): Buffer {
    const key = `${name}:${writer}`;
    let transcode = this.transcoders.get(key);
    if (transcode === undefined) {
      const schema = this.schemas.get(writer);
      if (schema === undefined) throw new UnknownWriterSchemaError(writer);
      transcode = transcoder(schema, schemaJson(name));
      this.transcoders.set(key, transcode);
    }
    return transcode(body);
  }
}
