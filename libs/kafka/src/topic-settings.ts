import { replication, topics, type TopicName } from '@ratestream/events';

export type Environment = 'local' | 'production';

/** What a topic must look like in the cluster. */
export interface TopicSettings {
  readonly name: TopicName;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Partitions may be added later: nobody hashes keys over them. */
  readonly mayGrow: boolean;
  readonly config: Readonly<Record<string, string>>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** From topics.yaml, in the words of Kafka. */
export function topicSettings(name: TopicName, environment: Environment): TopicSettings {
  const topic = topics[name];
  const { factor, minInsync } = replication[environment];
  const config: Record<string, string> = {
    'cleanup.policy': topic.cleanup,
    // Event time is in the value. By the producers' times a late record would be deleted at once, or never.
    'message.timestamp.type': 'LogAppendTime',
    'min.insync.replicas': String(minInsync),
    // An acknowledged record is money: rather no leader than one that lacks it.
    'unclean.leader.election.enable': 'false',
    // Above the largest send of ours, and above the largest single record.
    'max.message.bytes': String(2 << 20),
  };
  const days: number = topic.retentionDays;
  config['retention.ms'] = String(days < 0 ? -1 : days * DAY_MS);
  config['retention.bytes'] = '-1';
  if (topic.cleanup === 'compact') {
    // Small and young segments, as the active one is never compacted.
    config['segment.bytes'] = String(32 << 20);
    config['segment.ms'] = String(DAY_MS);
    config['min.cleanable.dirty.ratio'] = '0.2';
    config['delete.retention.ms'] = String(7 * DAY_MS);
  }
  return {
    name,
    partitions: topic.partitions[environment],
    replicationFactor: factor,
    mayGrow: topic.explicitPartition,
    config,
  };
}
