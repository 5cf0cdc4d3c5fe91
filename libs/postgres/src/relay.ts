import pg from 'pg';
import type { Counter, Gauge, Logger, Metrics } from '@ratestream/observability';
import { outboxChannel, type Outbox, type OutboxRecord, type WaitingRecord } from './outbox.js';
import type { Pool } from './pool.js';

/** What a relay needs of Kafka: one transactional producer. */
export interface RelayPublisher {
  /** Shuts out every earlier producer of the same transactional id, and finishes what it left open. */
  fence(): Promise<void>;
  /** All records in one transaction; throws where it is not certain that they are committed. */
  publish(records: OutboxRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface RelayKafka {
  publisher(): Promise<RelayPublisher> | RelayPublisher;
  /** Highest numeric value of a header among the committed records of a topic, or null. */
  highest(topic: string, header: string): Promise<number | null>;
}

export interface RelayOptions {
  outbox: Outbox;
  /** Also says how to connect: the relay opens one connection of its own, which listens and holds the lock. */
  pool: Pool;
  kafka: RelayKafka;
  /** Every topic that this outbox ever writes to. */
  topics: readonly string[];
  logger: Logger;
  metrics: Metrics;
  /** About this many records a transaction. Default 500. */
  batchRecords?: number;
  /** How often to look without being woken. Default 1 s. */
  pollMs?: number;
  /** When nothing was published for `everyMs`: a record that carries the last published position and takes none. */
  heartbeat?: { everyMs: number; record(lastPosition: number): OutboxRecord | Promise<OutboxRecord> };
  /** Tests of fencing only: do not wait for the lock that lets one relay work at a time. */
  withoutLock?: boolean;
}

/** The outbox and its topics contradict each other (a database restored from an older state, a gap): publishing on would corrupt the log. */
export class OutboxStateError extends Error {
  override readonly name = 'OutboxStateError';
}

const RESTART_DELAY_MS = 500;

/**
 * Carries an outbox to Kafka: each position once, in order, whatever is killed when.
 *
 * 1. One relay at a time holds the outbox's advisory lock; the others wait for it. A stalled holder that wakes up late is
 *    shut out by Kafka's fencing, so the lock is for calm and the fence for safety.
 * 2. After fencing: resume after the higher of the highest position found in the topics and the one marked sent.
 * 3. Publish whole positions in a transaction, then mark them sent. A kill in between costs a look into the topic.
 * 4. After any error everything is thrown away and it starts over at 1: the lost commit may have succeeded.
 */
export class Relay {
  private stopping = false;
  private loop: Promise<void> | undefined;
  private wake: (() => void) | undefined;
  private woken = false;
  private fatal: OutboxStateError | undefined;
  private lastFailure: string | undefined;
  private readonly backlog: Gauge<'outbox'>;
  private readonly published: Counter<'outbox'>;
  private readonly restarts: Counter<'outbox'>;

  constructor(private readonly options: RelayOptions) {
    this.backlog = options.metrics.gauge('outbox_backlog_positions', 'Positions committed and not yet published', [
      'outbox',
    ]);
    this.published = options.metrics.counter('outbox_published_total', 'Records published', ['outbox']);
    this.restarts = options.metrics.counter(
      'outbox_relay_restarts_total',
      'Times the relay started over after an error',
      ['outbox'],
    );
  }

  start(): void {
    this.loop ??= this.run();
  }

  /** Looks at once, for callers in the same process that do not want to wait for the notification. */
  poke(): void {
    this.woken = true;
    this.wake?.();
  }

  /** Finishes the batch at hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.poke();
    await this.loop;
  }

  health(): { ok: boolean; detail?: string } {
    if (this.fatal !== undefined) return { ok: false, detail: this.fatal.message };
    return this.lastFailure === undefined ? { ok: true } : { ok: false, detail: this.lastFailure };
  }

  private async run(): Promise<void> {
    const { logger, outbox } = this.options;
    while (!this.stopping) {
      try {
        await this.session();
      } catch (error) {
        if (error instanceof OutboxStateError) {
          this.fatal = error;
          logger.fatal(
            { err: error, outbox: outbox.name },
            'the outbox and its topics contradict each other; publishing has stopped',
          );
          return;
        }
        this.lastFailure = error instanceof Error ? error.message : String(error);
        this.restarts.inc({ outbox: outbox.name });
        logger.warn({ err: error, outbox: outbox.name }, 'the relay starts over');
        await this.sleep(RESTART_DELAY_MS);
      }
    }
  }

  /** From lock and fence to the first error. */
  private async session(): Promise<void> {
    const { outbox, pool, kafka } = this.options;
    const own = new pg.Client({ ...pool.options, application_name: `relay ${outbox.name}` });
    let connectionLost: Error | undefined;
    own.on('error', (error) => {
      connectionLost = error;
      this.poke();
    });
    own.on('end', () => {
      connectionLost ??= new Error('the relay lost its connection to PostgreSQL');
      this.poke();
    });
    own.on('notification', (message) => {
      if (message.payload === outbox.name) this.poke();
    });
    let publisher: RelayPublisher | undefined;
    try {
      await own.connect();
      await own.query(`listen ${outboxChannel}`);
      if (!(await this.becomeTheOne(own))) return;
      await outbox.prepare(pool);
      publisher = await kafka.publisher();
      await publisher.fence();
      let position = await this.resumePosition();
      this.lastFailure = undefined;
      let publishedAtMs = Date.now();
      while (!this.stopping) {
        if (connectionLost !== undefined) throw connectionLost;
        this.woken = false;
        const records = await outbox.waiting(pool, position, this.options.batchRecords ?? 500);
        if (records.length > 0) {
          position = await this.publish(publisher, records, position);
          publishedAtMs = Date.now();
          continue;
        }
        const heartbeat = this.options.heartbeat;
        if (heartbeat !== undefined && Date.now() - publishedAtMs >= heartbeat.everyMs) {
          await publisher.publish([await heartbeat.record(position)]);
          publishedAtMs = Date.now();
        }
        await this.sleep(Math.min(this.options.pollMs ?? 1_000, heartbeat?.everyMs ?? Number.POSITIVE_INFINITY));
      }
    } finally {
      await publisher?.close().catch(() => undefined);
      await own.end().catch(() => undefined);
    }
  }

  /** Waits for the lock, which ends with our connection. False: stopped while waiting. */
  private async becomeTheOne(own: pg.Client): Promise<boolean> {
    if (this.options.withoutLock === true) return true;
    while (!this.stopping) {
      const { rows } = await own.query<{ got: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as got',
        [`outbox ${this.options.outbox.name}`],
      );
      if (rows[0]?.got === true) return true;
      this.lastFailure = undefined; // waiting for another relay is health
      await this.sleep(this.options.pollMs ?? 1_000);
    }
    return false;
  }

  private async resumePosition(): Promise<number> {
    const { outbox, pool, kafka, topics, logger } = this.options;
    const inTopics = await Promise.all(topics.map((topic) => kafka.highest(topic, outbox.header)));
    const found = Math.max(0, ...inTopics.map((highest) => highest ?? 0));
    const { last, sent } = await outbox.positions(pool);
    if (found > last) {
      throw new OutboxStateError(
        `topics hold position ${found} of outbox ${outbox.name}, whose last one is ${last}: the database is older than the log`,
      );
    }
    const position = Math.max(found, sent);
    if (found > sent) await outbox.markSent(pool, found);
    logger.info({ outbox: outbox.name, position, found, sent, last }, 'the relay resumes');
    this.backlog.set({ outbox: outbox.name }, last - position);
    return position;
  }

  /** Publishes whole positions and marks them sent. Returns the last. */
  private async publish(publisher: RelayPublisher, records: WaitingRecord[], after: number): Promise<number> {
    const { outbox, pool } = this.options;
    let last = after;
    for (const record of records) {
      if (record.position > last + 1)
        throw new OutboxStateError(`position ${last + 1} of outbox ${outbox.name} is missing`);
      last = record.position;
    }
    await publisher.publish(
      records.map(({ position, ...record }) => ({
        ...record,
        headers: { ...record.headers, [outbox.header]: String(position) },
      })),
    );
    this.published.inc({ outbox: outbox.name }, records.length);
    await outbox.markSent(pool, last);
    const { last: taken } = await outbox.positions(pool);
    this.backlog.set({ outbox: outbox.name }, taken - last);
    return last;
  }

  private async sleep(ms: number): Promise<void> {
    if (this.woken || this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
