import type { ClickHouse } from '@ratestream/clickhouse';
import type { RatedEvent, TopicName, UsageEvent } from '@ratestream/events';
import { tail, type InRecord, type Kafka, type Serdes } from '@ratestream/kafka';

/** Where the events of a message lie in `rated`. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface MessageHistory {
  readonly rated: readonly (Place & { event: RatedEvent })[];
  readonly usage: readonly (Place & { event: UsageEvent })[];
}

/** Ids under which people ask for a message. */
export type LookupKind = 'messageId' | 'clientRef' | 'gatewayMessageId' | 'supplierMessageId';

const COLUMN: Readonly<Record<LookupKind, string>> = {
  messageId: 'message_id',
  clientRef: 'client_ref',
  gatewayMessageId: 'gateway_message_id',
  supplierMessageId: 'supplier_message_id',
};

const READ_TIMEOUT_MS = 10_000;
/** A message whose sender made a thousand events of it must not take the broker's connection for itself. */
const READ_AT_ONCE = 16;

/** Finds a message's events in ClickHouse and reads them from the log, which is what counts. */
export class MessageStore {
  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly kafka: Kafka,
    private readonly serdes: Serdes,
  ) {}

  /** Message ids behind other ids: at most `limit` a kind, of these accounts alone, so that nobody else's fill the limit. */
  async lookup(
    kind: LookupKind,
    ids: readonly string[],
    accounts: readonly string[] | null,
    limit: number,
  ): Promise<{ id: string; messageId: string; account: string }[]> {
    const column = COLUMN[kind];
    const scope = accounts === null ? "account != ''" : 'account IN {accounts:Array(String)}';
    return this.clickhouse.query<{ id: string; messageId: string; account: string }>(
      `SELECT DISTINCT ${column} AS id, message_id AS messageId, account FROM rated_legs WHERE ${column} IN {ids:Array(String)} AND ${scope} ORDER BY messageId LIMIT {limit:UInt32}`,
      { ids: [...ids], limit, ...(accounts === null ? {} : { accounts: [...accounts] }) },
    );
  }

  async history(messageId: string): Promise<MessageHistory> {
    const places = await this.clickhouse.query<{ partition: number; offset: string }>(
      'SELECT DISTINCT partition, offset FROM rated_legs WHERE message_id = {messageId:String} ORDER BY partition, offset LIMIT 1000',
      { messageId },
    );
    const rated: (Place & { event: RatedEvent })[] = [];
    for (const record of await this.readAll(
      'rated',
      places.map(({ partition, offset }) => ({ partition, offset: Number(offset) })),
    )) {
      await this.serdes.prepare(record.value);
      rated.push({
        partition: record.partition,
        offset: record.offset,
        event: this.serdes.RatedEvent.decode(record.value as Buffer),
      });
    }
    const causes = rated.flatMap(({ event: { cause } }) =>
      cause.type === 'usage' && cause.partition !== null && cause.offset !== null
        ? [{ partition: cause.partition, offset: cause.offset }]
        : [],
    );
    const usage: (Place & { event: UsageEvent })[] = [];
    for (const record of await this.readAll('usage', causes)) {
      await this.serdes.prepare(record.value);
      usage.push({
        partition: record.partition,
        offset: record.offset,
        event: this.serdes.UsageEvent.decode(record.value as Buffer),
      });
    }
    return { rated, usage };
  }

  private async readAll(topic: TopicName, places: readonly Place[]): Promise<InRecord[]> {
    const distinct = new Map(places.map((place) => [`${place.partition}-${place.offset}`, place]));
    const records: (InRecord | null)[] = [];
    const left = [...distinct.values()];
    while (left.length > 0) {
      records.push(...(await Promise.all(left.splice(0, READ_AT_ONCE).map((place) => this.readOne(topic, place)))));
    }
    return records
      .filter((record) => record !== null)
      .sort((a, b) => a.appendedAt - b.appendedAt || a.offset - b.offset);
  }

  /** One record; null where retention has deleted it. */
  private async readOne(topic: TopicName, { partition, offset }: Place): Promise<InRecord | null> {
    let finish: (record: InRecord | null) => void = () => undefined;
    const found = new Promise<InRecord | null>((resolve) => (finish = resolve));
    const timer = setTimeout(() => finish(null), READ_TIMEOUT_MS);
    const follower = await tail(this.kafka, {
      topic,
      partitions: [partition],
      from: new Map([[partition, offset]]),
      onRecords: (records) => finish(records.find((record) => record.offset === offset) ?? null),
      onError: () => finish(null),
    });
    try {
      return await found;
    } finally {
      clearTimeout(timer);
      await follower.stop();
    }
  }
}
