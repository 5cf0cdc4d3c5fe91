import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installation } from './stack.js';

/** Writes lines to `cdr.raw` with Kafka's own client in Java, and tells how many it wrote. */
export async function produceInJava(source: string, lines: readonly string[]): Promise<number> {
  const { kafkaBrokers, topicPrefix } = installation().corner;
  const program = join(import.meta.dirname, 'ForeignProducer.java');
  const flags = ['-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', kafkaJars()];
  const java = spawn('java', [...flags, program, kafkaBrokers, `${topicPrefix}cdr.raw`, source]);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  java.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  java.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  java.stdin.end(`${lines.join('\n')}\n`);
  const code = await new Promise((resolve, reject) => {
    java.once('error', reject);
    java.once('close', resolve);
  });
  if (code !== 0) throw new Error(`java ended with ${String(code)}: ${Buffer.concat(errors).toString()}`);
  return Number(Buffer.concat(output).toString());
}

/** The jars that the embedded stack has downloaded: every file of its folder in the cache. */
function kafkaJars(): string {
  const cache = process.env['RATESTREAM_CACHE'] ?? join(homedir(), '.cache', 'ratestream');
  const folder = readdirSync(cache).find((name) => /^kafka-\d[\d.]*$/.test(name));
  if (folder === undefined) throw new Error(`there is no folder with Kafka's jars in ${cache}`);
  return join(cache, folder, '*');
}
