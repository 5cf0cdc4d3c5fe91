import type { CatalogView, TypedCatalogEvent } from '@ratestream/catalog';
import type { codecs, topics, TopicName } from '@ratestream/events';
import type { HealthResult, Logger, Metrics } from '@ratestream/observability';
import type { InRecord, OutRecord, Task, TaskContext, Written } from './types.js';

export * from './types.js';
export interface KafkaConfig {
  brokers: readonly string[];
  clientId: string;
  logger: Logger;
  /** Put before every topic, group and transactional id: several installations share a cluster. Default ''. */
  topicPrefix?: string;
  tls?: boolean | { ca?: string; cert?: string; key?: string; rejectUnauthorized?: boolean };
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}
export interface Producer {
  /** Connects at first use. Resolves after acks=all; the offset of the first record per `topic-partition`. */
  send(records: readonly OutRecord[]): Promise<Written>;
  close(): Promise<void>;
}
export interface KafkaAdmin {
  partitions(topic: TopicName): Promise<number>;
  /** First and end offset (exclusive, uncommitted records included) by partition. */
  offsets(topic: TopicName): Promise<ReadonlyMap<number, { low: number; high: number }>>;
  committed(group: string, topics: readonly TopicName[]): Promise<ReadonlyMap<TopicName, ReadonlyMap<number, number>>>;
  ping(): Promise<void>;
}
export interface Kafka {
  topic(name: TopicName): string;
  admin(): KafkaAdmin;
  producer(): Producer;
  close(): Promise<void>;
}
export declare function createKafka(config: KafkaConfig): Kafka;

export type SubjectName = Exclude<(typeof topics)[TopicName]['schema'], null>;
export type ValueOf<N extends SubjectName> = ReturnType<(typeof codecs)[N]['decode']>;
export interface Serde<T> {
  readonly schemaId: number;
  encode(value: T): Buffer;
  /** Errors: DecodeError; UnknownWriterSchemaError before `prepare`. */
  decode(buf: Buffer): T;
}
export type Serdes = { readonly [N in SubjectName]: Serde<ValueOf<N>> } & {
  /** Loads the writer schema of a record where it is not ours and not yet known. */
  prepare(buf: Buffer | null): Promise<void>;
};
export declare function createSerdes(kafka: Kafka, registryUrl: string): Promise<Serdes>;
export declare function ensureTopicsAndSchemas(
  kafka: Kafka, registryUrl: string, environment: 'local' | 'production',
): Promise<void>;

export interface RunTasksOptions {
  group: string;
  inputs: readonly TopicName[];
  /** Records a step, at most. Default 1000. */
  maxBatch?: number;
  createTask(partition: number, context: TaskContext): Task;
  metrics: Metrics;
  logger: Logger;
  /** Only a restart of the process helps; called once. */
  onFatal(error: Error): void;
  /** Default 100. */
  tickMs?: number;
  /** Set: this process owns exactly these partitions, without sharing out by the group (a StatefulSet). */
  ownPartitions?: readonly number[];
}
export interface TaskRunner {
  health(): HealthResult;
  partitions(): readonly number[];
  /** Finishes the step in hand, leaves the group, stops the tasks. */
  drain(): Promise<void>;
}
export declare function runTasks(kafka: Kafka, options: RunTasksOptions): Promise<TaskRunner>;

export declare function readToEnd(
  kafka: Kafka,
  options: { topic: TopicName; partition: number; from: number; onRecords(records: InRecord[]): void | Promise<void> },
): Promise<number>;

export interface Follower {
  stop(): Promise<void>;
}
export declare function tail(
  kafka: Kafka,
  options: {
    topic: TopicName;
    partitions: readonly number[] | 'all';
    from: 'beginning' | 'end' | ReadonlyMap<number, number>;
    onRecords(records: InRecord[]): void | Promise<void>;
    /** A throw of onRecords, or data that retention has deleted; the follower has stopped. */
    onError?(error: Error): void;
  },
): Promise<Follower>;

export interface RunReaderOptions {
  group: string;
  topic: TopicName;
  maxBatch?: number;
  /** The next offset to read; null starts at the first record. Asked at assignment and after each throw. */
  position(partition: number): Promise<number | null>;
  onBatch(partition: number, records: InRecord[]): Promise<void>;
  onAssigned?(partition: number): void | Promise<void>;
  onRevoked?(partition: number): void | Promise<void>;
  metrics?: Metrics;
  logger: Logger;
  onFatal(error: Error): void;
  ownPartitions?: readonly number[];
}
export interface Reader {
  health(): HealthResult;
  partitions(): readonly number[];
  drain(): Promise<void>;
}
export declare function runReader(kafka: Kafka, options: RunReaderOptions): Promise<Reader>;

export declare class TransactionalPublisher {
  constructor(kafka: Kafka, options: { transactionalId: string });
  /** Ends whatever an earlier owner left, and shuts it out. After it, read where to resume (`lastHeader`). */
  fence(): Promise<void>;
  /** One transaction. A throw leaves the outcome unknown: fence again and resume from what the topic holds. */
  publish(records: readonly OutRecord[]): Promise<Written>;
  close(): Promise<void>;
}
/** Highest numeric value of a header in a topic; null where no record has it. */
export declare function lastHeader(kafka: Kafka, topic: TopicName, header: string): Promise<number | null>;

export interface CatalogFeed {
  readonly caughtUp: boolean;
  /** False when the view did not get there in time. */
  waitFor(position: number, timeoutMs: number): Promise<boolean>;
  /** Called with each event that took effect; the answer unsubscribes. */
  onEvent(callback: (event: TypedCatalogEvent) => void): () => void;
  /** Since the broker got the last record (a heartbeat counts). */
  ageMs(): number;
  stop(): Promise<void>;
}
/** Resolves when the view has read all that was there at the start. */
export declare function startCatalogFeed(
  kafka: Kafka, serdes: Serdes, view: CatalogView, options: { rates: boolean; onError(error: Error): void },
): Promise<CatalogFeed>;
