import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claim, unclaim } from './claim.js';
import { StackError } from './errors.js';
import type { PortMap, PortName } from './contract.js';

/** What `npm start` listens on unless told. PostgreSQL's is unusual so that a system's own server can stay. */
export const DEFAULT_PORTS: PortMap = {
  entry: 8080,
  catalog: 8081,
  ingest: 8082,
  rating: 8083,
  balance: 8084,
  analytics: 8085,
  registry: 8090,
  clickhouse: 8123,
  kafka: 9092,
  'kafka-controller': 9093,
  postgres: 15432,
  'console-admin': 9080,
  'catalog-admin': 9081,
  'ingest-admin': 9082,
  'rating-admin': 9083,
  'balance-admin': 9084,
  'analytics-admin': 9085,
};
export const PORT_NAMES = Object.keys(DEFAULT_PORTS) as PortName[];

// Below the range from which the kernel takes ports for outgoing connections: no client can sit on one of ours by chance.
const FREE_FROM = 20_000;
const FREE_TO = 32_000; // exclusive
const reservations = join(tmpdir(), 'ratestream-ports');

/**
 * Reserves unused ports for this process: nothing listens on them, and no other stack on this machine gets them
 * until `releasePorts` or the end of this process.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > 20 * count + 200) throw new StackError(`No free port was found between ${FREE_FROM} and ${FREE_TO}.`);
    const port = FREE_FROM + Math.floor(Math.random() * (FREE_TO - FREE_FROM));
    if (!reserve(port)) continue;
    if (await isFree(port)) ports.push(port);
    else releasePorts([port]);
  }
  return ports;
}

/** Gives reserved ports back. */
export function releasePorts(ports: readonly number[]): void {
  for (const port of ports) unclaim(join(reservations, String(port)));
}

/** Resolves when every port can be listened on; else one sentence that names the port and what moves it. */
export async function requireFree(ports: Partial<PortMap>): Promise<void> {
  for (const name of PORT_NAMES) {
    const port = ports[name];
    if (port === undefined || (await isFree(port))) continue;
    throw new StackError(
      `Port ${port} for ${name} is taken by another process: stop that one, or move ours with --port-${name} NUMBER (or ${portVariable(name)}=NUMBER).`,
    );
  }
}

/** `kafka-controller` → `RATESTREAM_PORT_KAFKA_CONTROLLER`. */
export function portVariable(name: PortName): string {
  return `RATESTREAM_PORT_${name.replaceAll('-', '_').toUpperCase()}`;
}

async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function reserve(port: number): boolean {
  mkdirSync(reservations, { recursive: true, mode: 0o1777 });
  return claim(join(reservations, String(port)));
}
