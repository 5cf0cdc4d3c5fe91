/** The real stores of the stack, each one child process. */
export const BACKING_PARTS = ['kafka', 'registry', 'postgres', 'clickhouse'] as const;
export type BackingPart = (typeof BACKING_PARTS)[number];

/** The services of the product, in the order they start. */
export const SERVICES = ['catalog', 'ingest', 'rating', 'balance', 'analytics', 'console'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Anything that the supervisor runs and that a test may kill by name. */
export type PartName = BackingPart | ServiceName | 'demo';

/** Every port that the stack listens on; all on 127.0.0.1. */
export type PortName =
  | 'entry'
  | 'kafka'
  | 'kafka-controller'
  | 'registry'
  | 'postgres'
  | 'clickhouse'
  | Exclude<ServiceName, 'console'>
  | `${ServiceName}-admin`;
export type PortMap = Record<PortName, number>;

/** Where the backing parts are, in the form that the services take them from their environment. */
export interface BackingAddresses {
  /** `host:port`, comma-separated. */
  kafkaBrokers: string;
  /** Base of the Confluent API, its path included. */
  registryUrl: string;
  /** Superuser URL without a database: `postgres://user:password@host:port`. */
  postgresUrl: string;
  clickhouseUrl: string;
}

export interface StackAddresses extends BackingAddresses {
  /** The one HTTP port in front of every service. */
  entryUrl: string;
  /** Own HTTP port of each service. */
  services: Record<ServiceName, string>;
  /** Health and metrics of each service. */
  admin: Record<ServiceName, string>;
}

/** What a stack tells while it works; `main.ts` prints it, tests mostly ignore it. */
export interface StackMessage {
  part: string;
  kind: 'progress' | 'ready' | 'died' | 'restarted' | 'warning';
  text: string;
}

export interface StackOptions {
  /** All data, logs and pid files live here. Two stacks never share a folder. */
  folder: string;
  /** `free`: unused ports, reserved against other stacks until `stop()`. */
  ports?: 'free' | Partial<PortMap>;
  /** Backing parts to run; all four unless told. Empty with `addresses` set: services against somebody else's stores. */
  parts?: readonly BackingPart[];
  /** Services to run; none unless told. */
  services?: readonly ServiceName[];
  /** Backing parts that run elsewhere, for those that `parts` leaves out. */
  addresses?: Partial<BackingAddresses>;
  /** Put before topic names and (as a word) before database names, so that several tests share one set of stores. */
  topicPrefix?: string;
  /** Extra environment for every service. */
  env?: Readonly<Record<string, string>>;
  /** Extra environment for one service, over `env`. */
  serviceEnv?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Empty the folder first. */
  fresh?: boolean;
  /** Run the simulator with the demo tenants against the entry port. */
  demo?: boolean;
  /** Quick start instead of peak speed of the Java parts; true unless told. */
  quick?: boolean;
  onMessage?: (message: StackMessage) => void;
  /** Aborted: whatever has been started is stopped, and `startStack` rejects. */
  signal?: AbortSignal;
}

/** A running stack. Every method names a part or a service; nothing is left running after `stop()`. */
export interface Stack {
  readonly folder: string;
  readonly addresses: StackAddresses;
  /** The first admin key of the catalog, random per folder. */
  readonly adminKey: string;
  /** What a service of this stack gets as its environment. */
  environmentOf(service: ServiceName): Record<string, string>;
  /** Pid of a part's process, undefined while it is down. */
  pid(part: PartName): number | undefined;
  /** How often the supervisor started the part again by itself. */
  restarts(part: PartName): number;
  /** Sends the signal to the part's whole process group and resolves when its process is gone; the supervisor starts it again. */
  kill(part: PartName, signal?: NodeJS.Signals): Promise<void>;
  /** SIGSTOP to every process of the part: the zombie that comes back. */
  freeze(part: PartName): void;
  unfreeze(part: PartName): void;
  /** Stops the part (SIGTERM unless told) and keeps it down until `start`. */
  halt(part: PartName, signal?: NodeJS.Signals): Promise<void>;
  /** Starts a halted part and waits until it is ready. */
  start(part: PartName): Promise<void>;
  /** `halt` and `start`. */
  restart(part: PartName, signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when the part answers; rejects after the timeout (60 s unless told), naming its log. */
  waitReady(part: PartName, timeoutMs?: number): Promise<void>;
  /** Path of a part's log. */
  logOf(part: PartName): string;
  /** Stops everything, services first, and gives the ports back. Twice is once. */
  stop(): Promise<void>;
}
