import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { codecs } from '@ratestream/events';
import type { AccountStatus, BalanceEvent, RatedEvent } from '@ratestream/events';
import type { OutRecord } from '@ratestream/kafka';
import { bareMetrics } from '@ratestream/observability';
import { Outbox, advanceOffset, createPool, migrate, readOffset, transaction } from '@ratestream/postgres';
import type { Pool, Tx } from '@ratestream/postgres';
import { createDatabases } from '@ratestream/stack-local';
import { testStack } from '@ratestream/testing';
import { ApplyMetrics } from '../../src/apply/apply-metrics.js';
import { BatchApplier } from '../../src/apply/batch-applier.js';
import type { ApplierPorts } from '../../src/apply/batch-applier.js';
import { CommandHandler } from '../../src/commands/command.handler.js';
import { BalanceOutbox } from '../../src/outbox.js';
import { directoryOf } from '../../src/status/account-limits.js';
import { StatusKeeper } from '../../src/status/status-keeper.js';
import type { TestCatalog } from './catalog.js';

/** Everything of the service but the stream and HTTP, on a real database of its own. */
export class Books {
  readonly outbox = new Outbox('balance');
  readonly keeper: StatusKeeper;
  readonly news: BalanceOutbox;
  readonly commands: CommandHandler;
  /** What a test's transaction does right before its commit; throw to lose it. */
  beforeCommit: (tx: Tx) => Promise<void> | void = () => undefined;
  nowMs = Date.UTC(2026, 4, 1, 12, 30);

  private constructor(
    readonly pool: Pool,
    readonly catalog: TestCatalog,
  ) {
    this.keeper = new StatusKeeper(directoryOf(catalog.view));
    this.news = new BalanceOutbox(
      {
        accountStatus: (value) => codecs.AccountStatus.encode(value),
        balanceEvent: (value) => codecs.BalanceEvent.encode(value),
      },
      async (tx, records) => void (await this.outbox.append(tx, records)),
    );
    this.commands = new CommandHandler(
      { transaction: (fn) => this.transaction(fn), nowMs: () => this.nowMs },
      this.keeper,
      this.news,
    );
  }

  static async open(catalog: TestCatalog): Promise<Books> {
    const { postgresUrl } = await testStack();
    const name = `balance_${randomBytes(5).toString('hex')}`;
    await createDatabases(postgresUrl, [name]);
    const pool = createPool(`${postgresUrl}/${name}`, { maxConnections: 8 });
    await migrate(pool, join(import.meta.dirname, '..', '..', 'migrations'), 'balance');
    return new Books(pool, catalog);
  }

  /** A process of its own: nothing is shared but the database. */
  applier(change: Partial<ApplierPorts> = {}): BatchApplier {
    const at = (partition: number) => ({ consumer: 'balance.ledger', topic: 'rated', partition });
    const ports: ApplierPorts = {
      transaction: (fn) => this.transaction(fn),
      readPosition: (partition) => readOffset(this.pool, at(partition)),
      advancePosition: (tx, partition, from, to) => advanceOffset(tx, { ...at(partition), from, to }),
      prepare: () => Promise.resolve(),
      decode: (value): RatedEvent => codecs.RatedEvent.decode(value),
      waitForCatalog: () => Promise.resolve(),
      nowMs: () => this.nowMs,
      ...change,
    };
    return new BatchApplier(ports, this.keeper, this.news, new ApplyMetrics(bareMetrics()));
  }

  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    return transaction(this.pool, async (tx) => {
      const result = await fn(tx);
      await this.beforeCommit(tx);
      return result;
    });
  }

  snapshot<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    return transaction(this.pool, fn, { isolation: 'repeatable read', readOnly: true });
  }

  /** Everything that must be the same however the stream was cut: sums, days, blocks, offsets. */
  async state(): Promise<Record<string, unknown[]>> {
    const all = async (sql: string) => (await this.pool.query<Record<string, unknown>>(sql)).rows;
    return {
      accounts: await all('select code, currency, sub, balance, held from ledger_account order by code, currency, sub'),
      days: await all(`select a.code, a.sub, d.day::text, d.kind, d.amount, d.legs from account_day d
        join ledger_account a on a.id = d.ledger_account_id order by a.code, a.currency, a.sub, d.day, d.kind`),
      journal:
        await all(`select a.code, a.sub, e.kind, sum(e.amount) as amount, sum(e.legs) as legs from journal_entry e
        join ledger_account a on a.id = e.ledger_account_id group by a.code, a.sub, e.kind order by a.code, a.sub, e.kind`),
      blocks: await all('select * from block_total order by partition, block, currency, action'),
      offsets: await all('select partition, next_offset from consumer_offset order by partition'),
    };
  }

  /** What is published, in order. */
  async published(): Promise<{ events: BalanceEvent[]; statuses: AccountStatus[] }> {
    const records: OutRecord[] = (await this.outbox.waiting(this.pool, 0, 100_000)) as unknown as OutRecord[];
    const of = (topic: string) =>
      records.filter((record) => record.topic === topic).flatMap(({ value }) => value ?? []);
    return {
      events: of('balance.events').map((value) => codecs.BalanceEvent.decode(value)),
      statuses: of('account.status').map((value) => codecs.AccountStatus.decode(value)),
    };
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
