import { schemaIdOf, type CorrelationRecord, type TopicName } from '@ratestream/events';
import type { InRecord, OutRecord, Task, TaskContext } from '@ratestream/kafka';
import { RawProgress } from '../progress/raw-progress.js';
import { rejectedCdr, type RejectReason } from '../reject/rejected-cdr.js';
import type { SharedParts } from '../parts.js';
import { answered, withMessageId } from './answer.js';
import { CorrelationFold, type Finding, HORIZON_MS, ORPHAN } from './correlation.fold.js';
import { connectionKnownTo, partitionFor, registrationsOf } from './keys.js';
import type { Ask } from './orphans.js';
import { READ, TIME, timeRecord } from './time-record.js';

const TOPIC = 'ingest.correlation';
/** An orphan that waits longer is told to somebody. */
const ALARM_MS = 600_000;
const GAUGE_EVERY_MS = 5_000;
const MARK_EVERY_MS = 60_000;
const DECIDE_EVERY_MS = 1_000;
/** Why a receipt is ambiguous, and what ends it. */
const AMBIGUOUS = {
  messages: 'its id fits two messages, one by each reading: set the id format of the connection',
  attempts:
    'its message has several attempts and nothing tells which it is about: name the attempt, or the supplier ids of all submissions',
} as const;

export interface CorrelationPorts {
  /** Reads the records of the partition from the first that is kept to its end, or until the signal is aborted (a throw). */
  readBack(onRecords: (records: InRecord[]) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Loads the schema that a record was written with, where it is not ours. */
  prepare(value: Buffer | null): Promise<void>;
  onStopped(): void;
}

/**
 * One partition of `ingest.correlation`: finds the message of each receipt and the common id of parts.
 *
 * Its state is a fold of the topic. At the start it is read again up to the committed offset, without writing anything;
 * what lies behind is stepped as ever. An error throws the whole task away, so the fold is changed directly.
 */
export class CorrelationTask implements Task {
  readonly fold = new CorrelationFold();
  private readonly progress: RawProgress;
  private gaugeDueMs = 0;
  private markDueMs = 0;
  private decideDueMs = 0;
  private preparedSchema: number | null = null;

  constructor(
    readonly partition: number,
    private readonly broker: TaskContext,
    private readonly shared: SharedParts,
    private readonly ports: CorrelationPorts,
  ) {
    this.progress = new RawProgress(TOPIC, partition, broker);
  }

  async start({ committed }: { committed: ReadonlyMap<TopicName, number | null> }): Promise<void> {
    const upTo = committed.get(TOPIC) ?? 0;
    if (upTo === 0) return;
    const startedMs = performance.now();
    const reached = new AbortController();
    let read = 0;
    const apply = async (records: InRecord[]): Promise<void> => {
      for (const record of records) {
        if (record.offset >= upTo) return reached.abort();
        if (this.isUnprepared(record)) await this.prepare(record);
        const value = this.decode(record);
        if (value !== null) this.fold.apply(value, record.appendedAt);
        read += 1;
      }
    };
    await this.ports.readBack(apply, AbortSignal.any([this.broker.signal, reached.signal])).catch((error: unknown) => {
      // What lies behind the committed offset is stepped, so reading may end there.
      if (!reached.signal.aborted) throw error;
    });
    const tookMs = Math.round(performance.now() - startedMs);
    const registrations = this.fold.registrations.size;
    this.shared.logger.info(
      { partition: this.partition, records: read, registrations, tookMs },
      'correlation state read back',
    );
  }

  async step(_topic: TopicName, records: InRecord[]): Promise<OutRecord[]> {
    const out: OutRecord[] = [];
    for (const record of records) {
      if (this.isUnprepared(record)) await this.prepare(record);
      const value = this.decode(record);
      if (value === null) continue;
      for (const finding of this.fold.apply(value, record.appendedAt)) this.write(finding, record.appendedAt, out);
    }
    this.shared.metrics.tell();
    const last = records.at(-1);
    if (last !== undefined) {
      this.progress.stepped(last.appendedAt);
      this.shared.metrics.lag.observe(
        { topic: TOPIC },
        Math.max(0, this.broker.brokerTimeMs() - last.appendedAt) / 1000,
      );
    }
    return out;
  }

  tick(): OutRecord[] | null {
    this.measure();
    const out: OutRecord[] = [];
    const readToMs = this.shared.progressBook.passed(this.progress.value());
    const progress = this.progress.due(readToMs);
    if (progress !== null) out.push(this.shared.progressRecord(progress));
    for (const mark of [this.timeMark(), this.readMark(readToMs)]) if (mark !== null) out.push(mark);
    return out.length === 0 ? null : out;
  }

  committed(): void {
    this.progress.committed();
  }

  ready(): boolean {
    return this.shared.catalogIsFresh();
  }

  async stop(): Promise<void> {
    this.ports.onStopped();
    for (const state of ['waiting', 'alarmed', 'lost'])
      this.shared.metrics.orphans.remove({ partition: String(this.partition), state });
    this.shared.metrics.registrations.remove({ partition: String(this.partition) });
  }

  /** Seconds that the source of a receipt may take, after which it counts as lost. */
  private slowestMs(ask: Ask): number {
    return (
      (this.shared.view.sourceAt(ask.usage.identity.source, ask.usage.rawAppendedAt)?.slowestReceiptSec ?? 86_400) *
      1000
    );
  }

  private write(finding: Finding, appendedAt: number, out: OutRecord[]): void {
    const { metrics, view } = this.shared;
    const { ask } = finding;
    switch (finding.kind) {
      case 'found': {
        const usage = answered(ask, finding.registration, view);
        out.push(this.shared.usageRecord(usage), ...this.register(usage));
        metrics.outcome('correlated', usage.identity.event);
        return;
      }
      case 'part': {
        const usage = withMessageId(ask.usage, finding.messageId);
        out.push(this.shared.usageRecord(usage), ...this.register(usage));
        metrics.outcome('usage', usage.identity.event);
        return;
      }
      case 'orphaned':
        out.push(this.own({ ...ask, reading: ORPHAN }));
        metrics.outcome('orphaned', ask.usage.identity.event);
        return;
      case 'ambiguous':
        out.push(this.reject(ask, appendedAt, 'ambiguous_receipt', AMBIGUOUS[finding.between]));
        return;
      case 'lost':
        out.push(
          this.reject(ask, appendedAt, 'orphan_receipt', 'no message registered under its id within seven days'),
        );
    }
  }

  private register(usage: Ask['usage']): OutRecord[] {
    return registrationsOf(usage, connectionKnownTo(this.shared.view, usage)).map(({ record, meeting }) => ({
      topic: TOPIC,
      partition: partitionFor(meeting, this.shared.correlationPartitions),
      key: record.key,
      value: this.shared.encode.correlation(record),
    }));
  }

  private own(record: CorrelationRecord): OutRecord {
    return { topic: TOPIC, partition: this.partition, key: record.key, value: this.shared.encode.correlation(record) };
  }

  private reject({ usage, line }: Ask, appendedAt: number, reason: RejectReason, message: string): OutRecord {
    this.shared.metrics.outcome('rejected', reason);
    const { source } = usage.identity;
    const shown = JSON.stringify({
      event: usage.identity.event,
      connection: usage.connection,
      supplierMessageId: usage.supplierMessageId?.raw,
      id: usage.gatewayMessageId,
    });
    const rejected = rejectedCdr({
      source,
      reason,
      message,
      rawRef: usage.rawRef,
      line,
      rejectedAt: appendedAt * 1000,
      attempt: 0,
      shown,
    });
    return { topic: 'cdr.rejected', key: source, value: this.shared.encode.rejected(rejected) };
  }

  /** In a quiet partition nothing would end the wait of an orphan: a record without content moves the stream's time on. */
  private timeMark(): OutRecord | null {
    const now = this.broker.brokerTimeMs();
    if (now < this.markDueMs) return null;
    this.markDueMs = now + MARK_EVERY_MS;
    const [oldest] = this.fold.orphans.olderThan(now - HORIZON_MS - MARK_EVERY_MS);
    if (oldest === undefined) return null;
    return this.own(timeRecord(TIME, now));
  }

  /** Tells the fold that raw input has come far enough to decide what waits for a submission; only where one is due. */
  private readMark(readToMs: number): OutRecord | null {
    const now = this.broker.brokerTimeMs();
    if (now < this.decideDueMs || !this.fold.isDecisionDue(readToMs)) return null;
    this.decideDueMs = now + DECIDE_EVERY_MS;
    return this.own(timeRecord(READ, readToMs));
  }

  private measure(): void {
    const now = this.broker.brokerTimeMs();
    if (now < this.gaugeDueMs) return;
    this.gaugeDueMs = now + GAUGE_EVERY_MS;
    const counts = { waiting: 0, alarmed: 0, lost: 0 };
    for (const { ask, since } of this.fold.orphans.all()) {
      const age = now - since;
      counts[age < ALARM_MS ? 'waiting' : age < this.slowestMs(ask) ? 'alarmed' : 'lost'] += 1;
    }
    const partition = String(this.partition);
    for (const [state, count] of Object.entries(counts)) this.shared.metrics.orphans.set({ partition, state }, count);
    this.shared.metrics.registrations.set({ partition }, this.fold.registrations.size);
  }

  /** Whether the schema is another than that of the record before: hardly ever, so that a step rarely waits. */
  private isUnprepared({ value }: InRecord): boolean {
    return value !== null && schemaIdOf(value) !== this.preparedSchema;
  }

  private async prepare({ value }: InRecord): Promise<void> {
    await this.ports.prepare(value);
    this.preparedSchema = value === null ? null : schemaIdOf(value);
  }

  /** Our own topic: what cannot be decoded is a fault of ours, and stops us. */
  private decode({ value }: InRecord): CorrelationRecord | null {
    return value === null ? null : this.shared.decodeCorrelation(value);
  }
}
