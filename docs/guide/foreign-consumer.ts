import { randomUUID } from 'node:crypto';
import avsc, { type Schema, type Type } from 'avsc';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { installation } from './stack.js';

/** As Avro's own library reads it: nothing of ours has touched it. */
export interface ForeignLeg {
  side: string;
  payer: string;
  payee: string;
  action: string;
  amount: string;
  currency: string;
}
export interface ForeignEvent {
  account: string | null;
  event: string;
  legs: ForeignLeg[];
}

/** Avro's decimal: an integer, big-endian in two's complement, that counts units of ten to the minus scale. */
class Decimal extends avsc.types.LogicalType {
  private scale = 0;

  constructor(schema: Schema, options?: object) {
    super(schema, options);
    this.scale = (schema as { scale?: number }).scale ?? 0;
  }

  override _fromValue(bytes: Buffer): string {
    const units = bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
    const digits = (units < 0n ? -units : units).toString().padStart(this.scale + 1, '0');
    const [whole, fraction] = [digits.slice(0, -this.scale), digits.slice(-this.scale)];
    return `${units < 0n ? '-' : ''}${whole}.${fraction}`;
  }

  override _toValue(): never {
    throw new Error('a reader writes nothing');
  }
}

/**
 * A reader of `rated` that knows the address of Kafka, that of the registry, and the documentation: committed records, five
 * bytes before the value (a zero, and the id of the writer's schema), Avro behind them.
 */
export class ForeignConsumer {
  readonly events: ForeignEvent[] = [];
  private readonly types = new Map<number, Promise<Type>>();
  private readonly consumer: Consumer;

  constructor(private readonly place = installation().corner) {
    const kafka = new Kafka({ brokers: place.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
    // kafkajs reads committed records unless told otherwise
    this.consumer = kafka.consumer({ groupId: `${place.topicPrefix}foreign-${randomUUID()}` });
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: `${this.place.topicPrefix}rated`, fromBeginning: true });
    await this.consumer.run({
      eachMessage: async ({ message: { value } }) => {
        if (value === null || value.readUInt8(0) !== 0) throw new Error('not the wire format of a registry');
        const type = await this.typeOf(value.readUInt32BE(1));
        this.events.push(type.fromBuffer(value.subarray(5)) as ForeignEvent);
      },
    });
  }

  stop(): Promise<void> {
    return this.consumer.disconnect();
  }

  private typeOf(id: number): Promise<Type> {
    let type = this.types.get(id);
    if (type === undefined) this.types.set(id, (type = this.fetchType(id)));
    return type;
  }

  private async fetchType(id: number): Promise<Type> {
    const response = await fetch(`${this.place.registryUrl}/schemas/ids/${id}`);
    const { schema } = (await response.json()) as { schema: string };
    return avsc.Type.forSchema(JSON.parse(schema) as Schema, { logicalTypes: { decimal: Decimal } });
  }
}
