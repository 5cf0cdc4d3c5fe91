import { schemaJson, topics, type TopicName } from '@ratestream/events';
import type { Admin } from 'kafkajs';
import { clientOf, type Kafka, type KafkaClient } from './client.js';
import { ConfigResourceTypes, ConfigSource } from './kafkajs.js';
import { Registry } from './registry.js';
import { subjectOf } from './serdes.js';
import { sleep } from './time.js';
import { topicSettings, type Environment, type TopicSettings } from './topic-settings.js';

/** What was done, by topic and subject; empty where all was as it should be. */
export interface EnsureReport {
  readonly created: TopicName[];
  readonly altered: TopicName[];
  readonly grown: TopicName[];
  /** Differences that are not mended by themselves, in words. */
  readonly left: string[];
  readonly subjects: string[];
}

/**
 * Makes topics and subjects what schemas/ says: creates what is missing, sets differing settings (settings of others stay),
 * adds partitions where keys are not hashed over them, registers schemas under FULL_TRANSITIVE. Run again it does nothing.
 *
 * Never   deletes a topic, removes a partition, changes replication: those are reported in `left`
 * Errors  RegistryError 409: a schema is not compatible with what is registered, so nothing new may be deployed
 */
export async function ensureTopicsAndSchemas(
  kafka: Kafka,
  registryUrl: string,
  environment: Environment,
): Promise<EnsureReport> {
  const client = clientOf(kafka);
  const report: EnsureReport = { created: [], altered: [], grown: [], left: [], subjects: [] };
  await ensureTopics(client, environment, report);
  await ensureSubjects(client, new Registry(registryUrl), report);
  client.logger.info(report, 'topics and subjects are as schemas/ says');
  return report;
}

async function ensureTopics(client: KafkaClient, environment: Environment, report: EnsureReport): Promise<void> {
  const admin = await client.admin().raw();
  const settings = (Object.keys(topics) as TopicName[]).map((name) => topicSettings(name, environment));
  const existing = new Set(await admin.listTopics());
  const missing = settings.filter((s) => !existing.has(client.topic(s.name)));
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: false,
      timeout: 30_000,
      topics: missing.map((s) => creation(client, s)),
    });
    await leadersKnown(
      admin,
      missing.map((s) => client.topic(s.name)),
    );
    report.created.push(...missing.map((s) => s.name));
  }
  const present = settings.filter((s) => existing.has(client.topic(s.name)));
  if (present.length === 0) return;
  await alterConfigs(client, admin, present, report);
  await growPartitions(client, admin, present, report);
}

/** A topic just created is unknown to some brokers for a moment, which the client's own wait takes for an error. */
async function leadersKnown(admin: Admin, names: string[]): Promise<void> {
  const until = performance.now() + 30_000;
  for (;;) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
      if (found.every((t) => t.partitions.length > 0 && t.partitions.every((p) => p.leader >= 0))) return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    if (performance.now() > until) throw new Error(`no leader within 30 s for some of ${names.join(', ')}`);
    await sleep(50);
  }
}

function creation(client: KafkaClient, s: TopicSettings) {
  return {
    topic: client.topic(s.name),
    numPartitions: s.partitions,
    replicationFactor: s.replicationFactor,
    configEntries: Object.entries(s.config).map(([name, value]) => ({ name, value })),
  };
}

async function alterConfigs(
  client: KafkaClient,
  admin: Admin,
  present: TopicSettings[],
  report: EnsureReport,
): Promise<void> {
  const type = ConfigResourceTypes.TOPIC;
  const resources = present.map((s) => ({ type, name: client.topic(s.name) }));
  const described = await admin.describeConfigs({ resources, includeSynonyms: false });
  const changes = present.flatMap((s) => {
    const entries = described.resources.find((r) => r.resourceName === client.topic(s.name))?.configEntries ?? [];
    const now = new Map(entries.map((e) => [e.configName, e.configValue]));
    if (Object.entries(s.config).every(([key, value]) => now.get(key) === value)) return [];
    // The request replaces all of a topic's own settings, so those that others made have to go along.
    const own = entries.filter((e) => e.configSource === ConfigSource.TOPIC_CONFIG && !e.isSensitive);
    const merged = { ...Object.fromEntries(own.map((e) => [e.configName, e.configValue])), ...s.config };
    report.altered.push(s.name);
    return [
      {
        type,
        name: client.topic(s.name),
        configEntries: Object.entries(merged).map(([name, value]) => ({ name, value })),
      },
    ];
  });
  if (changes.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changes });
}

async function growPartitions(
  client: KafkaClient,
  admin: Admin,
  present: TopicSettings[],
  report: EnsureReport,
): Promise<void> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: present.map((s) => client.topic(s.name)) });
  const counts = new Map(found.map((t) => [t.name, t.partitions] as const));
  for (const s of present) {
    const partitions = counts.get(client.topic(s.name)) ?? [];
    const replicas = Math.min(...partitions.map((p) => p.replicas.length));
    if (replicas !== s.replicationFactor)
      report.left.push(`${s.name}: ${replicas} replicas, not ${s.replicationFactor}`);
    if (partitions.length === s.partitions) continue;
    if (partitions.length < s.partitions && s.mayGrow) {
      await admin.createPartitions({ topicPartitions: [{ topic: client.topic(s.name), count: s.partitions }] });
      report.grown.push(s.name);
    } else {
      report.left.push(`${s.name}: ${partitions.length} partitions, not ${s.partitions}`);
    }
  }
}

async function ensureSubjects(client: KafkaClient, registry: Registry, report: EnsureReport): Promise<void> {
  for (const topic of Object.values(topics)) {
    if (topic.schema === null) continue;
    const subject = subjectOf(client, topic.name);
    const schema = schemaJson(topic.schema);
    // An existing subject gets its rule before the new version is tried against it, a new one after.
    const existed = await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
    if ((await registry.lookup(subject, schema)) === null) {
      await registry.register(subject, schema);
      report.subjects.push(subject);
    }
    if (!existed) await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
  }
}
