import type { OutboxRecord, RelayKafka, RelayPublisher } from '../src/index.js';

/** A topic log with Kafka's fencing rule, and places to stop it: what the relay's tests read and break. */
export class FakeLog implements RelayKafka {
  readonly records: OutboxRecord[] = [];
  private epoch = 0;
  fences = 0;
  /** Called within `publish`, before the records are in the log and after. */
  beforeCommit: (() => void | Promise<void>) | undefined;
  afterCommit: (() => void | Promise<void>) | undefined;

  publisher(): RelayPublisher {
    let mine = 0;
    return {
      fence: async () => {
        mine = ++this.epoch;
        this.fences++;
      },
      publish: async (records) => {
        await this.beforeCommit?.();
        if (mine !== this.epoch) throw new Error('producer fenced');
        this.records.push(...records);
        await this.afterCommit?.();
      },
      close: async () => undefined,
    };
  }

  async highest(topic: string, header: string): Promise<number | null> {
    const values = this.records
      .filter((record) => record.topic === topic)
      .map((record) => Number(record.headers?.[header] ?? 0));
    return values.length === 0 ? null : Math.max(...values);
  }

  positions(header: string): number[] {
    return this.records.flatMap((record) =>
      record.headers?.[header] === undefined ? [] : [Number(record.headers[header])],
    );
  }
}
