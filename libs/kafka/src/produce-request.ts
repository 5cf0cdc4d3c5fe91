import { crc32c } from './crc32c.js';

/** What the client hands over to be produced: topics, their partitions, of each the records in order. */
export interface ProduceData {
  readonly transactionalId?: string | null | undefined;
  readonly acks: number;
  readonly timeout: number;
  readonly producerId?: { toString(): string } | undefined;
  readonly producerEpoch?: number | undefined;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: readonly ProducedMessage[];
    }[];
  }[];
}

export interface ProducedMessage {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly timestamp?: string;
}

const BATCH_HEADER_BYTES = 61;
/** The checksum covers all of a batch from here. */
const CHECKED_FROM = 21;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;

/**
 * The body of a Produce request, versions 3 to 8, with uncompressed batches of format v2.
 *
 * Out  null where it holds what we never send (a time of its own, a header with several values): the client encodes that
 * Why  the client makes an encoder for each record and copies a growing, zeroed buffer seven times over: half the time of a
 *      step, and garbage outside of the heap that makes every collection of a large one come sooner
 */
export function encodeProduce(data: ProduceData, nowMs: number): Buffer | null {
  const { topicData, transactionalId = null } = data;
  let size = 2 + (transactionalId === null ? 0 : Buffer.byteLength(transactionalId)) + 2 + 4 + 4;
  const bodies: number[][] = [];
  for (const { topic, partitions } of topicData) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { messages } of partitions) {
      const sizes: number[] = [];
      let batch = BATCH_HEADER_BYTES;
      for (const [at, message] of messages.entries()) {
        const body = bodySize(message, at);
        if (body === null) return null;
        sizes.push(body);
        batch += varintSize(body) + body;
      }
      bodies.push(sizes);
      size += 4 + 4 + batch;
    }
  }
  const writer = new Writer(size);
  writer.string(transactionalId);
  writer.int16(data.acks);
  writer.int32(data.timeout);
  writer.int32(topicData.length);
  let next = 0;
  for (const { topic, partitions } of topicData) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const { partition, messages, firstSequence = 0 } of partitions) {
      writer.int32(partition);
      writeBatch(writer, data, messages, firstSequence, bodies[next++] as number[], nowMs);
    }
  }
  return writer.bytes;
}

function writeBatch(
  writer: Writer,
  { transactionalId, producerId = '-1', producerEpoch = 0 }: ProduceData,
  messages: readonly ProducedMessage[],
  firstSequence: number,
  bodies: readonly number[],
  nowMs: number,
): void {
  const sizeAt = writer.at;
  writer.int32(0);
  const start = writer.at;
  writer.int64(0n); // the broker gives the offset
  writer.int32(0);
  writer.int32(0); // leader epoch: unknown
  writer.byte(MAGIC);
  writer.int32(0);
  writer.int16(transactionalId ? TRANSACTIONAL : 0);
  writer.int32(messages.length - 1);
  writer.int64(BigInt(nowMs));
  writer.int64(BigInt(nowMs));
  writer.int64(BigInt(producerId.toString()));
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(messages.length);
  messages.forEach((message, at) => {
    writer.varint(bodies[at] as number);
    writer.byte(0);
    writer.byte(0); // all of a batch are of one time
    writer.varint(at);
    writer.blob(message.key);
    writer.blob(message.value);
    const headers = Object.entries(message.headers ?? {});
    writer.varint(headers.length);
    for (const [name, value] of headers) {
      writer.blob(name);
      writer.blob(value as string | Buffer);
    }
  });
  const { bytes, at: end } = writer;
  bytes.writeInt32BE(end - start, sizeAt);
  bytes.writeInt32BE(end - start - 12, start + 8);
  bytes.writeUInt32BE(crc32c(bytes, start + CHECKED_FROM, end), start + 17);
}

function bodySize({ key, value, headers, timestamp }: ProducedMessage, offsetDelta: number): number | null {
  if (timestamp !== undefined) return null;
  let size = 2 + varintSize(offsetDelta) + blobSize(key) + blobSize(value);
  const entries = headers === undefined ? [] : Object.entries(headers);
  size += varintSize(entries.length);
  for (const [name, header] of entries) {
    if (typeof header !== 'string' && !Buffer.isBuffer(header)) return null;
    size += blobSize(name) + blobSize(header);
  }
  return size;
}

function blobSize(value: Buffer | string | null | undefined): number {
  if (value === null || value === undefined) return 1;
  const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  return varintSize(length) + length;
}

/** Of a number that is not negative, in zigzag. */
function varintSize(value: number): number {
  let size = 1;
  for (let rest = value * 2; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

class Writer {
  readonly bytes: Buffer;
  at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  int16(value: number): void {
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  string(value: string | null): void {
    if (value === null) return this.int16(-1);
    const length = Buffer.byteLength(value);
    this.int16(length);
    this.at += this.bytes.write(value, this.at, length, 'utf8');
  }

  /** Not negative, in zigzag. */
  varint(value: number): void {
    let rest = value * 2;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** Bytes behind their length; nothing is a length of −1. */
  blob(value: Buffer | string | null | undefined): void {
    if (value === null || value === undefined) return this.byte(1);
    if (typeof value === 'string') {
      const length = Buffer.byteLength(value);
      this.varint(length);
      this.at += this.bytes.write(value, this.at, length, 'utf8');
      return;
    }
    this.varint(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }
}
