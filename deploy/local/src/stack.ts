import { resolve } from 'node:path';
import {
  BACKING_PARTS,
  type BackingAddresses,
  type PartName,
  type PortMap,
  type ServiceName,
  type Stack,
  type StackOptions,
} from './contract.js';
import { adminKey, keyIsKnown } from './admin-key.js';
import { createClickHouseDatabase, createDatabases, databaseOf } from './databases.js';
import { addressesOf, environmentFor } from './environment.js';
import { StackError } from './errors.js';
import { leaveFolder, takeFolder } from './folder.js';
import { built, nodeBinary } from './paths.js';
import { choosePorts } from './stack-ports.js';
import { ClickHousePart } from './parts/clickhouse.part.js';
import { DemoPart } from './parts/demo.part.js';
import { KafkaPart } from './parts/kafka.part.js';
import { PostgresPart } from './parts/postgres.part.js';
import { RegistryPart } from './parts/registry.part.js';
import { ServicePart } from './parts/service.part.js';
import { requireJava } from './artifacts.js';
import type { PartContext } from './part.js';
import { runLogged } from './run-logged.js';
import { Supervisor } from './supervisor.js';

const STOP_ORDER: readonly (readonly PartName[])[] = [
  ['demo', 'console'],
  ['catalog', 'ingest', 'rating', 'balance', 'analytics'],
  ['kafka', 'registry', 'postgres', 'clickhouse'],
];

/**
 * Starts a stack of its own: the stores, then databases, topics and schemas, then services, then (asked for) the demo.
 * Resolves when everything answers. Throws a `StackError` that says in one sentence what is wrong; whatever had been
 * started is stopped by then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = resolve(options.folder);
  const tell = options.onMessage ?? ((): void => undefined);
  const parts = options.parts ?? BACKING_PARTS;
  const services = options.services ?? [];
  const topicPrefix = options.topicPrefix ?? '';
  if (parts.includes('kafka') || parts.includes('registry')) requireJava();
  for (const name of await takeFolder(folder, options.fresh ?? false)) {
    tell({ part: name, kind: 'warning', text: `${name} was left running by an earlier start and was stopped` });
  }
  const { ports, release } = await choosePorts(options, parts, services).catch((error: unknown) => {
    leaveFolder(folder);
    throw error;
  });
  const signal = options.signal ?? new AbortController().signal;
  const supervisor = new Supervisor(folder, options.quick ?? true, signal, tell);
  const stop = async (): Promise<void> => {
    await supervisor.stop(STOP_ORDER);
    leaveFolder(folder);
    release();
  };

  signal.addEventListener('abort', () => void supervisor.stop(STOP_ORDER));

  try {
    const backing = backingParts(supervisor, ports);
    const addresses = addressesOf(backingAddresses(backing, parts, options.addresses), ports);
    const { key, file: keyFile } = adminKey(folder);
    const environmentOf = (service: ServiceName): Record<string, string> => ({
      ...environmentFor(service, { addresses, ports, topicPrefix, folder, keyFile }),
      ...options.env,
      ...options.serviceEnv?.[service],
    });

    await allOrFirstFault(parts.map((name) => supervisor.run(backing[name])));
    if (services.length > 0) {
      await provide(supervisor.contextFor('topics'), addresses, topicPrefix, services);
      tell({ part: 'topics', kind: 'ready', text: 'ready' });
      await allOrFirstFault(
        services.map((name) =>
          supervisor.run(
            new ServicePart(name, supervisor.contextFor(name), addresses.admin[name], () => environmentOf(name)),
          ),
        ),
      );
    }
    await keyIsKnown(addresses, services, key);
    if (options.demo === true) {
      const target = { entryUrl: addresses.entryUrl, key, brokers: addresses.kafkaBrokers };
      await supervisor.run(new DemoPart(supervisor.contextFor('demo'), target));
    }
    return handle(supervisor, { folder, addresses, adminKey: key, environmentOf, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface BackingSet {
  kafka: KafkaPart;
  registry: RegistryPart;
  postgres: PostgresPart;
  clickhouse: ClickHousePart;
}

function backingParts(supervisor: Supervisor, ports: PortMap): BackingSet {
  return {
    kafka: new KafkaPart(supervisor.contextFor('kafka'), {
      broker: ports.kafka,
      controller: ports['kafka-controller'],
    }),
    registry: new RegistryPart(supervisor.contextFor('registry'), ports.registry),
    postgres: new PostgresPart(supervisor.contextFor('postgres'), ports.postgres),
    clickhouse: new ClickHousePart(supervisor.contextFor('clickhouse'), ports.clickhouse),
  };
}

function backingAddresses(
  { kafka, registry, postgres, clickhouse }: BackingSet,
  parts: readonly string[],
  elsewhere: Partial<BackingAddresses> = {},
): BackingAddresses {
  const own = {
    ...(parts.includes('kafka') ? { kafkaBrokers: kafka.brokers } : {}),
    ...(parts.includes('registry') ? { registryUrl: registry.url } : {}),
    ...(parts.includes('postgres') ? { postgresUrl: postgres.url } : {}),
    ...(parts.includes('clickhouse') ? { clickhouseUrl: clickhouse.url } : {}),
  };
  return { kafkaBrokers: '', registryUrl: '', postgresUrl: '', clickhouseUrl: '', ...elsewhere, ...own };
}

/** Databases, topics and subjects: all that must be there before the first service asks for it. */
async function provide(
  { say, log, signal }: PartContext,
  addresses: BackingAddresses,
  topicPrefix: string,
  services: readonly ServiceName[],
): Promise<void> {
  say('creating topics, schemas and databases');
  const databases = services.map((service) => databaseOf(topicPrefix, service));
  const [, , outcome] = await Promise.all([
    createDatabases(addresses.postgresUrl, databases),
    createClickHouseDatabase(addresses.clickhouseUrl, databaseOf(topicPrefix)),
    runLogged(nodeBinary(), [built('libs', 'kafka', 'dist', 'ensure.main.js')], log, {
      signal,
      env: {
        PATH: process.env['PATH'],
        KAFKA_BROKERS: addresses.kafkaBrokers,
        KAFKA_TOPIC_PREFIX: topicPrefix,
        REGISTRY_URL: addresses.registryUrl,
        ENVIRONMENT: 'local',
      },
    }),
  ]);
  if (outcome !== 0) throw new StackError(`Topics and schemas could not be created; the reason is in ${log}.`);
}

/** Like Promise.all, but waits for all to end before it throws: nothing may still be starting while we stop. */
async function allOrFirstFault(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function handle(
  supervisor: Supervisor,
  fixed: Pick<Stack, 'folder' | 'addresses' | 'adminKey' | 'environmentOf' | 'stop'>,
): Stack {
  return {
    ...fixed,
    pid: (part) => supervisor.child(part).pid,
    restarts: (part) => supervisor.child(part).restarts,
    kill: (part, signal = 'SIGKILL') => supervisor.child(part).kill(signal),
    freeze: (part) => supervisor.child(part).freeze(),
    unfreeze: (part) => supervisor.child(part).unfreeze(),
    halt: (part, signal) => supervisor.child(part).stop(signal),
    start: (part) => supervisor.child(part).start(),
    restart: async (part, signal) => {
      await supervisor.child(part).stop(signal);
      await supervisor.child(part).start();
    },
    waitReady: (part, timeoutMs = 60_000) => supervisor.child(part).waitReady(timeoutMs),
    logOf: (part) => supervisor.logOf(part),
  };
}
