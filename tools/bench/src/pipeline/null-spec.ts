import type { TopicName } from '@ratestream/events';

/** A hop that does what a service does around its decision, and decides nothing. */
export interface NullHop {
  group: string;
  input: TopicName;
  maxBatch: number;
  /** How the input is decoded: as the service does before it thinks. `none`: passed on as it is. */
  decode: 'json' | 'UsageEvent' | 'CorrelationRecord' | 'none';
  /** Records per input record, taken in turn from `samples`; 0 passes the input on to `passTo`. */
  outputsPerInput: number;
  /** Base64 of Avro bodies that the real service wrote, with where they went; partition null: the one of the input. */
  samples: {
    topic: TopicName;
    partition: number | null;
    schema: 'UsageEvent' | 'RatedEvent' | 'CorrelationRecord';
    body: string;
  }[];
  passTo: TopicName | null;
  /** Over how many partitions records are passed on, by their header `key`; 1: to the partition they came from. */
  passOver: number;
  /** Where records with the header `kind: receipt` are passed to instead. */
  passReceiptsTo: TopicName | null;
}

export interface NullSpec {
  brokers: string;
  topicPrefix: string;
  hops: NullHop[];
}
