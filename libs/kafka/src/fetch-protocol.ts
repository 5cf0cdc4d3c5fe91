import type { AbortedTransaction } from './committed-only.js';

/** Kafka's Fetch, version 11 (Kafka 2.3 and later): the request and the answer, without what we do not use. */
export interface FetchRequest {
  maxWaitMs: number;
  maxBytes: number;
  partitions: readonly { topic: string; partition: number; offset: number; maxBytes: number }[];
}

export interface FetchedPartition {
  topic: string;
  partition: number;
  /** Kafka's error code; 0 is none. */
  errorCode: number;
  /** End of the log (exclusive), open transactions included. */
  highWatermark: number;
  /** Up to where a read-committed reader gets now. */
  lastStableOffset: number;
  aborted: AbortedTransaction[];
  recordSet: Buffer;
}

export interface FetchResponse {
  clientSideThrottleTime: number;
  errorCode: number;
  partitions: FetchedPartition[];
}

const API_KEY = 1;
const API_VERSION = 11;
const READ_COMMITTED = 1;

/** In the form in which the client sends requests: it frames them, matches answers and keeps the time limit. */
export function fetchRequest(request: FetchRequest): unknown {
  return {
    request: {
      apiKey: API_KEY,
      apiVersion: API_VERSION,
      apiName: 'Fetch',
      encode: () => {
        const buffer = encodeFetch(request);
        return Promise.resolve({ buf: buffer, buffer });
      },
    },
    response: { decode: (payload: Buffer) => decodeFetch(payload), parse: (response: FetchResponse) => response },
    // A broker answers within maxWaitMs; the rest is for the transfer.
    requestTimeout: request.maxWaitMs + 10_000,
  };
}

function encodeFetch(request: FetchRequest): Buffer {
  const topics = new Map<string, FetchRequest['partitions'][number][]>();
  for (const p of request.partitions) {
    const list = topics.get(p.topic);
    if (list === undefined) topics.set(p.topic, [p]);
    else list.push(p);
  }
  let size = 4 * 4 + 1 + 8 + 4 + 4 + 2;
  for (const [topic, list] of topics) size += 2 + Buffer.byteLength(topic) + 4 + list.length * 28;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  const int32 = (value: number): void => void (at = out.writeInt32BE(value, at));
  int32(-1); // replica: a client
  int32(request.maxWaitMs);
  int32(1); // min bytes
  int32(request.maxBytes);
  at = out.writeInt8(READ_COMMITTED, at);
  int32(0); // no fetch session
  int32(-1);
  int32(topics.size);
  for (const [topic, list] of topics) {
    at = out.writeInt16BE(Buffer.byteLength(topic), at);
    at += out.write(topic, at);
    int32(list.length);
    for (const p of list) {
      int32(p.partition);
      int32(-1); // leader epoch: unknown
      at = out.writeBigInt64BE(BigInt(p.offset), at);
      at = out.writeBigInt64BE(-1n, at);
      int32(p.maxBytes);
    }
  }
  int32(0); // no forgotten topics
  at = out.writeInt16BE(0, at); // no rack
  return out;
}

function decodeFetch(payload: Buffer): FetchResponse {
  let at = 0;
  const int16 = (): number => payload.readInt16BE((at += 2) - 2);
  const int32 = (): number => payload.readInt32BE((at += 4) - 4);
  const int64 = (): bigint => payload.readBigInt64BE((at += 8) - 8);
  const response: FetchResponse = { clientSideThrottleTime: int32(), errorCode: int16(), partitions: [] };
  int32(); // session
  for (let topics = int32(); topics > 0; topics--) {
    const length = int16();
    const topic = payload.toString('utf8', at, (at += length));
    for (let partitions = int32(); partitions > 0; partitions--) {
      const partition = int32();
      const errorCode = int16();
      const highWatermark = Number(int64());
      const lastStableOffset = Number(int64());
      int64(); // log start
      const aborted: AbortedTransaction[] = [];
      for (let count = int32(); count > 0; count--) {
        aborted.push({ producerId: int64(), firstOffset: Number(int64()) });
      }
      int32(); // preferred replica
      const bytes = Math.max(0, int32());
      const recordSet = payload.subarray(at, (at += bytes));
      response.partitions.push({ topic, partition, errorCode, highWatermark, lastStableOffset, aborted, recordSet });
    }
  }
  return response;
}
