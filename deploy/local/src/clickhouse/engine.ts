import { Session } from 'chdb';

/** An error of the engine itself, with ClickHouse's own number for it. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** One statement as it came over HTTP. */
export interface Statement {
  sql: string;
  database: string;
  /** Format of the answer where the statement names none. */
  defaultFormat: string;
  settings: ReadonlyMap<string, string>;
  /** Values of `{name:Type}` placeholders, in ClickHouse's escaped text. */
  parameters: ReadonlyMap<string, string>;
}

export interface Answer {
  bytes: Uint8Array;
  rowsRead: number;
  bytesRead: number;
  elapsedSec: number;
}

/**
 * ClickHouse in this process, over a few connections to one data folder. A connection runs one statement at a time
 * and keeps its database and its settings, so a statement that brings settings gets them set before and reset after:
 * what one request asks for must never show in the next.
 */
export class Engine {
  private readonly idle: Connection[] = [];
  private readonly waiting: ((connection: Connection) => void)[] = [];
  private readonly all: Connection[] = [];

  constructor(folder: string, connections: number) {
    for (let i = 0; i < connections; i++) this.all.push(new Connection(folder));
    this.idle.push(...this.all);
  }

  async run(statement: Statement): Promise<Answer> {
    const connection = await this.take();
    try {
      return await connection.run(statement);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(connection);
      else next(connection);
    }
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }

  private take(): Promise<Connection> {
    const connection = this.idle.pop();
    if (connection !== undefined) return Promise.resolve(connection);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

class Connection {
  private readonly session: Session;

  constructor(folder: string) {
    this.session = new Session(folder);
  }

  async run({ sql, database, defaultFormat, settings, parameters }: Statement): Promise<Answer> {
    await this.use(database);
    const set: string[] = [];
    try {
      for (const [name, value] of settings) {
        await this.execute(`SET ${name} = ${quote(value)}`);
        set.push(name);
      }
      return await this.execute(sql, defaultFormat, parameters);
    } finally {
      for (const name of set) await this.execute(`SET ${name} = DEFAULT`);
    }
  }

  close(): void {
    this.session.close();
  }

  private async use(database: string): Promise<void> {
    // Said every time: the statement before may have dropped the database or been a USE of its own.
    await this.execute(`USE ${identifier(database)}`);
  }

  private async execute(sql: string, format = 'TabSeparated', parameters?: ReadonlyMap<string, string>): Promise<Answer> {
    try {
      const result =
        parameters === undefined || parameters.size === 0
          ? await this.session.queryAsync(sql, { format })
          : await this.session.queryBindAsync(sql, bindings(parameters), { format });
      return { bytes: result.bytes(), rowsRead: result.rowsRead, bytesRead: result.bytesRead, elapsedSec: result.elapsed };
    } catch (error) {
      const { clickhouseCode, message } = error as { clickhouseCode?: number; message: string };
      throw new EngineError(clickhouseCode ?? 1002 /* UNKNOWN_EXCEPTION */, message);
    }
  }
}

/** chdb escapes strings itself, so what HTTP escaped is taken back first; `\N` is NULL in both. */
function bindings(parameters: ReadonlyMap<string, string>): Record<string, string | null> {
  return Object.fromEntries([...parameters].map(([name, value]) => [name, value === '\\N' ? null : unescape(value)]));
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', r: '\r', n: '\n', t: '\t', '0': '\0' };

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function quote(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}

function identifier(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}
