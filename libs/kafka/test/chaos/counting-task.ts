import { readToEnd, type InRecord, type Kafka, type OutRecord, type Task, type TaskContext } from '../../src/index.js';

/**
 * Numbers what it reads: the state is a count, which is a fold of its own output and of nothing else. A record lost,
 * doubled or out of order, and a state that is not what was written, all show as a gap in the numbers.
 */
export class CountingTask implements Task {
  private count = 0;
  private pending = 0;
  private ticks = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly partition: number,
    private readonly context: TaskContext,
  ) {}

  async start(): Promise<void> {
    await readToEnd(this.kafka, {
      topic: 'rated',
      partition: this.partition,
      from: 0,
      signal: this.context.signal,
      onRecords: (records) => {
        for (const { key, value } of records) if (key?.toString() === 'step') this.count = countOf(value);
      },
    });
  }

  step(_topic: string, records: InRecord[]): OutRecord[] {
    this.pending = records.length;
    return records.map(({ value }, i) => this.out('step', `${this.count + i + 1}:${value?.toString() ?? ''}`));
  }

  /** Every twentieth tick writes without input. */
  tick(): OutRecord[] | null {
    this.ticks++;
    return this.ticks % 20 === 0 ? [this.out('tick', `${this.count}:`)] : null;
  }

  committed(): void {
    this.count += this.pending;
    this.pending = 0;
  }

  ready(): boolean {
    return true;
  }

  async stop(): Promise<void> {}

  private out(key: string, text: string): OutRecord {
    return { topic: 'rated', partition: this.partition, key, value: Buffer.from(text) };
  }
}

const countOf = (value: Buffer | null): number => Number((value?.toString() ?? '').split(':')[0]);
