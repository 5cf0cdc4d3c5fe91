import type { KafkaClient } from './client.js';
import type { Fetcher } from './fetcher.js';
import { InputBuffer, type Chunk } from './input-buffer.js';
import type { RunReaderOptions } from './run-reader.js';
import { startOffset } from './start-offset.js';
import { asError, Backoff, Wake } from './time.js';
import { FatalTaskError } from './types.js';

const BUFFERED_STEPS = 3;
const BUFFERED_BYTES = 4 << 20;

/** One partition of a reader, for as long as this process owns it. */
export class ReaderLoop {
  lastError: Error | null = null;
  lag = 0;
  private readonly wake = new Wake();
  private readonly backoff = new Backoff(100, 5000);
  private failingSince: number | null = null;
  private busySince: number | null = null;
  private stopping = false;
  private failure: Error | null = null;
  private readonly finished: Promise<void>;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly fetcher: Fetcher,
    private readonly options: RunReaderOptions,
    private readonly partition: number,
    after: Promise<void>,
  ) {
    this.finished = after.then(() => this.run());
  }

  stop(): Promise<void> {
    this.stopping = true;
    this.wake.notify();
    return this.finished;
  }

  failingMs(): number {
    return this.failingSince === null ? 0 : performance.now() - this.failingSince;
  }

  busyMs(): number {
    return this.busySince === null ? 0 : performance.now() - this.busySince;
  }

  private async run(): Promise<void> {
    const { logger, onAssigned, onRevoked, onFatal } = this.options;
    let announced = false;
    while (!this.stopping) {
      try {
        if (!announced) await onAssigned?.(this.partition);
        announced = true;
        await this.read();
      } catch (thrown) {
        this.lastError = asError(thrown);
        this.failingSince ??= performance.now();
        logger.warn({ err: this.lastError, partition: this.partition }, 'reading again from the stored position');
        if (thrown instanceof FatalTaskError) {
          onFatal(thrown);
          break;
        }
        if (!this.stopping) await this.wake.wait(this.backoff.delayMs());
      }
    }
    try {
      if (announced) await onRevoked?.(this.partition);
    } catch (err) {
      logger.warn({ err, partition: this.partition }, 'onRevoked failed');
    }
  }

  /** One life: from the stored position until an error or the end of the ownership. */
  private async read(): Promise<void> {
    const { topic, position, maxBatch = 1000 } = this.options;
    this.failure = null;
    const range = (await this.kafka.admin().offsets(topic)).get(this.partition);
    if (range === undefined) throw new Error(`${topic} has no partition ${this.partition}`);
    const from = startOffset({
      topic,
      partition: this.partition,
      range,
      committed: await position(this.partition),
      wanted: undefined,
    });
    const buffer = new InputBuffer(topic, from, maxBatch * BUFFERED_STEPS, BUFFERED_BYTES);
    const subscription = this.fetcher.subscribe({
      name: topic,
      partition: this.partition,
      from,
      deliver: (delivery) => {
        buffer.put(delivery);
        this.lag = buffer.lag;
        if (buffer.full) subscription.pause();
        if (delivery.records.length > 0) this.wake.notify();
      },
      fail: (error) => {
        this.failure = error;
        this.wake.notify();
      },
    });
    try {
      while (!this.stopping) {
        this.throwFailure();
        const chunk = buffer.take(maxBatch);
        if (chunk === null) {
          await this.wake.wait(1000);
          continue;
        }
        if (buffer.wanting) subscription.resume();
        await this.apply(chunk);
        buffer.commit(chunk);
        this.lag = buffer.lag;
      }
    } finally {
      subscription.close();
    }
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }

  private async apply(chunk: Chunk): Promise<void> {
    this.busySince = performance.now();
    try {
      await this.options.onBatch(this.partition, chunk.records);
      this.failingSince = null;
      this.backoff.reset();
    } finally {
      this.busySince = null;
    }
  }
}
