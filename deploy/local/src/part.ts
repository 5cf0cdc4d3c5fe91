/** How a child process is started. */
export interface Command {
  file: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}

/** One thing that the supervisor runs: how to prepare, start, ask and stop it. Nothing here knows about the other parts. */
export interface Part {
  readonly name: string;
  /** As a person calls it. */
  readonly title: string;
  /** Everything that must be there before the first start: downloads, formatted folders. */
  prepare(): Promise<void>;
  command(): Command;
  /** One honest question to the running part; throws while it cannot answer. */
  probe(): Promise<void>;
  /** After the first good answer of every start: settings, databases. Must bear being repeated. */
  settle?(): Promise<void>;
  readonly stopSignal: NodeJS.Signals;
  /** SIGKILL follows after this long. */
  readonly stopGraceMs: number;
  readonly readyTimeoutMs: number;
}

/** What every part is given. */
export interface PartContext {
  /** The part's own folder; exists. */
  folder: string;
  /** Log of the part, for what it runs before its process is up. */
  log: string;
  /** Quick start rather than peak speed. */
  quick: boolean;
  say: (text: string) => void;
  /** Aborted when the stack stops before it was up. */
  signal: AbortSignal;
}
