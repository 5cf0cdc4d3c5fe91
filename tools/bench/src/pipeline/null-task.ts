import { codecs } from '@ratestream/events';
import type { TopicName } from '@ratestream/events';
import type { InRecord, OutRecord, Task } from '@ratestream/kafka';
import type { NullHop } from './null-spec.js';

const WIRE_HEADER = 5;
const HEADER = Buffer.from([0, 0, 0, 0, 1]);

/** Decodes its input, writes pre-built records of the same shape, number and bytes through the same codec. */
export class NullTask implements Task {
  private readonly encoders: { topic: TopicName; partition: number; encode: () => Buffer }[];
  private next = 0;
  private owed = 0;

  constructor(
    private readonly hop: NullHop,
    private readonly partition: number,
  ) {
    this.encoders = hop.samples.map(({ topic, partition: at, schema, body }) => ({
      topic,
      partition: at ?? partition,
      encode: encoderOf(schema, Buffer.from(body, 'base64')),
    }));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  step(_topic: TopicName, records: InRecord[]): OutRecord[] {
    const { hop, partition } = this;
    const out: OutRecord[] = [];
    for (const record of records) {
      decode(hop.decode, record.value);
      if (hop.passTo !== null) {
        const topic = record.headers['kind'] === 'receipt' ? (hop.passReceiptsTo ?? hop.passTo) : hop.passTo;
        const to = hop.passOver > 1 ? spread(record.headers['key'] ?? '', hop.passOver) : partition;
        out.push({ topic, partition: to, key: null, value: record.value, headers: { ...record.headers } });
        continue;
      }
      for (this.owed += hop.outputsPerInput; this.owed >= 1; this.owed--) {
        const sample = this.encoders[this.next++ % this.encoders.length];
        if (sample !== undefined)
          out.push({ topic: sample.topic, partition: sample.partition, key: 'root', value: sample.encode() });
      }
    }
    return out;
  }

  tick(): null {
    return null;
  }

  committed(): void {
    // nothing is remembered
  }

  ready(): boolean {
    return true;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** As evenly as root payers and ids of receipts lie. */
function spread(key: string, partitions: number): number {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) >>> 0;
  return hash % partitions;
}

function encoderOf(schema: NullHop['samples'][number]['schema'], body: Buffer): () => Buffer {
  // Each record is encoded anew from the object, as the service has to.
  switch (schema) {
    case 'UsageEvent': {
      const value = codecs.UsageEvent.decode(body);
      return () => Buffer.concat([HEADER, codecs.UsageEvent.encode(value)]);
    }
    case 'RatedEvent': {
      const value = codecs.RatedEvent.decode(body);
      return () => Buffer.concat([HEADER, codecs.RatedEvent.encode(value)]);
    }
    case 'CorrelationRecord': {
      const value = codecs.CorrelationRecord.decode(body);
      return () => Buffer.concat([HEADER, codecs.CorrelationRecord.encode(value)]);
    }
  }
}

function decode(how: NullHop['decode'], value: Buffer | null): void {
  if (value === null || how === 'none') return;
  if (how === 'UsageEvent') codecs.UsageEvent.decode(value, WIRE_HEADER);
  else if (how === 'CorrelationRecord') codecs.CorrelationRecord.decode(value, WIRE_HEADER);
  else if (value[0] === 0x7b) JSON.parse(value.toString());
  else value.toString();
}
