import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaJars } from '../artifacts.js';
import { classArchiveFlags } from '../class-archive.js';
import { StackError } from '../errors.js';
import { freePorts, releasePorts } from '../ports.js';
import { runLogged } from '../run-logged.js';
import { runToAnswer } from '../run-to-answer.js';
import type { Command, Part, PartContext } from '../part.js';

const CLUSTER_ID = 'cmF0ZXN0cmVhbS1sb2NhbA'; // any 16 bytes in URL-safe base64

/** Apache Kafka in KRaft mode: one node, broker and controller in one. */
export class KafkaPart implements Part {
  readonly name = 'kafka';
  readonly title = 'Kafka';
  readonly stopSignal = 'SIGTERM';
  readonly stopGraceMs = 15_000;
  readonly readyTimeoutMs = 60_000;
  private jars = '';
  private archiveFlags: string[] = [];

  constructor(
    private readonly context: PartContext,
    private readonly ports: { broker: number; controller: number },
  ) {}

  get brokers(): string {
    return `127.0.0.1:${this.ports.broker}`;
  }

  async prepare(): Promise<void> {
    const { context } = this;
    this.jars = await kafkaJars(context);
    this.archiveFlags = await classArchiveFlags(basename(this.jars), (flags, folder) => {
      context.say('recording its class archive (once)');
      return this.record(flags, folder);
    });
    context.say('starting');
    await format(this.jars, context.folder, this.ports, context);
  }

  command(): Command {
    const heap = this.context.quick ? ['-Xmx384m', '-XX:TieredStopAtLevel=1'] : ['-Xmx768m'];
    return brokerCommand(this.jars, this.context.folder, [...heap, ...this.archiveFlags]);
  }

  probe(): Promise<void> {
    return describeCluster(this.brokers);
  }

  private async record(flags: string[], folder: string): Promise<void> {
    const [broker = 0, controller = 0] = await freePorts(2);
    try {
      await format(this.jars, folder, { broker, controller }, this.context);
      const command = brokerCommand(this.jars, folder, ['-Xmx384m', ...flags]);
      await runToAnswer(command, () => describeCluster(`127.0.0.1:${broker}`), this.context.log, this.context.signal);
    } finally {
      releasePorts([broker, controller]);
    }
  }
}

function brokerCommand(jars: string, folder: string, flags: readonly string[]): Command {
  const args = [
    ...flags,
    ...jvmArguments(jars),
    '-XX:+UseG1GC',
    `-Dkafka.logs.dir=${folder}`,
    'kafka.Kafka',
    configOf(folder),
  ];
  return { file: 'java', args };
}

/** Ready means that an admin call succeeds: the port alone opens before the broker serves. */
async function describeCluster(broker: string): Promise<void> {
  const kafka = new Kafka({
    brokers: [broker],
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error('no broker is registered yet');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function format(
  jars: string,
  folder: string,
  ports: { broker: number; controller: number },
  { log, signal }: PartContext,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(configOf(folder), serverProperties(folder, ports));
  if (existsSync(join(folder, 'topics', 'meta.properties'))) return;
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...jvmArguments(jars), 'kafka.tools.StorageTool', 'format'];
  const outcome = await runLogged(
    'java',
    [...args, '-t', CLUSTER_ID, '-c', configOf(folder), '--ignore-formatted'],
    log,
    { signal },
  );
  if (outcome !== 0) throw new StackError(`Kafka's data folder could not be formatted; the reason is in ${log}.`);
}

function configOf(folder: string): string {
  return join(folder, 'server.properties');
}

function jvmArguments(jars: string): string[] {
  return [
    '-cp',
    join(jars, '*'),
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
  ];
}

// Everything once, small segments, and no wait for members that will not come: a node on a developer's machine.
// offsets.retention.minutes is at its maximum because a task's committed offset must not expire while it stands still.
function serverProperties(folder: string, { broker, controller }: { broker: number; controller: number }): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=${join(folder, 'topics')}
auto.create.topics.enable=false
delete.topic.enable=true
num.partitions=6
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
offsets.topic.segment.bytes=16777216
offsets.retention.minutes=2147483647
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
transaction.state.log.segment.bytes=16777216
transaction.abort.timed.out.transaction.cleanup.interval.ms=2000
transactional.id.expiration.ms=604800000
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=3000
num.network.threads=3
num.io.threads=4
num.recovery.threads.per.data.dir=4
log.message.timestamp.type=LogAppendTime
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.threads=1
metadata.log.segment.bytes=16777216
message.max.bytes=4194304
controlled.shutdown.enable=true
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
`;
}
