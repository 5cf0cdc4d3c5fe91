import { freePorts, releasePorts, type PortMap } from '../src/index.js';
import { PORT_NAMES } from '../src/ports.js';

/** A free port for each name, for a stack that is started by its command line. */
export async function freePortMap(): Promise<{ ports: PortMap; release: () => void }> {
  const free = await freePorts(PORT_NAMES.length);
  const ports = Object.fromEntries(PORT_NAMES.map((name, i) => [name, free[i] ?? 0])) as PortMap;
  return { ports, release: () => releasePorts(free) };
}
