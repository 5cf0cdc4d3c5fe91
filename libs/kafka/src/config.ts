import { readFileSync } from 'node:fs';
import type { Logger } from '@ratestream/observability';

export interface KafkaConfig {
  brokers: readonly string[];
  clientId: string;
  logger: Logger;
  /** Put before every topic, group and transactional id: several installations share a cluster. Default ''. */
  topicPrefix?: string;
  /** PEM texts; `true` trusts the system's authorities. Default off. */
  tls?: boolean | { ca?: string; cert?: string; key?: string; rejectUnauthorized?: boolean };
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}

/** The settings of a service by the names of its configuration (`KAFKA_BROKERS` is `kafkaBrokers`). */
export interface KafkaSettings {
  kafkaBrokers: readonly string[];
  kafkaTopicPrefix: string;
  kafkaTls: boolean;
  /** PEM text of the authority that signed the brokers' certificates; unset: the system's. */
  kafkaTlsCa?: string | undefined;
  kafkaSaslMechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  kafkaSaslUsername?: string | undefined;
  kafkaSaslPassword?: string | undefined;
}

/**
 * Errors  one error that names the variables which a SASL mechanism needs besides
 */
export function kafkaConfig(settings: KafkaSettings, clientId: string, logger: Logger): KafkaConfig {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = settings;
  const config: KafkaConfig = {
    brokers: settings.kafkaBrokers,
    clientId,
    logger,
    topicPrefix: settings.kafkaTopicPrefix,
    tls: settings.kafkaTls && settings.kafkaTlsCa !== undefined ? { ca: settings.kafkaTlsCa } : settings.kafkaTls,
  };
  if (mechanism === undefined) return config;
  if (username === undefined || password === undefined) throw new Error(SASL_INCOMPLETE);
  return { ...config, sasl: { mechanism, username, password } };
}

const SASL_INCOMPLETE = 'KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';

/**
 * The Kafka settings of the environment: KAFKA_BROKERS (comma-separated), KAFKA_TOPIC_PREFIX, KAFKA_TLS (true | false),
 * KAFKA_TLS_CA_FILE, KAFKA_SASL_MECHANISM / _USERNAME / _PASSWORD (or _PASSWORD_FILE).
 *
 * Errors  one error naming every variable at fault
 */
export function kafkaConfigFromEnv(env: NodeJS.ProcessEnv, clientId: string, logger: Logger): KafkaConfig {
  const faults: string[] = [];
  const brokers = (env['KAFKA_BROKERS'] ?? '')
    .split(',')
    .map((b) => b.trim())
    .filter((b) => b !== '');
  if (brokers.length === 0) faults.push('KAFKA_BROKERS is missing');
  const config: KafkaConfig = { brokers, clientId, logger, topicPrefix: env['KAFKA_TOPIC_PREFIX'] ?? '' };
  const tls = env['KAFKA_TLS'] ?? 'false';
  if (tls !== 'true' && tls !== 'false') faults.push('KAFKA_TLS is neither true nor false');
  if (tls === 'true') {
    const ca = secret(env, 'KAFKA_TLS_CA', faults);
    config.tls = ca === undefined ? true : { ca };
  }
  const mechanism = env['KAFKA_SASL_MECHANISM'];
  if (mechanism !== undefined && mechanism !== '') {
    const username = secret(env, 'KAFKA_SASL_USERNAME', faults);
    const password = secret(env, 'KAFKA_SASL_PASSWORD', faults);
    if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512') {
      faults.push('KAFKA_SASL_MECHANISM is none of plain, scram-sha-256, scram-sha-512');
    } else if (username === undefined || password === undefined) {
      faults.push(SASL_INCOMPLETE);
    } else {
      config.sasl = { mechanism, username, password };
    }
  }
  if (faults.length > 0) throw new Error(faults.join('; '));
  return config;
}

function secret(env: NodeJS.ProcessEnv, name: string, faults: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return env[name];
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    faults.push(`${name}_FILE cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
