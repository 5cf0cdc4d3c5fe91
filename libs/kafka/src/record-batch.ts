import { decompress } from './decompress.js';

/** A record as it lies in a batch, before it knows its topic. */
export interface RawRecord {
  offset: number;
  appendedAt: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Readonly<Record<string, string>>;
}

/** One record batch (format v2, the only one since Kafka 0.11). */
export interface RecordBatch {
  readonly baseOffset: number;
  /** Offset of the batch's last record, also when compaction has removed it or all of them. */
  readonly lastOffset: number;
  readonly producerId: bigint;
  readonly transactional: boolean;
  /** The batch is a transaction's end; its records are not data. */
  readonly control: 'commit' | 'abort' | null;
  /** When the broker appended it; null where the topic keeps the producers' times. */
  readonly appendTimeMs: number | null;
  readonly records: readonly RawRecord[];
}

const HEADER_BYTES = 61;
/** Bytes of a batch before its length counts. */
const LENGTH_PREFIX_BYTES = 12;
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Reads the batches of a fetch response.
 *
 * In      bytes: the record set of one partition; its last batch may be cut off, as the broker limits by bytes
 * Out     whole batches, in offset order
 * Why     the client's own reading drops batches that compaction has emptied, so that a reader never gets past them,
 *         and makes text of every offset
 * Errors  when bytes are damaged: a broker's or a network's fault, so it throws and is fetched again
 */
export async function readBatches(bytes: Buffer): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const end = at + LENGTH_PREFIX_BYTES + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    const batch = readBatch(bytes, at, end);
    batches.push(batch instanceof Promise ? await batch : batch);
    at = end;
  }
  return batches;
}

function readBatch(bytes: Buffer, at: number, end: number): RecordBatch | Promise<RecordBatch> {
  const magic = bytes.readInt8(at + 16);
  if (magic !== 2) throw new Error(`record batch of format ${magic}`);
  const attributes = bytes.readInt16BE(at + 21);
  const baseOffset = Number(bytes.readBigInt64BE(at));
  const maxTimestamp = Number(bytes.readBigInt64BE(at + 35));
  const isControl = (attributes & 0x20) !== 0;
  const context: BatchContext = {
    baseOffset,
    count: bytes.readInt32BE(at + 57),
    baseTimestamp: Number(bytes.readBigInt64BE(at + 27)),
    appendTime: (attributes & 0x08) !== 0 ? maxTimestamp : null,
  };
  const finish = (body: Buffer, from: number, to: number): RecordBatch => {
    const records = readRecords(body, from, to, context);
    return {
      baseOffset,
      lastOffset: baseOffset + bytes.readInt32BE(at + 23),
      producerId: bytes.readBigInt64BE(at + 43),
      transactional: (attributes & 0x10) !== 0,
      control: isControl ? controlType(records[0]?.key ?? null) : null,
      appendTimeMs: context.appendTime,
      records: isControl ? [] : records,
    };
  };
  const codec = attributes & 0x07;
  if (codec === 0) return finish(bytes, at + HEADER_BYTES, end);
  const body = decompress(codec, bytes.subarray(at + HEADER_BYTES, end));
  return body instanceof Promise ? body.then((b) => finish(b, 0, b.length)) : finish(body, 0, body.length);
}

/** Key of a control record: version int16, type int16 (0 abort, 1 commit). A batch emptied by compaction has none. */
function controlType(key: Buffer | null): 'commit' | 'abort' {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0 ? 'abort' : 'commit';
}

interface BatchContext {
  baseOffset: number;
  count: number;
  baseTimestamp: number;
  appendTime: number | null;
}

let cursor = 0;

/** A zigzag varint of at most 32 bits, which every length and offset delta is. */
function varint(bytes: Buffer): number {
  let byte = bytes[cursor++]!;
  if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
  let value = byte & 0x7f;
  let shift = 7;
  do {
    byte = bytes[cursor++]!;
    value |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte >= 0x80);
  return (value >>> 1) ^ -(value & 1);
}

/** A zigzag varint of up to 64 bits: timestamp deltas. Exact below 2^53. */
function varlong(bytes: Buffer): number {
  let value = 0;
  let factor = 1;
  let byte: number;
  do {
    byte = bytes[cursor++]!;
    value += (byte & 0x7f) * factor;
    factor *= 128;
  } while (byte >= 0x80);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readRecords(bytes: Buffer, from: number, to: number, batch: BatchContext): RawRecord[] {
  const records: RawRecord[] = [];
  cursor = from;
  for (let i = 0; i < batch.count && cursor < to; i++) {
    const length = varint(bytes);
    const next = cursor + length;
    if (length < 0 || next > to) throw new RangeError('record reaches beyond its batch');
    cursor += 1; // attributes: unused in this format
    const timestampDelta = varlong(bytes);
    const offset = batch.baseOffset + varint(bytes);
    const key = blob(bytes, to);
    const value = blob(bytes, to);
    const headerCount = varint(bytes);
    records.push({
      offset,
      appendedAt: batch.appendTime ?? batch.baseTimestamp + timestampDelta,
      key,
      value,
      headers: headerCount === 0 ? NO_HEADERS : readHeaders(bytes, headerCount, to),
    });
    cursor = next;
  }
  return records;
}

function blob(bytes: Buffer, limit: number): Buffer | null {
  const length = varint(bytes);
  if (length < 0) return null;
  const start = cursor;
  cursor += length;
  if (cursor > limit) throw new RangeError('field reaches beyond its batch');
  return bytes.subarray(start, cursor);
}

function readHeaders(bytes: Buffer, count: number, limit: number): Record<string, string> {
  // Without a prototype: a header named __proto__ is a foreign producer's free choice.
  const headers = Object.create(null) as Record<string, string>;
  for (let i = 0; i < count; i++) {
    const name = blob(bytes, limit);
    const value = blob(bytes, limit);
    if (name !== null) headers[name.toString('utf8')] = value?.toString('utf8') ?? '';
  }
  return headers;
}
