import type { TopicName } from '@ratestream/events';

/** A record as it was read: control records and aborted ones never appear. */
export interface InRecord {
  /** Without the installation's prefix. */
  readonly topic: TopicName;
  readonly partition: number;
  readonly offset: number;
  /** When the broker appended it, ms since 1970 by the broker's clock (LogAppendTime). */
  readonly appendedAt: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Header values as UTF-8; the last one wins where a name is repeated. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A record to write. Without `partition` the key decides (murmur2, as Java clients do). */
export interface OutRecord {
  readonly topic: TopicName;
  readonly partition?: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Offset of the first record written, by topic and partition: `rated-3` → 4711. */
export type Written = ReadonlyMap<string, number>;

/**
 * The work on the same-numbered partitions of a group's inputs. One instance lives from one fencing to the next error;
 * the runner never calls two of its methods at the same time (`ready` and `tick` are called between steps).
 */
export interface Task {
  /**
   * After fencing, before any input: rebuild the state. Records may be read here; the group is not lost meanwhile.
   *
   * In   committed: the group's offset per input topic, null where there is none
   * Out  offsets to start from instead, by topic; a topic without an answer and without a committed offset starts at
   *      its first record. What is returned is not committed before the first step
   * Errors  FatalTaskError stops the process; any other starts the task over after a pause
   */
  start(fenced: { committed: ReadonlyMap<TopicName, number | null> }): Promise<ReadonlyMap<TopicName, number> | void>;
  /** Decide on an overlay and say what to write; written together with the input offset. A throw starts the task over. */
  step(topic: TopicName, records: InRecord[]): OutRecord[] | Promise<OutRecord[]>;
  /**
   * Timers and retries: called every `tickMs`, with or without input, and between chunks; also while `ready` is false.
   * Null or nothing when nothing is due. Written before what the step that follows writes, in its transaction, or where no
   * input waits in one of its own.
   */
  tick(nowMs: number): OutRecord[] | null;
  /** All since the last call is committed, a tick, a step or a tick and a step: merge the overlay. */
  committed(written: Written): void;
  /** False: no input is stepped until it is true again (waiting for the catalog). Asked before each step. */
  ready(): boolean;
  /** The task is over, whatever the reason; nothing is called after it. A throw is logged and ignored. */
  stop(): Promise<void>;
}

/** What the runner knows of a task's inputs, for those who publish progress. */
export interface TaskContext {
  /**
   * Everything that the broker had appended to the topic up to this broker time (ms) was stepped and committed.
   * Null until it was caught up for the first time since the task's start. Control records and open transactions
   * are taken into account: an uncommitted record holds it back.
   */
  caughtUpTo(topic: TopicName): number | null;
  /** The broker's present time in ms, never ahead of it; steps of this machine's clock do not move it. */
  brokerTimeMs(): number;
  /** Aborted when the partition is lost or the process drains: a long `start` should then end, with or without a throw. */
  readonly signal: AbortSignal;
  /** Records (control records included) between what was committed and the end as last seen. */
  lag(topic: TopicName): number;
}

/** Thrown by a task that must not be started over: the process ends (`onFatal`). */
export class FatalTaskError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FatalTaskError';
  }
}
