import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StackError } from './errors.js';
import { runLogged } from './run-logged.js';

const KAFKA = { version: '4.0.1', scala: '2.13', slf4j: '1.7.36' };
const REGISTRY = { version: '2.6.13.Final' };
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

interface DownloadContext {
  say: (text: string) => void;
  log: string;
  signal: AbortSignal;
}

/** Where downloaded jars are kept between starts: RATESTREAM_CACHE, else `~/.cache/ratestream`. */
export function cacheFolder(): string {
  return process.env['RATESTREAM_CACHE'] ?? join(homedir(), '.cache', 'ratestream');
}

/** One sentence each where no JDK is there, or one that is too old for the broker. */
export function requireJava(): void {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (error !== undefined) {
    throw new StackError(
      'No Java was found on the PATH: install a JDK 17 or newer (Debian: apt-get install openjdk-17-jdk-headless).',
    );
  }
  const version = /version "(\d+)/.exec(stderr)?.[1];
  if (version !== undefined && Number(version) < 17) {
    throw new StackError(`Java ${version} is too old for Apache Kafka ${KAFKA.version}: install a JDK 17 or newer.`);
  }
}

/** Folder with Kafka's jars, downloaded by Maven when missing. */
export async function kafkaJars(context: DownloadContext): Promise<string> {
  return once(join(cacheFolder(), `kafka-${KAFKA.version}`), async (folder) => {
    context.say('downloading (43 MB, once)');
    writeFileSync(join(folder, 'pom.xml'), kafkaPom);
    await maven(context, [
      '-f',
      join(folder, 'pom.xml'),
      `${DEPENDENCY_PLUGIN}:copy-dependencies`,
      '-DincludeScope=runtime',
      `-DoutputDirectory=${folder}`,
    ]);
  });
}

/** Folder with the registry unpacked, downloaded by Maven when missing. */
export async function registryApp(context: DownloadContext): Promise<string> {
  return once(join(cacheFolder(), `apicurio-${REGISTRY.version}`), async (folder) => {
    context.say('downloading (142 MB, once)');
    const artifact = `io.apicurio:apicurio-registry-app:${REGISTRY.version}:tar.gz:all`;
    await maven(context, [`${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
    const archive = `apicurio-registry-app-${REGISTRY.version}-all.tar.gz`;
    const { status, stderr } = spawnSync('tar', ['-xzf', archive], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new StackError(`The registry's archive could not be unpacked: ${stderr.trim()}`);
    rmSync(join(folder, archive));
  });
}

/** Fills a folder beside its final place and moves it there whole, so that a broken download is never taken for a good one. */
async function once(folder: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  const half = mkdtempSync(`${folder}.part-`);
  try {
    await fill(half);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (existsSync(folder)) return folder; // another stack was quicker
    throw error;
  }
  return folder;
}

async function maven({ log, signal }: DownloadContext, args: readonly string[]): Promise<void> {
  const outcome = await runLogged('mvn', ['-B', '-q', '-ntp', ...args], log, { signal }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') {
        throw new StackError(
          'No Maven (mvn) was found on the PATH, and Kafka and the registry are not downloaded yet: install Maven (Debian: apt-get install maven).',
        );
      }
      throw error;
    },
  );
  if (outcome !== 0)
    throw new StackError(`Maven could not download ${args.at(-2)?.split(':').pop()}; its words are in ${log}.`);
}

const kafkaPom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ratestream</groupId><artifactId>stack</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_${KAFKA.scala}</artifactId><version>${KAFKA.version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>${KAFKA.slf4j}</version></dependency>
  </dependencies>
</project>
`;
