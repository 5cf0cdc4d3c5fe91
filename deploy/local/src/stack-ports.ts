import { DEFAULT_PORTS, PORT_NAMES, freePorts, releasePorts, requireFree } from './ports.js';
import type { BackingPart, PortMap, PortName, ServiceName, StackOptions } from './contract.js';

/** Decides every port of a stack. Those that it will listen on are checked (given ones) or reserved (free ones). */
export async function choosePorts(
  options: Pick<StackOptions, 'ports'>,
  parts: readonly BackingPart[],
  services: readonly ServiceName[],
): Promise<{ ports: PortMap; release: () => void }> {
  const needed = PORT_NAMES.filter((name) => isNeeded(name, parts, services));
  if (options.ports !== undefined && options.ports !== 'free') {
    const ports = { ...DEFAULT_PORTS, ...options.ports };
    await requireFree(Object.fromEntries(needed.map((name) => [name, ports[name]])));
    return { ports, release: () => undefined };
  }
  const reserved = await freePorts(needed.length);
  const chosen = Object.fromEntries(needed.map((name, i) => [name, reserved[i]]));
  return { ports: { ...DEFAULT_PORTS, ...chosen }, release: () => releasePorts(reserved) };
}

function isNeeded(port: PortName, parts: readonly BackingPart[], services: readonly ServiceName[]): boolean {
  const owner = port === 'entry' ? 'console' : port.replace(/-(admin|controller)$/, '');
  return (parts as readonly string[]).includes(owner) || (services as readonly string[]).includes(owner);
}
