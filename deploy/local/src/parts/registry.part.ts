import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { registryApp } from '../artifacts.js';
import { classArchiveFlags } from '../class-archive.js';
import { StackError } from '../errors.js';
import { freePorts, releasePorts } from '../ports.js';
import { runToAnswer } from '../run-to-answer.js';
import type { Command, Part, PartContext } from '../part.js';

/** Path of the API that Confluent's clients speak. */
export const CONFLUENT_API = '/apis/ccompat/v7';

/** Apicurio Registry with its schemas in a file: in memory they would vanish at each restart. */
export class RegistryPart implements Part {
  readonly name = 'registry';
  readonly title = 'Schema registry';
  readonly stopSignal = 'SIGTERM';
  readonly stopGraceMs = 10_000;
  readonly readyTimeoutMs = 90_000;
  private app = '';
  private archiveFlags: string[] = [];

  constructor(
    private readonly context: PartContext,
    private readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}${CONFLUENT_API}`;
  }

  async prepare(): Promise<void> {
    const { context } = this;
    this.app = await registryApp(context);
    this.archiveFlags = await classArchiveFlags(basename(this.app), (flags, folder) => {
      context.say('recording its class archive (once)');
      return this.record(flags, folder);
    });
    context.say('starting');
  }

  command(): Command {
    return registryCommand(this.app, this.context.folder, this.port, this.archiveFlags);
  }

  async probe(): Promise<void> {
    await askSubjects(this.url);
  }

  /** Apicurio accepts any change of a schema until it is told otherwise. */
  async settle(): Promise<void> {
    const response = await fetch(`${this.url}/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ compatibility: 'FULL_TRANSITIVE' }),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`the registry refused its compatibility level: ${response.status}`);
  }

  private async record(flags: string[], folder: string): Promise<void> {
    const [port = 0] = await freePorts(1);
    try {
      const command = registryCommand(this.app, folder, port, flags);
      await runToAnswer(
        command,
        () => askSubjects(`http://127.0.0.1:${port}${CONFLUENT_API}`),
        this.context.log,
        this.context.signal,
      );
    } finally {
      releasePorts([port]);
    }
  }
}

function registryCommand(app: string, folder: string, port: number, flags: readonly string[]): Command {
  const runner = readdirSync(app).find((file) => file.endsWith('-runner.jar'));
  if (runner === undefined)
    throw new StackError(`The registry in ${app} is incomplete: remove that folder and start again.`);
  const settings = [`-Dquarkus.http.host=127.0.0.1`, `-Dquarkus.http.port=${port}`, '-Dquarkus.log.level=WARN'];
  const jvm = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return {
    file: 'java',
    args: [...jvm, ...flags, ...settings, '-jar', join(app, runner)],
    env: { ...process.env, REGISTRY_DATASOURCE_URL: `jdbc:h2:file:${join(folder, 'schemas')}` },
  };
}

async function askSubjects(url: string): Promise<void> {
  const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(3_000) });
  if (!response.ok) throw new Error(`the registry answered ${response.status}`);
  await response.arrayBuffer();
}
