import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BACKING_PARTS, SERVICES, type BackingPart, type PortMap, type ServiceName } from './contract.js';
import { StackError } from './errors.js';
import { repositoryRoot } from './paths.js';
import { DEFAULT_PORTS, PORT_NAMES, portVariable } from './ports.js';

export interface StartOptions {
  folder: string;
  fresh: boolean;
  demo: boolean;
  help: boolean;
  parts: readonly BackingPart[];
  services: readonly ServiceName[];
  ports: Partial<PortMap>;
}

export const HELP = `npm start -- [options]

  --fresh            empty the data folder first
  --data DIR         data, logs and keys go there (default .data; or RATESTREAM_DATA_FOLDER)
  --only LIST        only these parts and services, comma-separated:
                     ${[...BACKING_PARTS, ...SERVICES, 'demo'].join(', ')}
  --no-demo          no demo tenants and no traffic
  --port-NAME N      move a port (or RATESTREAM_PORT_NAME=N):
${PORT_NAMES.map((name) => `                     ${name} ${DEFAULT_PORTS[name]}`).join('\n')}
`;

/** What the command line and the environment ask for; a flag wins over its variable. Every mistake is one sentence. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const values = parse(args);
  const only = values['only']?.split(',').map((name) => name.trim());
  const known: readonly string[] = [...BACKING_PARTS, ...SERVICES, 'demo'];
  for (const name of only ?? []) {
    if (!known.includes(name))
      throw new StackError(`--only does not know ${JSON.stringify(name)}: it takes ${known.join(', ')}.`);
  }
  const wanted = (name: string): boolean => only === undefined || only.includes(name);
  if (values['data'] === '') throw new StackError('--data needs the name of a folder.');
  const folder = values['data'] ?? env['RATESTREAM_DATA_FOLDER'] ?? '.data';
  return {
    folder: resolve(
      env['INIT_CWD'] ?? repositoryRoot,
      values['data'] === undefined ? resolve(repositoryRoot, folder) : folder,
    ),
    fresh: values['fresh'] !== undefined,
    demo: values['no-demo'] === undefined && wanted('demo'),
    help: values['help'] !== undefined,
    parts: BACKING_PARTS.filter(wanted),
    services: SERVICES.filter(wanted),
    ports: Object.fromEntries(
      PORT_NAMES.flatMap((name) => {
        const given = values[`port-${name}`] ?? env[portVariable(name)];
        return given === undefined ? [] : [[name, portNumber(name, given)]];
      }),
    ),
  };
}

function parse(args: readonly string[]): Partial<Record<string, string>> {
  const flags = ['fresh', 'no-demo', 'help'].map((name) => [name, { type: 'boolean' as const }]);
  const texts = ['data', 'only', ...PORT_NAMES.map((name) => `port-${name}`)].map((name) => [
    name,
    { type: 'string' as const },
  ]);
  try {
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries([...flags, ...texts]) as Record<string, { type: 'string' }>,
    });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new StackError(`${(error as Error).message.split('.')[0]}; npm start -- --help lists the options.`);
  }
}

function portNumber(name: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StackError(`Port ${JSON.stringify(text)} for ${name} is not a number between 1 and 65535.`);
}
