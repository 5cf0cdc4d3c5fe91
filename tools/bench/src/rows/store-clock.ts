import { setTimeout as sleep } from 'node:timers/promises';
import type { InRecord } from '@ratestream/kafka';
import type { BenchStack } from '../pipeline/bench-stack.js';

const POLL_MS = 20;

interface Expected {
  offset: number;
  sentAt: number;
}

/** Tells when the ledger and ClickHouse have passed each rated event, by asking both for their offsets all the time. */
export class StoreClock {
  private readonly balance = new Waiting();
  private readonly clickhouse = new Waiting();
  private stopped = false;
  private readonly polling: Promise<unknown>;

  constructor(private readonly bench: BenchStack) {
    this.polling = Promise.all([
      this.poll(
        this.balance,
        bench.balance,
        "select partition, next_offset as at from consumer_offset where topic = 'rated'",
      ),
      // The range is in ClickHouse when the sink confirms it.
      this.poll(this.clickhouse, bench.analytics, 'select partition, to_offset as at from sink_intent where confirmed'),
    ]);
  }

  expect({ partition, offset }: InRecord, sentAt: number): void {
    this.balance.expect(partition, { offset, sentAt });
    this.clickhouse.expect(partition, { offset, sentAt });
  }

  /** Milliseconds for each event; waits for the last ones for 20 s. */
  async finish(): Promise<{ balance: number[]; clickhouse: number[] }> {
    for (let waited = 0; this.balance.open + this.clickhouse.open > 0 && waited < 20_000; waited += 100)
      await sleep(100);
    this.stopped = true;
    await this.polling;
    return { balance: this.balance.passed, clickhouse: this.clickhouse.passed };
  }

  private async poll(waiting: Waiting, pool: BenchStack['balance'], sql: string): Promise<void> {
    while (!this.stopped) {
      const { rows } = await pool.query<{ partition: number; at: string }>(sql);
      const now = performance.now();
      for (const { partition, at } of rows) waiting.reached(partition, Number(at), now);
      await sleep(POLL_MS);
    }
  }
}

/** Events in the order of each partition that a store has not passed yet. */
class Waiting {
  readonly passed: number[] = [];
  open = 0;
  private readonly queues = new Map<number, Expected[]>();

  expect(partition: number, expected: Expected): void {
    const queue = this.queues.get(partition) ?? [];
    queue.push(expected);
    this.queues.set(partition, queue);
    this.open++;
  }

  /** `upTo`: exclusive. */
  reached(partition: number, upTo: number, now: number): void {
    const queue = this.queues.get(partition) ?? [];
    while (queue[0] !== undefined && queue[0].offset < upTo) {
      this.passed.push(now - queue[0].sentAt);
      queue.shift();
      this.open--;
    }
  }
}
