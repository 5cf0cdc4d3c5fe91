import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, kafkaJars, releasePorts } from '@ratestream/stack-local';
import { makeCertificates, oneFile } from '@ratestream/testing';

/** Whom the broker knows, by SCRAM and by PLAIN. */
export const USER = 'ratestream';
export const PASSWORD = 'pass=word/of+ratestream';
/** After which a connection that has not authenticated again is cut off, as clouds do. */
export const SESSION_MS = 11_000;

/** A broker that lets nobody in without TLS and SASL, and the authority that signed its certificate. */
export interface SecuredBroker {
  readonly address: string;
  readonly ca: string;
  /** Another authority, which has signed nothing of it. */
  readonly otherCa: string;
  stop(): Promise<void>;
}

export async function startSecuredBroker(): Promise<SecuredBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-secured-'));
  const [secured = 0, inner = 0, controller = 0] = await freePorts(3);
  const log = join(folder, 'broker.log');
  const jars = await kafkaJars({ log, say: () => undefined, signal: new AbortController().signal });
  const java = [
    '-Xmx256m',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    join(jars, '*'),
    `-Dkafka.logs.dir=${folder}`,
  ];
  const certificates = makeCertificates(folder);
  writeFileSync(join(folder, 'store.pem'), oneFile(certificates));
  writeFileSync(join(folder, 'server.properties'), propertiesOf(folder, { secured, inner, controller }));
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${USER},password=${PASSWORD}]`,
  ]);
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'cmF0ZXN0cmVhbS1sb2NhbA'];
  execFileSync('java', [...java, ...format, '-c', join(folder, 'server.properties'), ...users], { stdio: 'pipe' });
  const out = openSync(log, 'a');
  const broker = spawn('java', [...java, 'kafka.Kafka', join(folder, 'server.properties')], {
    stdio: ['ignore', out, out],
  });
  return {
    address: `127.0.0.1:${secured}`,
    ca: readFileSync(certificates.ca, 'utf8'),
    otherCa: readFileSync(certificates.otherCa, 'utf8'),
    stop: async () => {
      await ended(broker);
      releasePorts([secured, inner, controller]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function propertiesOf(folder: string, ports: { secured: number; inner: number; controller: number }): string {
  const listener = 'listener.name.secured';
  const modules = 'org.apache.kafka.common.security';
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${ports.controller}
listeners=SECURED://127.0.0.1:${ports.secured},INNER://127.0.0.1:${ports.inner},CONTROLLER://127.0.0.1:${ports.controller}
advertised.listeners=SECURED://127.0.0.1:${ports.secured},INNER://127.0.0.1:${ports.inner}
listener.security.protocol.map=SECURED:SASL_SSL,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=INNER
controller.listener.names=CONTROLLER
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
${listener}.plain.sasl.jaas.config=${modules}.plain.PlainLoginModule required user_${USER}="${PASSWORD}";
${listener}.scram-sha-256.sasl.jaas.config=${modules}.scram.ScramLoginModule required;
${listener}.scram-sha-512.sasl.jaas.config=${modules}.scram.ScramLoginModule required;
${listener}.plain.connections.max.reauth.ms=${SESSION_MS}
${listener}.scram-sha-256.connections.max.reauth.ms=${SESSION_MS}
${listener}.scram-sha-512.connections.max.reauth.ms=${SESSION_MS}
${listener}.ssl.keystore.type=PEM
${listener}.ssl.keystore.location=${join(folder, 'store.pem')}
log.dirs=${join(folder, 'topics')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=3000
log.message.timestamp.type=LogAppendTime
`;
}
