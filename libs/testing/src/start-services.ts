import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type ServiceName, type Stack } from '@ratestream/stack-local';
import type { Isolated } from './isolated.js';

export interface ServicesOptions {
  /** Extra environment for every service. */
  env?: Readonly<Record<string, string>>;
  serviceEnv?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Where logs and local state go; a new folder unless told. */
  folder?: string;
}

/**
 * Runs built services as processes against an isolated corner of the stores; resolves when all are ready.
 * The answer is the same handle as a whole stack's: kill, freeze, restart by name. `stop()` it in `afterAll`.
 */
export async function startServices(
  corner: Isolated,
  services: readonly ServiceName[],
  { env = {}, serviceEnv = {}, folder }: ServicesOptions = {},
): Promise<Stack> {
  return startStack({
    folder: folder ?? (await mkdtemp(join(process.env['RATESTREAM_TEST_FOLDER'] ?? tmpdir(), 'ratestream-services-'))),
    ports: 'free',
    parts: [],
    services,
    addresses: corner,
    topicPrefix: corner.topicPrefix,
    env,
    serviceEnv,
  });
}
